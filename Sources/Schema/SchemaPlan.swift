internal import Codec
public import Mapping

/// The DDL that a mapping implies, in the order in which it is run.
public struct SchemaPlan: Sendable {
  /// One statement, safe to run again.
  public struct Statement: Sendable, Equatable {
    public var sql: String
    /// The foreign key that this statement adds or validates, if it does.
    public var constraint: ForeignKey?
  }
  /// Schemas, extensions, tables with keys and unique constraints: what must be there before rows arrive.
  public var beforeLoad: [Statement]
  /// Indexes for references: quicker once the rows are there.
  public var afterLoad: [Statement]
  /// Foreign keys, added and validated after the rows.
  public var foreignKeys: [ForeignKey]
  public var tables: [TableDefinition]
  /// Enums and domains that the tables use.
  public var types: [NamedTypeDefinition]

  /// - Parameter plans: core entities in load order.
  public init(_ plans: [EntityPlan], set: MappingSet) {
    tables = plans.flatMap { TableDefinition.tables(of: $0) }
    foreignKeys = plans.flatMap { ForeignKey.keys(of: $0, in: set) }
    var before: [Statement] = []
    types = NamedTypeDefinition.all(in: tables)
    let createdTypes = types.filter { $0.sql != nil }
    for schema in Set(tables.map(\.table.schema) + createdTypes.map(\.schema)).sorted() {
      before.append(Statement(sql: "CREATE SCHEMA IF NOT EXISTS \(quotedIdentifier(schema))"))
    }
    if tables.contains(where: { $0.columns.contains { $0.type.usesCitext } }) {
      before.append(Statement(sql: "CREATE EXTENSION IF NOT EXISTS citext"))
    }
    before += createdTypes.compactMap(\.sql).map { Statement(sql: $0) }
    before += tables.map { Statement(sql: $0.sql) }
    beforeLoad = before
    afterLoad = plans.flatMap { plan in
      let tables = TableDefinition.tables(of: plan)
      let references = [plan.entity.references] + plan.children.map(\.source.references)
      return zip(tables, references).flatMap { table, references in
        // An index of whole arrays finds no element.
        references.filter { $0.enforcement != .none && !$0.isArray }.compactMap(table.index)
      }
    }
  }

  /// Everything as one script that a person can read and run.
  public var script: String {
    let foreign = foreignKeys.flatMap { [$0.addSQL, $0.validateSQL] }
    return (beforeLoad.map(\.sql) + afterLoad.map(\.sql) + foreign).map { $0 + ";\n" }.joined(separator: "\n")
  }
}

extension TargetType {
  fileprivate var usesCitext: Bool {
    switch base {
    case .citext: true
    case .array(let element): element.usesCitext
    default: false
    }
  }
}

/// One table as the mapping wants it.
public struct TableDefinition: Sendable {
  public var table: TableName
  public var columns: [TargetColumn]
  /// Columns that Postgres fills.
  public var generated: [GeneratedColumn] = []
  /// Names of the primary key's columns.
  public var key: [String]
  /// The parent table that owns the rows of a child table.
  public var parent: (table: TableName, columns: [String], key: [String])?
  /// The entity that it belongs to.
  public var entity: String

  static func tables(of plan: EntityPlan) -> [TableDefinition] {
    let keyNames = plan.keyColumns.map(\.name)
    let main = TableDefinition(
      table: plan.table, columns: plan.columns, generated: plan.entity.generated, key: keyNames, parent: nil,
      entity: plan.entity.name)
    return [main]
      + plan.children.map { child in
        let parents = child.columns.prefix(child.parentCount).map(\.name)
        let around = child.parent.map { plan.children[$0] }
        return TableDefinition(
          table: child.table, columns: child.columns,
          key: child.columns.prefix(child.leading).map(\.name),
          parent: (
            around?.table ?? plan.table, parents,
            around.map { $0.columns.prefix($0.leading).map(\.name) } ?? keyNames
          ), entity: plan.entity.name)
      }
  }

  /// Keys compare as bytes (`COLLATE "C"`): the order of the sources, and the quickest index.
  public var sql: String {
    var lines: [String] = columns.map { column in
      var line = "  \(quotedIdentifier(column.name)) \(column.type.sql)"
      if key.contains(column.name), column.type.isText, column.type.base != .citext {
        line += " COLLATE \"C\""
      }
      if column.isRequired { line += " NOT NULL" }
      if column.isUnique, key != [column.name] { line += " UNIQUE" }
      return line
    }
    lines += generated.map { "  " + $0.definition }
    if !key.isEmpty { lines.append("  PRIMARY KEY (\(columnList(key)))") }
    if let parent {
      lines.append(
        "  FOREIGN KEY (\(columnList(parent.columns))) REFERENCES \(parent.table.sql) (\(columnList(parent.key)))"
          + " ON DELETE CASCADE")
    }
    return "CREATE TABLE IF NOT EXISTS \(table.sql) (\n\(lines.joined(separator: ",\n"))\n)"
  }

  /// An index on a reference's columns, unless the key begins with them already.
  func index(for reference: Reference) -> SchemaPlan.Statement? {
    if Array(key.prefix(reference.columns.count)) == reference.columns { return nil }
    if reference.columns.count == 1,
      columns.contains(where: { $0.name == reference.columns[0] && $0.isUnique })
    {
      return nil
    }
    let name = shortenedName([table.name] + reference.columns, suffix: "idx")
    return SchemaPlan.Statement(
      sql: "CREATE INDEX IF NOT EXISTS \(quotedIdentifier(name)) ON \(table.sql)"
        + " (\(columnList(reference.columns)))")
  }
}

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

  /// Adds the constraint for new rows only; existing rows are checked by ``validateSQL``.
  public var addSQL: String {
    "ALTER TABLE \(table.sql) ADD CONSTRAINT \(quotedIdentifier(name)) FOREIGN KEY (\(columnList(columns)))"
      + " REFERENCES \(targetTable.sql) (\(columnList(targetColumns)))\(deletion) NOT VALID"
  }

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

/// A condition on a row `t`: none of `columns` is null, and no row of `table` has those values in `targets`.
public func orphanSQL(columns: [String], table: TableName, targets: [String]) -> String {
  let present = columns.map { "t.\(quotedIdentifier($0)) IS NOT NULL" }.joined(separator: " AND ")
  let pairs = zip(columns, targets).map { "o.\(quotedIdentifier($1)) = t.\(quotedIdentifier($0))" }
  return "\(present) AND NOT EXISTS (SELECT FROM \(table.sql) o WHERE \(pairs.joined(separator: " AND ")))"
}

/// `"a", "b"`.
public func columnList(_ names: [String], prefix: String = "") -> String {
  names.map { prefix + quotedIdentifier($0) }.joined(separator: ", ")
}

/// A name of at most 63 bytes, as Postgres keeps; a longer one ends in a digest, so that two never meet.
func shortenedName(_ parts: [String], suffix: String) -> String {
  let whole = (parts + [suffix]).joined(separator: "_")
  if whole.utf8.count <= 63 { return whole }
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in whole.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  var head = Substring(parts.joined(separator: "_"))
  let tail = "_" + String(hash, radix: 36) + "_" + suffix
  while head.utf8.count + tail.utf8.count > 63 { head = head.dropLast() }
  return head + tail
}
