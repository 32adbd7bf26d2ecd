public import Mapping

/// A reference that Postgres itself keeps.
public struct ForeignKey: Sendable, Equatable {
  public var name: String
  public var entity: String
  public var table: TableName
  public var columns: [String]
  public var targetTable: TableName
  public var targetColumns: [String]
  public var onDelete: Reference.OnDelete

  static func keys(of plan: EntityPlan, in set: MappingSet) -> [ForeignKey] {
    plan.entity.references.compactMap { reference in
      guard reference.enforcement == .constraint, let target = set.entity(named: reference.entity),
        target.owner == .core, let table = target.table
      else { return nil }
      return ForeignKey(
        name: shortenedName([plan.table.name] + reference.columns, suffix: "fkey"), entity: plan.entity.name,
        table: plan.table, columns: reference.columns, targetTable: table,
        targetColumns: reference.targetColumns, onDelete: reference.onDelete)
    }
  }

  /// What the constraint says, without its name.
  public var definition: String {
    "FOREIGN KEY (\(columnList(columns))) REFERENCES \(targetTable.sql) (\(columnList(targetColumns)))\(deletion)"
  }

  /// Adds the constraint for new rows only; existing rows are checked by ``validateSQL``.
  public var addSQL: String {
    "ALTER TABLE \(table.sql) ADD CONSTRAINT \(quotedIdentifier(name)) \(definition) NOT VALID"
  }

  /// Adds the constraint for all rows at once, for tables that hold none.
  public var wholeSQL: String {
    "ALTER TABLE \(table.sql) ADD CONSTRAINT \(quotedIdentifier(name)) \(definition)"
  }

  /// Takes the constraint away, and fails where it isn't there.
  public var plainDropSQL: String { "ALTER TABLE \(table.sql) DROP CONSTRAINT \(quotedIdentifier(name))" }

  /// Takes the constraint away.
  public var dropSQL: String {
    "ALTER TABLE \(table.sql) DROP CONSTRAINT IF EXISTS \(quotedIdentifier(name))"
  }

  public var validateSQL: String {
    "ALTER TABLE \(table.sql) VALIDATE CONSTRAINT \(quotedIdentifier(name))"
  }

  /// A condition that is true of rows of `table` (as `t`) whose reference leads nowhere.
  public var orphanCondition: String {
    orphanSQL(columns: columns, table: targetTable, targets: targetColumns)
  }

  private var deletion: String {
    switch onDelete {
    case .restrict: " ON DELETE RESTRICT"
    case .cascade: " ON DELETE CASCADE"
    case .setNull: " ON DELETE SET NULL"
    case .noAction: ""
    }
  }
}
