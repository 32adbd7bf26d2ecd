public import SQLite

/// A SQLite file of one test's own.
public struct TemporarySQLite: Sendable {
  /// The file.
  public let path: String

  /// A new connection that reads and writes.
  public func connect() throws -> SQLiteConnection { try SQLiteConnection(path: path, mode: .create) }

  /// Runs statements on a connection of their own.
  ///
  /// - Throws: `SQLiteError`.
  public func execute(_ sql: String) throws { try connect().execute(sql) }

  /// A query's rows.
  ///
  /// - Throws: `SQLiteError`.
  public func rows(_ sql: String) throws -> [[SQLiteValue]] { try connect().query(sql) }
}
