import Audit
import Backfill
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

  @Test("an end between the last chunk and the entity's own end", .timeLimit(.minutes(1)))
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

  @Test("a chunk that was planned and not done is moved, and no other", .timeLimit(.minutes(1)))
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

  @Test("another mapping or another limit begins a run of its own")
  func otherRun() throws {
    let (mongo, target, engine) = try scene()
    expectEqual(try engine.backfill { $0.limit = 4 }.counts("things"), [4, 4, 0, 0, 0])
    expectEqual(try target.rows("SELECT id FROM core.things ORDER BY id"), ["1", "2", "3", "4"])
    try target.execute("UPDATE kedge.runs SET state = 'running'")
    expectEqual(try engine.backfill().counts("things"), [10, 6, 4, 0, 0])
    let other = try Engine(
      mongo: mongo, into: target, Self.things + "\nfilters: [{ field: v, one-of: [\"1\"] }]")
    let report = try other.backfill()
    #expect(!report.isResumed)
    #expect(report.counts("things") == [10, 0, 1, 0, 9])
  }

  @Test("a stop that comes at any time ends every worker, and the next run goes on", .timeLimit(.minutes(1)))
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
