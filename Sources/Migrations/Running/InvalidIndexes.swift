public import Postgres

/// An index that `CREATE INDEX CONCURRENTLY` left behind: it costs every write and serves no query.
public struct InvalidIndex: Sendable, Equatable {
  /// Schema and name, quoted where needed.
  public let name: String
  /// The statement that takes it away.
  public var drop: String { "DROP INDEX CONCURRENTLY \(name);" }

  /// Those of a database, but for those that are being built right now.
  ///
  /// - Throws: `PostgresError`.
  public static func all(in connection: PostgresConnection) throws -> [InvalidIndex] {
    try connection.query(
      """
      SELECT format('%I.%I', n.nspname, c.relname) AS name
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname NOT LIKE 'pg\\_%'
        AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
      ORDER BY 1
      """
    ).map { InvalidIndex(name: try $0.text("name")) }
  }

  /// The index that a statement makes, if it is there, and whether it is valid.
  static func made(by statement: SQLStatement, in connection: PostgresConnection) throws -> (
    index: InvalidIndex, isValid: Bool
  )? {
    guard let (name, table) = statement.concurrentIndex else { return nil }
    let row = try connection.query(
      """
      SELECT format('%I.%I', n.nspname, c.relname) AS name, i.indisvalid
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE i.indrelid = to_regclass($1) AND c.relname = $2
      """, [.text(table.map(quoteIdentifier).joined(separator: ".")), .text(name)]
    ).first
    guard let row else { return nil }
    return (InvalidIndex(name: try row.text("name")), try row.bool("indisvalid"))
  }
}
