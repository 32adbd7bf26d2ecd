public import Mapping
public import Postgres

/// What the live tables say of the key's text columns: the main table, and the child tables, whose rows begin with the key
/// of their record.
public struct LiveKey: Sendable {
  /// Columns that sort by their bytes, in every table.
  public var bytewise: Set<String> = []
  /// Columns whose collation takes different texts for one, in some table.
  public var folding: Set<String> = []

  /// Asks the server.
  ///
  /// - Throws: `PostgresError`.
  public init(_ plan: EntityPlan, in connection: PostgresConnection) throws {
    let names = plan.keyColumns.map(\.name)
    bytewise = Set(names)
    let tables = [(plan.table, names)] + plan.children.map { ($0.table, $0.rootColumns) }
    for (table, columns) in tables {
      let rows = try connection.query(
        """
        SELECT a.attname AS name, c.collisdeterministic AS deterministic,
          CASE WHEN c.collprovider = 'd' THEN (SELECT d.datcollate FROM pg_database d WHERE d.datname = current_database())
            ELSE coalesce(c.collcollate, '?') END IN ('C', 'POSIX') AS bytewise
        FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
        WHERE a.attrelid = to_regclass($1) AND a.attnum > 0
        """, [.text(table.sql)])
      for row in rows {
        let live = try row.text("name")
        guard let place = columns.firstIndex(of: live) else { continue }
        if try !row.bool("bytewise") { bytewise.remove(names[place]) }
        if try !row.bool("deterministic") { folding.insert(names[place]) }
      }
    }
  }
}
