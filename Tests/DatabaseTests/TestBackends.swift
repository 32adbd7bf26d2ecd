import Database
import Postgres
import TestSupport
import Testing

/// A database of its own for one test, on either backend.
final class TestDatabase {
  let database: Database
  let postgres: TestPostgres?
  private let folder: TemporaryFolder?

  init(_ backend: DatabaseBackend, _ adjust: (inout DatabaseConfiguration) -> Void = { _ in }) throws {
    var configuration: DatabaseConfiguration
    switch backend {
    case .postgres:
      let server = try TestPostgres()
      postgres = server
      folder = nil
      configuration = DatabaseConfiguration(.postgres([server.settings]))
    case .sqlite:
      let place = try TemporaryFolder()
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
