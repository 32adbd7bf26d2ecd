import Database
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

/// A schema of its own for one test, in a database that the tests of this target share while any of them runs: to make a database
/// takes long, and keeps a thread of Swift's tasks waiting.
final class PostgresSide {
  private struct State {
    var users = 0
    var database: TestPostgres?
  }
  private static let state = Mutex(State())

  /// Leads into the schema. The application's name is the test's own.
  let settings: PostgresSettings
  /// A connection of the test's own into the schema.
  let connection: PostgresConnection

  init() throws {
    var settings = try Self.state.withLock { state in
      let database = try state.database ?? TestPostgres()
      state.database = database
      state.users += 1
      return database.settings
    }
    let schema = "test_\(UInt64.random(in: 0 ... .max))"
    settings.applicationName = schema
    settings.sessionSettings["search_path"] = schema
    self.settings = settings
    connection = try PostgresConnection(settings)
    try connection.execute("CREATE SCHEMA \(schema)")
  }

  deinit {
    connection.close()
    Self.state.withLock { state in
      state.users -= 1
      if state.users == 0 { state.database = nil }
    }
  }
}

/// A folder in memory, where there is one: a file's every commit waits for its disk.
final class MemoryFolder {
  let path: String

  init() throws {
    let parent = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    path = parent + "/kedge_database_\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("The test's folder \(path) is left behind: \(error)")
    }
  }
}

/// A database of its own for one test, on either backend.
final class TestDatabase {
  let database: Database
  let postgres: PostgresSide?
  private let folder: MemoryFolder?

  init(_ backend: DatabaseBackend, _ adjust: (inout DatabaseConfiguration) -> Void = { _ in }) throws {
    var configuration: DatabaseConfiguration
    switch backend {
    case .postgres:
      let server = try PostgresSide()
      postgres = server
      folder = nil
      configuration = DatabaseConfiguration(.postgres([server.settings]))
    case .sqlite:
      let place = try MemoryFolder()
      postgres = nil
      folder = place
      configuration = DatabaseConfiguration(.sqlite(path: place.path + "/test.db"))
    }
    // A loaded machine takes its time.
    configuration.waitLimit = .seconds(240)
    adjust(&configuration)
    database = try Database(configuration)
  }

  /// Runs `body` with a database, and closes it.
  static func with(
    _ backend: DatabaseBackend, _ adjust: (inout DatabaseConfiguration) -> Void = { _ in },
    _ body: (TestDatabase) async throws -> Void
  ) async throws {
    let test = try TestDatabase(backend, adjust)
    do {
      try await body(test)
    } catch {
      await test.database.close()
      throw error
    }
    await test.database.close()
  }
}

/// The error that `body` throws.
func failure(_ body: () async throws -> Void) async throws -> DatabaseError {
  do {
    try await body()
  } catch let error as DatabaseError {
    return error
  }
  throw UnexpectedResult(description: "no error was thrown")
}
