internal import Codec
public import Mapping

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
  public var sql: String { create("CREATE TABLE IF NOT EXISTS") }

  /// The same, for a migration: fails where the table is there.
  public var plainSQL: String { create("CREATE TABLE") }

  private func create(_ verb: String) -> String {
    var lines: [String] = columns.map { column in
      var line = "  \(quotedIdentifier(column.name)) \(column.type.sql)"
      if comparesAsBytes(column) { line += " COLLATE \"C\"" }
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
    return "\(verb) \(table.sql) (\n\(lines.joined(separator: ",\n"))\n)"
  }

  /// Whether a column is of the key and text, and so has the collation "C".
  public func comparesAsBytes(_ column: TargetColumn) -> Bool {
    key.contains(column.name) && column.type.isText && column.type.base != .citext
  }

  /// What ties a child table's rows to their parents; nil of other tables. It has the name that Postgres gives it.
  var parentKey: ForeignKey? {
    parent.map { parent in
      ForeignKey(
        name: postgresName(table.name, parent.columns.joined(separator: "_"), "fkey"), entity: entity,
        table: table,
        columns: parent.columns, targetTable: parent.table, targetColumns: parent.key, onDelete: .cascade)
    }
  }

  /// An index on a reference's columns, unless the key begins with them already.
  func index(for reference: Reference) -> IndexDefinition? {
    if Array(key.prefix(reference.columns.count)) == reference.columns { return nil }
    if reference.columns.count == 1,
      columns.contains(where: { $0.name == reference.columns[0] && $0.isUnique })
    {
      return nil
    }
    return IndexDefinition(
      name: shortenedName([table.name] + reference.columns, suffix: "idx"), table: table,
      columns: reference.columns)
  }
}

/// An index for the columns of a reference.
public struct IndexDefinition: Sendable, Equatable {
  public var name: String
  public var table: TableName
  public var columns: [String]

  /// DDL that is safe to run again.
  public var sql: String { create("CREATE INDEX IF NOT EXISTS") }
  /// The same, for a migration that also makes the table.
  public var plainSQL: String { create("CREATE INDEX") }
  /// The same, for a table that is in use.
  public var concurrentSQL: String { create("CREATE INDEX CONCURRENTLY") }

  private func create(_ verb: String) -> String {
    "\(verb) \(quotedIdentifier(name)) ON \(table.sql) (\(columnList(columns)))"
  }
}
