import Codec
import DatabaseGuards
import Guardrails
import Mongo
import TestSupport
import Testing

/// A read-only view in the place of a collection that has moved.
@Suite("Guardrails inside MongoDB")
struct MongoGuardTests {
  static let operations = ["insert", "update", "upsert", "delete", "findAndModify", "findAndRemove", "bulk"]

  private func filled() throws -> MongoGuardScene {
    let scene = try MongoGuardScene()
    try scene.mongo.run(command: [
      "create": "users", "validator": ["name": ["$type": "string"]], "validationLevel": "moderate",
      "validationAction": "warn", "collation": ["locale": "en", "strength": 2],
    ])
    try scene.mongo.run(command: [
      "createIndexes": "users",
      "indexes": [["key": ["name": 1], "name": "by_name", "unique": true, "sparse": true]],
    ])
    try scene.mongo.insert(
      "users", documents: [["_id": "u1", "name": "Ada"], ["_id": "u2", "name": "Bob"]])
    try scene.mongo.insert("drafts", documents: [["_id": "d1"]])
    return scene
  }

  @Test(
    "every write fails with code 166 while reads go on, and uninstall leaves all as it was",
    arguments: ["core", "retired"])
  func frozen(_ phase: String) throws {
    let scene = try filled()
    let before = try scene.catalog()
    let rules = try scene.rules(phase)
    let planned = try rules.steps(nil)
    #expect(planned.map(\.kind) == ["validator", "collection", "view"])
    #expect(try rules.install(nil) == planned)
    #expect(try rules.steps(nil).isEmpty)
    #expect(try rules.install(nil).isEmpty)
    #expect(try rules.findings().isEmpty)
    #expect(try scene.names() == ["drafts collection", "kedge_frozen.users collection", "users view"])

    let refused = Dictionary(uniqueKeysWithValues: Self.operations.map { ($0, 166) })
    #expect(try scene.writeCodes("users") == refused)
    // By the hidden name, what makes a document fails its validator.
    let hidden = try scene.writeCodes("kedge_frozen.users")
    for operation in ["insert", "update", "upsert", "findAndModify", "bulk"] {
      #expect(hidden[operation] == 121)
    }
    let free = try scene.writeCodes("drafts")
    #expect(free.values.allSatisfy { $0 == 0 })

    #expect(try scene.ids("users") == ["u1", "u2"])
    #expect(try scene.mongo.estimatedCount("users") == 2)
    // The view compares texts as the collection does.
    let found = try scene.mongo.find("users", filter: ["name": "ADA"])
    #expect(try found.next() != nil)
    let sample = try scene.mongo.aggregate("users", pipeline: [["$sample": ["size": 1]]])
    #expect(try sample.next() != nil)

    for id in ["new", "u9", "b1", "b2"] { try scene.mongo.deleteOne("drafts", filter: ["_id": .string(id)]) }
    try scene.mongo.run(command: [
      "update": "drafts", "updates": [["q": [:], "u": ["$unset": ["seen": 1]], "multi": true]],
    ])
    let removals = try rules.removals()
    #expect(removals.map(\.action) == [.remove, .restore, .restore])
    #expect(try rules.uninstall() == removals)
    #expect(try scene.catalog() == before)
    #expect(try scene.target.value("SELECT count(*) FROM kedge.guard_objects") == "0")
    #expect(try rules.uninstall().isEmpty)
  }

