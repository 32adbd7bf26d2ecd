internal import Foundation
public import Postgres

/// A Postgres database of its own for one test, dropped with the last reference to it.
public final class TestPostgres {
  /// Where it is.
  public let settings: PostgresSettings
  /// Its URL.
  public let url: String
  /// A connection into it.
  public let connection: PostgresConnection

  /// Makes the database on the server that `KEDGE_TEST_POSTGRES_URL` names.
  ///
  /// - Parameter original: a database that the new one begins as a copy of. Its connection is closed for good, for the
  ///   server copies only what nobody is connected to.
  public init(copying original: TestPostgres? = nil) throws {
    let server = try MissingServer.postgres.url()
    let administrator = try PostgresConnection(try PostgresSettings(url: server))
    defer { administrator.close() }
    let name = uniqueName()
    original?.connection.close()
    let template = original.map { " TEMPLATE \($0.settings.database ?? "")" } ?? ""
    // The other way writes each page to the log, too, which takes twice the time of a test's server.
    let isCopied =
      try administrator.query("SELECT current_setting('server_version_num')::integer >= 150000 AS knows")
      .first?["knows"] == "t"
    let strategy = isCopied && original == nil ? " STRATEGY file_copy" : ""
    try administrator.execute("CREATE DATABASE \(name)" + template + strategy)
    url = withDatabase(name, in: server)
    settings = try PostgresSettings(url: url)
    connection = try PostgresConnection(settings)
  }

  deinit {
    connection.close()
    do {
      let server = try PostgresSettings(url: try MissingServer.postgres.url())
      let administrator = try PostgresConnection(server)
      defer { administrator.close() }
      try administrator.execute("DROP DATABASE \(settings.database ?? "") WITH (FORCE)")
    } catch {
      print("The test's database \(settings.database ?? "") is left behind: \(error)")
    }
  }

  /// Runs statements.
  @discardableResult
  public func execute(_ sql: String) throws -> Int { try connection.execute(sql) }

  /// The rows of a query, each as its values joined by ` | `; NULL is `∅`.
  public func rows(_ sql: String) throws -> [String] {
    try connection.query(sql).map { row in
      (0..<row.count).map { row[$0] ?? "∅" }.joined(separator: " | ")
    }
  }

  /// The one value of a query of one row and one column; NULL is `∅`.
  public func value(_ sql: String) throws -> String {
    let rows = try connection.query(sql)
    guard rows.count == 1, rows[0].count == 1 else {
      throw UnexpectedResult(description: "\(rows.count) rows instead of one value: \(sql)")
    }
    return rows[0][0] ?? "∅"
  }

  /// One digest of a whole table's contents, whatever the order of its rows.
  public func digest(_ table: String) throws -> String {
    try value(
      "SELECT md5(coalesce(string_agg(m, '' ORDER BY m), '')) FROM (SELECT md5(t::text) m FROM \(table) t) s")
  }
}

/// A query that didn't give what a test takes for granted.
public struct UnexpectedResult: Error, CustomStringConvertible {
  /// What was found.
  public let description: String

  /// - Parameter description: what was found.
  public init(description: String) { self.description = description }
}
