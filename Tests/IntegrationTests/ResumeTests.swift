import Audit
import Backfill
import Catalog
import Codec
import Executors
import Mongo
import TestSupport
import Testing

/// Going on after an end at an awkward instant, seen from the catalog.
@Suite("Resume")
struct ResumeTests {
  private static let things = """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields: { id: { from: _id, type: integer }, v: { type: integer, missing: { value: "0" } } }
    """

  private func scene(_ count: Int = 10) throws -> (TestMongo, TestPostgres, Engine) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", (1...count).map { ["_id": BSONValue($0), "v": BSONValue($0)] })
    return (mongo, target, try Engine(mongo: mongo, into: target, Self.things))
  }

  @Test("an end between the last chunk and the entity's own end", .timeLimit(.minutes(10)))
  func afterTheLastChunk() throws {
    let (_, target, engine) = try scene()
    try engine.backfill { $0.chunkSize = 3 }
    try target.execute(
      "UPDATE kedge.runs SET state = 'running'; UPDATE kedge.run_entities SET is_done = false")
    let report = try engine.backfill { $0.chunkSize = 3 }
    #expect(report.isResumed)
    #expect(report.counts("things") == [10, 10, 0, 0, 0])
    expectEqual(try target.rows("SELECT state FROM kedge.runs"), ["done"])
  }

  @Test("a chunk that was planned and not done is moved, and no other", .timeLimit(.minutes(10)))
  func openChunk() throws {
    let (mongo, target, engine) = try scene()
    try engine.backfill { $0.chunkSize = 3 }
    try target.execute(
      """
      UPDATE kedge.runs SET state = 'running'; UPDATE kedge.run_entities SET is_done = false;
      UPDATE kedge.chunks SET is_done = false WHERE chunk = 1; DELETE FROM core.things WHERE id BETWEEN 4 AND 6
      """)
    // What changed in the chunks that are done stays as it was: they aren't read again.
    try mongo.connection.update("things", filter: [:], ["$set": ["v": 100]])
    let report = try engine.backfill { $0.chunkSize = 3 }
    #expect(report.counts("things") == [10, 10, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT id, v FROM core.things ORDER BY id"),
      (1...10).map { (4...6).contains($0) ? "\($0) | 100" : "\($0) | \($0)" })
  }

  @Test("a run that isn't finished is continued by the same request alone, or given up by name")
  func wrongResume() throws {
    let (mongo, target, engine) = try scene()
    expectEqual(try engine.backfill { $0.limit = 4 }.counts("things"), [4, 4, 0, 0, 0])
    expectEqual(try target.rows("SELECT id FROM core.things ORDER BY id"), ["1", "2", "3", "4"])
    try target.execute("UPDATE kedge.runs SET state = 'interrupted'")
    func refusal(_ engine: Engine, _ change: (inout BackfillOptions) -> Void = { _ in }) throws -> String {
      let error = #expect(throws: CatalogError.self) { try engine.backfill(change) }
      return error.map { "\($0)" } ?? ""
    }
    #expect(
      try refusal(engine).contains(
        "it was asked for at most 4 records of each entity and this is for all records"))
    let other = try Engine(
      mongo: mongo, into: target, Self.things + "\nfilters: [{ field: v, one-of: [\"1\"] }]")
    let text = try refusal(other) { $0.limit = 4 }
    #expect(text.contains("run 1 isn't finished") && text.contains("the mapping is another (digest "))
    #expect(text.contains("--new"))
    let elsewhere = try Engine(mongo: try TestMongo(), into: target, Self.things)
    try elsewhere.mongo?.insert("things", [["_id": 1, "v": 1]])
    #expect(try refusal(elsewhere) { $0.limit = 4 }.contains("the source is another ("))
    #expect(
      try refusal(engine) { ($0.limit, $0.entities) = (4, ["things"]) }.contains(
        "for all entities and this is for things"))
    try target.execute("UPDATE kedge.runs SET target = 'elsewhere/1'")
    #expect(try refusal(engine) { $0.limit = 4 }.contains("this database is a copy"))
    // None of them left a trace.
    expectEqual(try target.rows("SELECT id, state FROM kedge.runs"), ["1 | interrupted"])
    expectEqual(try target.rows("SELECT id FROM core.things ORDER BY id"), ["1", "2", "3", "4"])
    expectEqual(try engine.backfill { $0.isNew = true }.counts("things"), [10, 6, 4, 0, 0])
    expectEqual(try target.rows("SELECT id, state FROM kedge.runs ORDER BY id"), ["1 | failed", "2 | done"])
  }

  @Test("a stop that comes at any time ends every worker, and the next run goes on", .timeLimit(.minutes(10)))
  func stops() throws {
    let (_, target, engine) = try scene(300)
    let stop = StopFlag()
    stop.set()
    #expect(throws: BackfillError.self) { try engine.backfill(stop: stop) { $0.chunkSize = 1 } }
    expectEqual(try target.rows("SELECT state FROM kedge.runs"), ["interrupted"])
    let report = try engine.backfill { $0.chunkSize = 50 }
    #expect(report.isResumed)
    #expect(report.counts("things") == [300, 300, 0, 0, 0])
  }

  @Test("a dry run reads everything and leaves no trace")
  func dryRun() throws {
    let (_, target, engine) = try scene()
    expectEqual(try engine.dryRun().counts("things"), [10, 10, 0, 0, 0])
    expectEqual(try target.rows("SELECT nspname FROM pg_namespace WHERE nspname IN ('core', 'kedge')"), [])
  }
}
