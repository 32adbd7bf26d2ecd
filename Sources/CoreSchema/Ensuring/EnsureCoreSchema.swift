internal import Executors
internal import Mapping
internal import Migrations
internal import Postgres
internal import Schema

/// Brings the core's schema up: applies the migrations that wait, and checks that the mapping's tables are there.
///
/// Several instances may start at once: one migrates, the others wait for it and go on. Where everything is up already, nothing
/// is locked and nothing written.
///
/// For example:
/// ```swift
/// let ready = try await ensureCoreSchema(settings)
/// let features = try await FeatureStore.mongo(try MongoSettings(url: url), after: ready)
/// ```
///
/// The work blocks, and so has a thread of its own.
///
/// - Throws: ``CoreSchemaError``, `PostgresError`.
public func ensureCoreSchema(_ settings: CoreSchemaSettings) async throws -> CoreReady {
  try await onOwnThread(settings) { try CoreSchemaWork(settings: settings).run() }
}

/// Says what ``ensureCoreSchema(_:)`` would do, and writes nothing.
///
/// - Throws: ``CoreSchemaError`` where the migrations couldn't be applied; `PostgresError`.
public func outlookOfCoreSchema(_ settings: CoreSchemaSettings) async throws -> CoreSchemaOutlook {
  try await onOwnThread(settings) { try CoreSchemaWork(settings: settings).outlook() }
}

private func onOwnThread<T: Sendable>(
  _ settings: CoreSchemaSettings, _ body: @escaping @Sendable () throws -> T
) async throws -> T {
  try await withTaskCancellationHandler {
    try await BlockingThread.run(name: "kedge schema", body)
  } onCancel: {
    settings.stop.set()
  }
}

/// The same for programs that have no asynchronous code, such as Kedge itself: blocks the thread that calls it.
public struct CoreSchemaWork: Sendable {
  private let settings: CoreSchemaSettings

  /// - Parameter settings: what is brought up, and where.
  public init(settings: CoreSchemaSettings) { self.settings = settings }

  /// Does what ``ensureCoreSchema(_:)`` does.
  ///
  /// - Throws: ``CoreSchemaError``, `PostgresError`.
  public func run() throws -> CoreReady {
    try connected { runner, connection in
      // A start that changes nothing waits for nobody.
      let applied = try runner.status().isUpToDate ? [] : runner.up().map(\.file.title)
      let differences = try differences(connection)
      let missing = differences.filter(\.blocksWrites).map(\.description)
      guard missing.isEmpty else {
        throw CoreSchemaError.incomplete(set: settings.mapping.name, missing: missing)
      }
      return CoreReady(
        set: settings.mapping.name, applied: applied, warnings: differences.map(\.description))
    }
  }

  /// Says what would be done, and writes nothing.
  ///
  /// - Throws: ``CoreSchemaError`` where the migrations couldn't be applied; `PostgresError`.
  public func outlook() throws -> CoreSchemaOutlook {
    try connected { runner, connection in
      CoreSchemaOutlook(
        pending: try runner.up(isDry: true).map(\.file.title),
        missing: try differences(connection).filter(\.blocksWrites).map(\.description))
    }
  }

  private func connected<T>(_ body: (MigrationRunner, PostgresConnection) throws -> T) throws -> T {
    let connection = try PostgresConnection(settings.target)
    defer { connection.close() }
    do {
      return try body(
        try MigrationRunner(connection, settings.migrations, options: settings.options), connection)
    } catch let error as MigrationError {
      throw CoreSchemaError.migrations(set: settings.mapping.name, cause: error)
    }
  }

  private func differences(_ connection: PostgresConnection) throws -> [Schema.SchemaDifference] {
    try SchemaPlan(try settings.plans(), set: settings.mapping).differences(from: connection)
  }
}
