import Backfill
import Codec
import Executors
import Mapping
import Synchronization
import TestSupport
import Testing

/// Two members of one run, as two processes are, but in one: everything that they share is there for the thread sanitizer
/// to see.
@Suite("Shared run")
struct SharedRunTests {
  private static func mapping(_ source: String, id: String) -> String {
    """
    entity: things
    owner: core
    source: \(source)
    key: [id]
    fields: { id: \(id), v: { type: integer }, t: text }
    """
  }

  /// Lets two members with two workers each move everything, and returns what each of them said.
  private func moveTogether(_ engine: Engine, _ target: TestPostgres) throws -> [BackfillReport] {
    var options = BackfillOptions()
    (options.workers, options.chunkSize) = (2, 50)
    let backfill = try engine.prepared(options)
    let outcomes = Mutex<[Result<BackfillReport, any Error>]>([])
    // Nobody writes a row before both are there.
    try target.execute("BEGIN")
    try target.execute("LOCK TABLE core.things IN SHARE MODE")
    let members = try (0..<2).map { index in
      try DedicatedThread(name: "member-\(index)") {
        let outcome = Result { try backfill.run() }
        outcomes.withLock { $0.append(outcome) }
      }
    }
    let wait = Result {
      try waitUntil("both take part") {
        try target.value(
          "SELECT count(*) FROM kedge.members WHERE run = (SELECT max(id) FROM kedge.runs) AND state = 'working'"
        )
          == "2"
      }
    }
    try target.execute("COMMIT")
    for member in members { member.join() }
    try wait.get()
    return try outcomes.withLock { try $0.map { try $0.get() } }
  }

  private func expectWhole(_ reports: [BackfillReport], _ target: TestPostgres) throws {
    #expect(reports.count == 2)
    // Each tells what the whole run did.
    for report in reports { #expect(report.counts("things") == [1500, 1498, 0, 2, 0]) }
    #expect(Set(reports.map(\.run)).count == 1)
    #expect(
      try target.rows("SELECT id, v, t FROM core.things ORDER BY id")
        == (1...1500).filter { $0 != 7 && $0 != 1200 }.map { "\($0) | \($0 * 2) | text \($0)" })
    #expect(
      try target.rows("SELECT entity, reason, field FROM kedge.quarantine") == [
        "things | wrong_type | v", "things | wrong_type | v",
      ])
    #expect(try target.value("SELECT count(*) FROM kedge.chunks WHERE NOT is_done") == "0")
  }

  @Test("two members move one collection", .timeLimit(.minutes(10)))
  func mongo() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let engine = try Engine(
      mongo: mongo, into: target,
      Self.mapping("{ store: app, collection: things }", id: "{ from: _id, type: integer }"))
    try mongo.insert("things", [["_id": 0, "v": 0, "t": ""]])
    try engine.backfill()
    try mongo.delete("things", id: 0)
    try target.execute("DELETE FROM core.things")
    let documents = (1...1500).map { id in
      let value: BSONValue = id == 7 || id == 1200 ? .string("x") : .int32(Int32(id * 2))
      return BSONDocument([("_id", .int32(Int32(id))), ("v", value), ("t", .string("text \(id)"))])
    }
    try mongo.insert("things", documents)
    try expectWhole(try moveTogether(engine, target), target)
  }

  @Test("two members move one table", .timeLimit(.minutes(10)))
  func sqlite() throws {
    let (file, target) = (
      try TestSQLite("CREATE TABLE things (id INTEGER PRIMARY KEY, v, t)"), try TestPostgres()
    )
    let engine = try Engine(
      sqlite: file, into: target, Self.mapping("{ store: file, table: things }", id: "integer"))
    try engine.backfill()
    try file.execute(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
      INSERT INTO things SELECT i, CASE WHEN i IN (7, 1200) THEN 'x' ELSE i * 2 END, 'text ' || i FROM n
      """)
    try expectWhole(try moveTogether(engine, target), target)
  }

  @Test("who waits too long for another to start says which session that is", .timeLimit(.minutes(5)))
  func hangingStarter() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", [["_id": 1]])
    let engine = try Engine(
      mongo: mongo, into: target,
      Self.mapping("{ store: app, collection: things }", id: "{ from: _id, type: integer }"))
    try target.execute(
      "SELECT pg_advisory_lock(hashtext('kedge start'), hashtext('\(engine.set.name)'))")
    var options = BackfillOptions()
    options.patience = 1
    let backfill = try engine.prepared(options)
    let process = try target.value("SELECT pg_backend_pid()")
    let error = #expect(throws: (any Error).self) { try backfill.run() }
    #expect("\(error.map { "\($0)" } ?? "")".contains("process \(process)"), "\(String(describing: error))")
    try target.execute(
      "SELECT pg_advisory_unlock(hashtext('kedge start'), hashtext('\(engine.set.name)'))")
    #expect(try backfill.run().counts("things") == [1, 1, 0, 0, 0])
  }
}
