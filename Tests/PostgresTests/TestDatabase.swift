import Foundation
import Glibc
import Postgres

/// A database of its own for one test, on the server that the environment names.
enum TestDatabase {
  /// The server for tests.
  static func server() throws -> PostgresSettings {
    guard let url = ProcessInfo.processInfo.environment["KEDGE_TEST_POSTGRES_URL"] else {
      throw MissingServer()
    }
    return try PostgresSettings(url: url)
  }

  /// Makes a database, lends a connection to it, and drops it.
  static func with<T>(_ body: (PostgresConnection) throws -> T) throws -> T {
    let administrator = try PostgresConnection(server())
    defer { administrator.close() }
    let name = "kedge_test_\(getpid())_\(UInt32.random(in: 0 ... .max))"
    try administrator.execute("CREATE DATABASE \(quoteIdentifier(name))")
    var settings = try server()
    settings.database = name
    defer {
      do {
        try administrator.execute("DROP DATABASE \(quoteIdentifier(name)) WITH (FORCE)")
      } catch {
        print("The test's database \(name) is left behind: \(error)")
      }
    }
    let connection = try PostgresConnection(settings)
    defer { connection.close() }
    return try body(connection)
  }
}

struct MissingServer: Error, CustomStringConvertible {
  let description =
    "This test needs a Postgres server: set KEDGE_TEST_POSTGRES_URL to a URL whose user may create databases."
}

extension PostgresConnection {
  /// Sends text or bytes into the COPY that is open.
  func put(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try putCopyData($0) }
  }
}