  @Test("what the validator says names the entity and what to do")
  func words() throws {
    let scene = try filled()
    _ = try scene.rules("core").install(nil)
    let hidden = try #require(try scene.mongo.collections().first { $0.name == "kedge_frozen.users" })
    let schema = hidden.options["validator"]?.document?["$jsonSchema"]?.document
    #expect(
      schema?["description"]
        == "kedge: not_owner: the entity \"users\" (users.yaml) is owned by the store \"postgres\" now, and \"users\" may only be read; write it there"
    )
  }

  @Test(
    "in legacy and shadow, and where nothing is to be refused, nothing stands in the way",
    arguments: [
      ("legacy", "enforce"), ("shadow", "enforce"), ("core", "off"), ("core", "observe"),
    ])
  func open(_ phase: String, _ mode: String) throws {
    let scene = try filled()
    let before = try scene.catalog()
    #expect(try scene.rules(phase, mode: mode).install(nil).isEmpty)
    #expect(try scene.catalog() == before)
    #expect(try scene.writeCodes("users").values.allSatisfy { $0 == 0 })
    let limits = try scene.rules(phase, mode: mode).limits()
    #expect(limits.contains { $0.contains("can't count writes") } == (mode == "observe"))
  }

  @Test("a phase that kedge doesn't know lets nobody write")
  func unknownPhase() throws {
    let scene = try filled()
    _ = try scene.rules("twilight", mode: "off").install(nil)
    #expect(try scene.writeCodes("users").values.allSatisfy { $0 == 166 })
  }

  @Test("a phase that moves back brings the collection back")
  func movedBack() throws {
    let scene = try filled()
    let before = try scene.catalog()
    _ = try scene.rules("core").install(nil)
    let back = try scene.rules("shadow")
    #expect(try back.findings().map(\.problem) == [.outdated])
    _ = try back.install(nil)
    #expect(try scene.catalog() == before)
    // From core to retired the words change, and nothing else.
    _ = try scene.rules("core").install(nil)
    let retired = try scene.rules("retired")
    #expect(try retired.findings().map(\.kind) == ["validator"])
    #expect(try retired.install(nil).map(\.kind) == ["validator"])
    #expect(try retired.findings().isEmpty)
    _ = try retired.uninstall()
    #expect(try scene.catalog() == before)
  }

  @Test("only the named entities are touched")
  func named() throws {
    let scene = try filled()
    let before = try scene.catalog()
    #expect(try scene.rules("core").steps(["drafts"]).isEmpty)
    #expect(try scene.rules("core").install(["drafts"]).isEmpty)
    #expect(try scene.catalog() == before)
    #expect(try scene.rules("core").install(["users"]).count == 3)
  }

  @Test("a collection that isn't there can't be made by a write")
  func absent() throws {
    let scene = try MongoGuardScene()
    let rules = try scene.rules("retired")
    #expect(try rules.install(nil).map(\.kind) == ["view"])
    #expect(try scene.writeCodes("users").values.allSatisfy { $0 == 166 })
    #expect(try scene.ids("users").isEmpty)
    #expect(try rules.findings().isEmpty)
    _ = try rules.uninstall()
    #expect(try scene.names().isEmpty)
  }

  @Test("a long name, and one with every odd character, is kept whole")
  func names() throws {
    let scene = try MongoGuardScene()
    let long = String(repeating: "ü", count: (255 - scene.mongo.settings.database.utf8.count - 1) / 2)
    var plan = try MongoGuardScene.plan("core")
    for name in [long, "odd \"name\" {x} .y"] {
      plan.entities[plan.entities.firstIndex { $0.name == "users" } ?? 0].collection = name
      try scene.mongo.insert(name, documents: [["_id": "u1"]])
      let before = try scene.catalog()
      let rules = MongoGuard(plan: plan, store: 0, mongo: scene.mongo, catalog: scene.target.connection)
      _ = try rules.install(nil)
      #expect(try scene.writeCodes(name).values.allSatisfy { $0 == 166 })
      #expect(try scene.ids(name) == ["u1"])
      _ = try rules.uninstall()
      #expect(try scene.catalog() == before)
    }
  }

  @Test("a capped collection is guarded like any other")
  func capped() throws {
    let scene = try MongoGuardScene()
    try scene.mongo.run(command: ["create": "users", "capped": true, "size": 4096])
    try scene.mongo.insert("users", documents: [["_id": "u1"]])
    let before = try scene.catalog()
    _ = try scene.rules("core").install(nil)
    #expect(try scene.writeCodes("users").values.allSatisfy { $0 == 166 })
    _ = try scene.rules("core").uninstall()
    #expect(try scene.catalog() == before)
  }

  @Test("a time series is refused, a view of the application's own is left alone")
  func otherKinds() throws {
    let scene = try MongoGuardScene()
    try scene.mongo.run(command: ["create": "users", "timeseries": ["timeField": "at"]])
    let before = try scene.catalog()
    #expect(throws: StoreGuardError.self) { try scene.rules("core").steps(nil) }
    let error = #expect(throws: StoreGuardError.self) { try scene.rules("core").install(nil) }
    #expect(error?.description.contains("is a time series") == true)
    #expect(try scene.catalog() == before)
    let other = try MongoGuardScene()
    try other.mongo.insert("people", documents: [["_id": "u1"]])
    try other.mongo.run(command: ["create": "users", "viewOn": "people", "pipeline": []])
    #expect(try other.rules("core").install(nil).isEmpty)
    #expect(try other.rules("core").findings().isEmpty)
    #expect(try other.names() == ["people collection", "users view"])
  }

  @Test("a hidden name that is taken by somebody else's collection is never touched")
  func taken() throws {
    let scene = try filled()
    try scene.mongo.insert("kedge_frozen.users", documents: [["_id": "theirs"]])
    let before = try scene.catalog()
    let error = #expect(throws: StoreGuardError.self) { try scene.rules("core").install(nil) }
    #expect(error?.description.contains("rename it") == true)
    #expect(try scene.catalog() == before)
  }
}
