public import Postgres

/// A Postgres database of one test's own.
public struct TemporaryPostgres: Sendable {
  /// Its URL. On a private server it names a Unix socket, which no other user of the machine reaches.
  public let url: String
  /// Its URL by TCP, with a password, for drivers that know no Unix sockets.
  public let networkURL: String
  /// Its name.
  public let name: String

  /// A new connection.
  public func connect() throws -> PostgresConnection { try PostgresConnection(PostgresSettings(url: url)) }

  /// Runs statements on a connection of their own.
  ///
  /// - Throws: `PostgresError`.
  public func execute(_ sql: String) throws {
    let connection = try connect()
    defer { connection.close() }
    try connection.execute(sql)
  }

  /// A query's rows, as texts; NULL is nil.
  ///
  /// - Throws: `PostgresError`.
  public func rows(_ sql: String) throws -> [[String?]] {
    let connection = try connect()
    defer { connection.close() }
    return try connection.query(sql).map { row in (0..<row.count).map { row[$0] } }
  }
}
