import Audit
import Codec
import DatabaseGuards
import Inference
import Mongo
import RecordSources
import TestSupport
import Testing

/// Rules that somebody went round or took away, and Kedge's own reading past them.
@Suite("What becomes of MongoDB's rules")
struct MongoGuardFindingTests {
  private func guarded() throws -> MongoGuardScene {
    let scene = try MongoGuardScene()
    try scene.mongo.insert("users", documents: [["_id": "u1", "name": "Ada"]])
    _ = try scene.rules("core").install(nil)
    return scene
  }

  @Test("a view that was dropped and written in its place is found, and no document of it is lost")
  func written() throws {
    let scene = try guarded()
    let rules = try scene.rules("core")
    try scene.mongo.drop("users")
    #expect(try rules.findings().map { "\($0.kind) \($0.problem)" } == ["view missing"])
    try scene.mongo.insert("users", documents: [["_id": "late"]])
    let finding = try #require(try rules.findings().first)
    #expect(finding.problem == .altered)
    #expect(finding.message.contains("a collection with 1 documents stands in the place of the view"))
    #expect(try rules.steps(nil).map(\.object) == ["users", "users"])
    _ = try rules.install(nil)
    #expect(try scene.ids("users") == ["u1"])
    #expect(try scene.ids("kedge_stray.users.1") == ["late"])
    #expect(try scene.writeCodes("users").values.allSatisfy { $0 == 166 })
    #expect(try rules.findings().map(\.object) == ["kedge_stray.users.1"])
    // Nor when the rules are taken away.
    try scene.mongo.drop("users")
    try scene.mongo.insert("users", documents: [["_id": "later"]])
    _ = try rules.uninstall()
    #expect(try scene.ids("users") == ["u1"])
    #expect(try scene.ids("kedge_stray.users.2") == ["later"])
    #expect(
      try scene.names() == [
        "kedge_stray.users.1 collection", "kedge_stray.users.2 collection", "users collection",
      ])
    #expect(try scene.writeCodes("users").values.allSatisfy { $0 == 0 })
    #expect(try rules.findings().map(\.object).contains("kedge_stray.users.2"))
    for name in ["kedge_stray.users.1", "kedge_stray.users.2"] { try scene.mongo.drop(name) }
    _ = try rules.uninstall()
    #expect(try scene.target.value("SELECT count(*) FROM kedge.guard_objects") == "0")
  }

  @Test("an altered view, a weakened validator and a collection made anew are found and put right")
  func altered() throws {
    let scene = try guarded()
    let rules = try scene.rules("core")
    try scene.mongo.run(command: ["collMod": "kedge_frozen.users", "validationAction": "warn"])
    #expect(try rules.findings().map { "\($0.kind) \($0.problem)" } == ["validator altered"])
    _ = try rules.install(nil)
    try scene.mongo.run(command: ["collMod": "kedge_frozen.users", "validator": [:]])
    #expect(try rules.findings().map { "\($0.kind) \($0.problem)" } == ["validator altered"])
    _ = try rules.install(nil)
    #expect(try rules.findings().isEmpty)
    try scene.mongo.run(command: [
      "collMod": "users", "viewOn": "kedge_frozen.users", "pipeline": [["$match": ["_id": "nobody"]]],
    ])
    #expect(try rules.findings().map { "\($0.kind) \($0.problem)" } == ["view altered"])
    _ = try rules.install(nil)
    #expect(try rules.findings().isEmpty)
    #expect(try scene.ids("users") == ["u1"])
    try scene.mongo.drop("kedge_frozen.users")
    #expect(try rules.findings().map { "\($0.kind) \($0.problem)" } == ["collection missing"])
    try scene.mongo.insert("kedge_frozen.users", documents: [["_id": "other"]])
    #expect(try rules.findings().map(\.problem) == [.altered, .altered])
  }

  @Test("audits, backfills and scans read a guarded collection by its own name")
  func reading() throws {
    func users(_ phase: String) -> String {
      """
      entity: users
      owner: core
      phase: \(phase)
      source: { store: app, collection: users }
      key: [id]
      fields: { id: { from: _id, type: text, transforms: [text] }, name: text }
      """
    }
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let scene = try MongoGuardScene(mongo: mongo.connection)
    try mongo.insert("users", (1...2500).map { ["_id": .string("u\($0)"), "name": "x"] })
    try Engine(mongo: mongo, into: target, users("legacy")).backfill()
    let core = try Engine(mongo: mongo, into: target, users("core"))
    #expect(!(try core.audit().hasDrift))
    _ = try scene.rules("core").install(nil)
    // The baseline that was taken before the view still holds.
    let report = try core.audit()
    #expect(!report.hasDrift && report.ownership.isEmpty)
    expectEqual(report.entities.first?.note?.contains("is as it was at"), true)
    // A backfill and a comparison of every row.
    let legacy = try Engine(mongo: mongo, into: target, users("legacy"))
    try target.execute("DELETE FROM core.users WHERE id IN ('u1', 'u2')")
    #expect(try legacy.audit().tally("users")?.missing == 2)
    let landed = try legacy.backfill()
    #expect(landed.counts("users") == [2500, 2, 2498, 0, 0])
    #expect(!(try legacy.audit().hasDrift))
    let scan = try SourceScan.run(.mongo(mongo.connection.settings))
    #expect(scan.collections.map(\.name) == ["users"])
    #expect(scan.collections.map(\.records) == [2500])
    // A write past the view is seen as before.
    try mongo.connection.run(command: [
      "insert": "kedge_frozen.users", "documents": [["_id": "by"]], "bypassDocumentValidation": true,
    ])
    _ = try core.audit { $0.takesBaselines = true }
    try mongo.connection.deleteOne("kedge_frozen.users", filter: ["_id": "by"])
    #expect(try core.audit().ownership.map(\.object) == ["users"])
  }
}
