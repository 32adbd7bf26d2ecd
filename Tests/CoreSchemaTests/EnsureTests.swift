import Codec
import CoreSchema
import Foundation
import Mapping
import Migrations
import Mongo
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("An application's start")
struct EnsureTests {
  private static let entity = """
    entity: tiers
    owner: core
    target: { table: tiers }
    key: [id]
    fields:
      id: { type: text }
      code: { type: text, required: true }
    """
  private static let tables =
    "-- kedge: up\nCREATE SCHEMA core;\nCREATE TABLE core.tiers (id text COLLATE \"C\" PRIMARY KEY, code text NOT NULL);\n"

  private let scene: DraftScene

  init() throws { scene = try DraftScene() }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: scene.path + "/" + name))
  }

  private func settings(_ entity: String = Self.entity) throws -> CoreSchemaSettings {
    CoreSchemaSettings(
      scene.database.settings,
      mapping: try MappingSet.parse(files: [
        ("set.yaml", "set: app\nstores: { main: { kind: postgres, environment: [DATABASE_URL] } }\n"),
        ("tiers.yaml", entity),
      ]), migrations: try scene.folder())
  }

  /// What a start fails with, as text.
  private func failure(_ settings: CoreSchemaSettings, _ mongo: MongoSettings) async -> String {
    do {
      _ = try await startApplication(settings, mongo)
      return "nothing"
    } catch {
      return "\(error)"
    }
  }

  @Test("the core comes up, and the feature store behind it")
  func wholeStart() async throws {
    try write("0001_tables.sql", Self.tables)
    let mongo = try TestMongo()
    let outlook = try await outlookOfCoreSchema(try settings())
    #expect(outlook.pending == ["0001_tables"])
    #expect(outlook.missing == ["table core.tiers doesn't exist"])
    #expect(try scene.everything().filter { $0.contains("core") } == [])
    let flows = try await startApplication(try settings(), try MongoSettings(url: mongo.uri))
    let store = flows.store
    #expect(store.core.set == "app")
    #expect(store.core.applied == ["0001_tables"])
    #expect(store.core.warnings == [])
    try await store.client.run { _ = try $0.run(command: ["insert": "flows", "documents": [["_id": 1]]]) }
    #expect(try await flows.count() == 1)
    #expect(try await ensureCoreSchema(try settings()).applied == [])
  }

  @Test(
    "whatever is wrong with the schema, nobody has connected to the feature store, and the message says what to do"
  )
  func order() async throws {
    let listener = try Listener()
    defer { listener.end() }
    let mongo = try MongoSettings(
      url: "mongodb://127.0.0.1:\(listener.port)/app?serverSelectionTimeoutMS=300&connectTimeoutMS=300")
    try write("0001_tables.sql", Self.tables.replacing("code text", with: "cod text"))
    let other = await failure(try settings(), mongo)
    #expect(other.contains("column core.tiers.code (text) doesn't exist"), "\(other)")
    #expect(other.contains("kedge migrate new NAME --from-mapping"))
    try write("0001_tables.sql", Self.tables)
    #expect(await failure(try settings(), mongo).contains("kedge migrate repair --accept 1"))
    try write("0001_tables.sql", Self.tables.replacing("code text", with: "cod text"))
    try write("0002_more.sql", "-- kedge: up\nALTER TABLE core.tiers ADD COLUMN code txt NOT NULL;\n")
    let failed = await failure(try settings(), mongo)
    #expect(failed.hasPrefix("the schema of \"app\" isn't up, so nothing may start on it: "), "\(failed)")
    #expect(failed.contains("0002_more.sql:2:40: error:"))
    #expect(failed.contains("Mend the file and run the same command again."))
    var gone = try settings()
    gone.target.database = "kedge_there_is_none"
    #expect(await failure(gone, mongo).contains("kedge_there_is_none"))
    #expect(listener.connections == 0)
    // And with the schema there, it is that very listener that is connected to.
    try write(
      "0002_more.sql",
      "-- kedge: up\nALTER TABLE core.tiers DROP COLUMN cod, ADD COLUMN code text NOT NULL;\n")
    #expect(await failure(try settings(), mongo).contains("127.0.0.1:\(listener.port)"))
    #expect(listener.connections > 0)
  }

  @Test("of many that start at once one migrates, and all go on; none blocks the threads of others' tasks")
  func together() async throws {
    try write("0001_tables.sql", Self.tables)
    for number in 2...5 {
      try write(
        "000\(number)_t.sql", "-- kedge: up\nCREATE TABLE core.t\(number) (id int);\nSELECT pg_sleep(0.05);\n"
      )
    }
    var settings = try settings()
    // However long this machine's other tests keep this one from going on.
    settings.patience = 600
    let waiting = Mutex(0)
    settings.say = { text in
      if text.hasPrefix("waiting for another process") { waiting.withLock { $0 += 1 } }
    }
    // The runner's own lock, so that all of them have to wait.
    let connection = scene.database.connection
    _ = try connection.query("SELECT pg_advisory_lock(1801806951, 1835624306)")
    let ready = settings
    // More than there are threads for tasks: if they waited on those, the rest wouldn't begin, and this task wouldn't go on.
    let many = 4 * ProcessInfo.processInfo.activeProcessorCount
    let starts = (0..<many).map { _ in Task { try await ensureCoreSchema(ready) } }
    try await wait("all of them wait") { waiting.withLock { $0 } == many }
    _ = try connection.query("SELECT pg_advisory_unlock(1801806951, 1835624306)")
    var all: [CoreReady] = []
    for start in starts { all.append(try await start.value) }
    #expect(all.flatMap(\.applied).sorted() == ["0001_tables", "0002_t", "0003_t", "0004_t", "0005_t"])
    #expect(try scene.database.value("SELECT count(*) FROM kedge.migration_events WHERE event = 'up'") == "5")
  }

  @Test("the work has a thread of its own, and a cancelled task gives up")
  func threads() async throws {
    try write("0001_tables.sql", Self.tables)
    let names = Mutex<[String]>([])
    var settings = try settings()
    settings.say = { _ in names.withLock { $0.append(Thread.current.name ?? "") } }
    _ = try await ensureCoreSchema(settings)
    #expect(names.withLock { $0 } == ["kedge schema"])

    try write("0002_wait.sql", "-- kedge: up\nSELECT pg_sleep(600);\n")
    let slow = try self.settings()
    let task = Task { try await ensureCoreSchema(slow) }
    try await wait("the migration runs") {
      try scene.database.value(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND datname = current_database()"
          + " AND pid <> pg_backend_pid()") == "1"
    }
    task.cancel()
    await #expect { _ = try await task.value } throws: { "\($0)".contains("stopped; what is finished stays") }
    #expect(try scene.runner().status().entries.map(\.state.rawValue) == ["applied", "pending"])
  }

  private func wait(_ what: String, until isSo: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !isSo() {
      guard ContinuousClock.now < deadline else { throw UnexpectedResult(description: "never: \(what)") }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}
