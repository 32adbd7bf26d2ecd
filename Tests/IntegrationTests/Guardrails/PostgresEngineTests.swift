import Audit
import Backfill
import Codec
import DatabaseGuards
import Executors
import Guardrails
import Mapping
import Mongo
import Postgres
import TestSupport
import Testing

/// The engine writes under guardrails as it does without.
@Suite("Guardrails in Postgres: the engine")
struct PostgresEngineTests {
  private static func entity(_ phase: Entity.Phase) -> String {
    """
    entity: items
    owner: core
    phase: \(phase.rawValue)
    source: { store: app, collection: items }
    key: [id]
    writers: [ItemRepository]
    fields: { id: { from: _id, type: integer }, name: { type: varchar(10) } }
    children:
      tags: { from: "tags[]", fields: { tag: { from: "@", type: text } } }
    """
  }

  private func item(_ id: Int, name: String? = nil) -> BSONDocument {
    [
      "_id": BSONValue(id), "name": .string(name ?? "item \(id)"),
      "tags": [.string("a\(id)"), "b"],
    ]
  }

  private func scene(_ phase: Entity.Phase = .legacy) throws -> (
    TestMongo, TestPostgres, Engine, GuardInstaller
  ) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("items", (1...200).map { item($0) } + [item(201, name: "much too long a name")])
    let engine = try Engine(mongo: mongo, into: target, Self.entity(phase))
    // The tables are there, and empty.
    try target.execute("SET kedge.writer = 'kedge'")
    _ = try engine.backfill()
    try target.execute("TRUNCATE core.items, core.items_tags")
    let installer = GuardInstaller(GuardPlan(engine.set), target: target.connection)
    _ = try installer.install()
    expectEqual(try installer.steps().map(\.statement), [])
    return (mongo, target, engine, installer)
  }

  @Test(
    "backfill, repair and replay work while the old store owns", arguments: [Entity.Phase.legacy, .shadow])
  func moving(phase: Entity.Phase) throws {
    let (mongo, target, engine, _) = try scene(phase)
    expectEqual(try engine.backfill { $0.isNew = true }.counts("items"), [201, 200, 0, 1, 0])
    expectEqual(try target.value("SELECT count(*) FROM core.items_tags"), "400")
    let right = try target.digest("core.items")
    try target.execute(
      "DELETE FROM core.items WHERE id < 5; UPDATE core.items SET name = 'x' WHERE id = 9; INSERT INTO core.items VALUES (900)"
    )
    let repaired = try engine.audit(repairs: true)
    #expect(repaired.repair != nil)
    expectEqual(try target.digest("core.items"), right)
    expectEqual(try engine.audit().differences, [])
    try mongo.delete("items", id: 201)
    try mongo.insert("items", [item(201, name: "short")])
    expectEqual(try engine.replay("items").landed, 1)
    expectEqual(try target.value("SELECT name FROM core.items WHERE id = 201"), "short")
    // Whoever isn't Kedge writes nothing of this.
    let other = try PostgresConnection(target.settings)
    expectEqual(try refusal(other, "DELETE FROM core.items"), "KG001 not_owner")
  }

  @Test("a backfill over what Postgres owns fails as a whole: no row is changed, and none is blamed")
  func overOwner() throws {
    let (_, target, engine, _) = try scene(.core)
    let owner = try PostgresConnection(target.settings.writing(as: "ItemRepository"))
    try owner.execute("INSERT INTO core.items VALUES (1, 'owner''s')")
    let error = #expect(throws: (any Error).self) { try engine.backfill { $0.isNew = true } }
    #expect("\(error as Any)".contains("Kedge must not move data over the owner's"), "\(error as Any)")
    expectEqual(try target.rows("SELECT * FROM core.items"), ["1 | owner's"])
    expectEqual(try engine.refusals().filter { !$0.hasPrefix("201 ") }, [])
  }

  @Test("an interrupted backfill goes on under guardrails")
  func interrupted() throws {
    let (_, target, engine, _) = try scene()
    let stop = StopFlag()
    let process = try engine.process(stop: stop) {
      $0.isNew = true
      $0.chunkSize = 10
    }
    stop.set()
    #expect(throws: (any Error).self) { try process.run() }
    _ = try engine.backfill { $0.chunkSize = 10 }
    expectEqual(try target.value("SELECT count(*) FROM core.items"), "200")
    expectEqual(try engine.audit().differences, [])
  }
}
