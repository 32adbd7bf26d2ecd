import Backfill
import Codec
import Executors
import Synchronization
import TestSupport
import Testing

/// The schema's end, which may take long: Ctrl-C doesn't wait for it.
@Suite("Finishing the schema")
struct FinishTests {
  private static let mapping = """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields: { id: { from: _id, type: integer }, parent: { type: integer } }
    references:
      - { columns: [parent], entity: things, to: [id], enforce: constraint }
    """

  @Test("a stop ends the index that is being made, and the next run makes it", .timeLimit(.minutes(10)))
  func stopDuringIndex() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", [["_id": 1], ["_id": 2, "parent": 1]])
    let engine = try Engine(mongo: mongo, into: target, Self.mapping)
    try engine.backfill()
    let indexes = "SELECT indexname FROM pg_indexes WHERE schemaname = 'core' AND indexdef LIKE '%(parent)%'"
    let index = try target.value(indexes)
    try target.execute("DROP INDEX core.\"\(index)\"")
    let stop = StopFlag()
    let backfill = try engine.prepared(BackfillOptions(), stop: stop)
    let failure = Mutex<(any Error)?>(nil)
    // An index has to wait for whoever may write.
    try target.execute("BEGIN")
    try target.execute("LOCK TABLE core.things IN ROW EXCLUSIVE MODE")
    let thread = try DedicatedThread(name: "backfill") {
      do { _ = try backfill.run() } catch { failure.withLock { $0 = error } }
    }
    let wait = Result {
      try waitUntil("the index waits") {
        // Within a transaction the server shows the same activity again and again unless told otherwise.
        try target.execute("SELECT pg_stat_clear_snapshot()")
        return try target.value(
          """
          SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX%'
          """) == "1"
      }
    }
    stop.set()
    // The lock is still held: only the cancel request can have ended the statement.
    thread.join()
    try target.execute("COMMIT")
    try wait.get()
    #expect(failure.withLock { "\($0.map { "\($0)" } ?? "none")" } == BackfillError.interrupted.description)
    #expect(try target.rows("SELECT state FROM kedge.runs ORDER BY id") == ["done", "interrupted"])
    #expect(try target.rows(indexes) == [])
    let report = try engine.backfill()
    #expect(report.isResumed)
    #expect(try target.rows(indexes) == [index])
    #expect(try target.rows("SELECT id, parent FROM core.things ORDER BY id") == ["1 | ∅", "2 | 1"])
  }

  @Test("a stop ends the chunk that is being merged, and the next run merges it", .timeLimit(.minutes(10)))
  func stopDuringMerge() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", [["_id": 1], ["_id": 2, "parent": 1]])
    let engine = try Engine(mongo: mongo, into: target, Self.mapping)
    try engine.backfill()
    try mongo.update("things", id: 2, ["$set": ["parent": 2]])
    // Writing a row takes as long as the gate is closed.
    try target.execute(
      """
      CREATE TABLE gate (closed boolean);
      INSERT INTO gate VALUES (true);
      CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        WHILE EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.01); END LOOP;
        RETURN NEW;
      END $$;
      CREATE TRIGGER slow BEFORE UPDATE ON core.things FOR EACH ROW EXECUTE FUNCTION wait_at_gate()
      """)
    let stop = StopFlag()
    let backfill = try engine.prepared(BackfillOptions(), stop: stop)
    let failure = Mutex<(any Error)?>(nil)
    let thread = try DedicatedThread(name: "backfill") {
      do { _ = try backfill.run() } catch { failure.withLock { $0 = error } }
    }
    let wait = Result {
      try waitUntil("the merge is at the gate") {
        try target.value(
          """
          SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event = 'PgSleep' AND pid <> pg_backend_pid()
          """) == "1"
      }
    }
    stop.set()
    // The gate is still closed: only the cancel request can have ended the statement.
    thread.join()
    try target.execute("DELETE FROM gate")
    try wait.get()
    #expect(failure.withLock { "\($0.map { "\($0)" } ?? "none")" } == BackfillError.interrupted.description)
    #expect(try target.rows("SELECT id, parent FROM core.things ORDER BY id") == ["1 | ∅", "2 | 1"])
    #expect(try target.rows("SELECT state FROM kedge.runs ORDER BY id") == ["done", "interrupted"])
    #expect(try engine.backfill().isResumed)
    #expect(try target.rows("SELECT id, parent FROM core.things ORDER BY id") == ["1 | ∅", "2 | 2"])
  }
}
