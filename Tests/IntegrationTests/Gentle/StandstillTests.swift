import Backfill
import Catalog
import Codec
import Executors
import Mongo
import Postgres
import Progress
import Synchronization
import TestSupport
import Testing

/// What a pause does to a chunk that is being read.
@Suite("Standing still")
struct StandstillTests {
  private static func mapping(_ collection: String) -> String {
    """
    entity: things
    owner: core
    source: { store: app, collection: \(collection) }
    key: [id]
    fields:
      id: { from: _id, type: integer }
    """
  }

  /// Runs a backfill of one chunk slowly, pauses it while it is being read, and lets it go on.
  ///
  /// - Parameter isFilled: whether a row is in the target before, so that the chunk is staged and merged.
  /// - Returns: what had landed, what was planned while it stood still, and the report.
  private func pause(_ collection: String, isFilled: Bool = false) throws -> (
    landed: String, chunks: [String], report: BackfillReport
  ) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", (0..<4000).map { ["_id": .int32($0)] })
    try mongo.connection.run(command: ["create": "all_things", "viewOn": "things", "pipeline": BSONValue([])])
    let engine = try Engine(mongo: mongo, into: target, Self.mapping(collection))
    if isFilled {
      try target.execute(
        "CREATE SCHEMA core; CREATE TABLE core.things (id integer PRIMARY KEY); INSERT INTO core.things VALUES (7)"
      )
    }
    let outcome = Outcome()
    var options = BackfillOptions()
    options.rate = 500
    options.chunkSize = 100_000
    options.workers = 1
    let backfill = Backfill(
      BackfillContext(
        set: engine.set, plans: try engine.plans(), sources: engine.sources, target: target.settings,
        progress: ProgressReporter(mode: .quiet), stop: StopFlag()), options: options)
    let thread = try DedicatedThread(name: "backfill") { outcome.result = Result { try backfill.run() } }
    let watch = try PostgresConnection(target.settings)
    func value(_ sql: String) throws -> String { try watch.query(sql).first?[0] ?? "∅" }
    let catalog = Catalog(watch)
    try waitUntil("the chunk is being moved") {
      try outcome.checkUnfinished()
      guard try catalog.exists() else { return false }
      return try value(
        """
        SELECT EXISTS (SELECT FROM kedge.chunks WHERE member IS NOT NULL) AND EXISTS (
          SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'kedge run%'
            AND xact_start IS NOT NULL AND wait_event = 'ClientRead')
        """) == "t"
    }
    try catalog.set(isPaused: true, run: 1)
    try waitUntil("the run stands still") {
      try outcome.checkUnfinished()
      return try value(
        """
        SELECT EXISTS (SELECT FROM kedge.members WHERE hold LIKE 'paused%')
          AND NOT EXISTS (SELECT FROM kedge.chunks WHERE NOT is_done AND member IS NOT NULL)
          AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
            AND application_name LIKE 'kedge run%' AND xact_start IS NOT NULL AND state <> 'active')
        """) == "t"
    }
    let landed = try value("SELECT count(*) FROM core.things")
    let chunks = try watch.query(
      "SELECT is_done, read, (lower_bound IS NULL) AND (upper_bound IS NULL) FROM kedge.chunks ORDER BY chunk"
    ).map { row in (0..<3).map { row[$0] ?? "∅" }.joined(separator: " ") }
    try catalog.set(rate: nil, run: 1)
    try catalog.set(isPaused: false, run: 1)
    thread.join()
    let report = try #require(outcome.result).get()
    expectEqual(
      try target.rows("SELECT count(*), min(id), max(id), sum(id) FROM core.things"),
      ["4000 | 0 | 3999 | 7998000"])
    return (landed, chunks, report)
  }

  @Test("a chunk that can be parted is committed as far as it was read", .timeLimit(.minutes(10)))
  func parted() throws {
    let (landed, chunks, report) = try pause("things")
    let count = try #require(Int(landed))
    #expect(count > 0 && count < 4000)
    #expect(chunks == ["t \(count) f", "f 0 f"])
    #expect(report.counts("things") == [4000, 4000, 0, 0, 0])
  }

  @Test("a chunk that can't be parted is rolled back, and read again afterwards", .timeLimit(.minutes(10)))
  func whole() throws {
    let (landed, chunks, report) = try pause("all_things")
    #expect(landed == "0")
    #expect(chunks == ["f 0 t"])
    #expect(report.counts("things") == [4000, 4000, 0, 0, 0])
  }

  @Test("the same while it is merged: what was staged is staged again", .timeLimit(.minutes(10)))
  func wholeMerged() throws {
    let (landed, chunks, report) = try pause("all_things", isFilled: true)
    #expect(landed == "1")
    #expect(chunks == ["f 0 t"])
    #expect(report.counts("things") == [4000, 3999, 1, 0, 0])
  }
}

/// How a backfill on another thread ended, if it has.
private final class Outcome: Sendable {
  private let state = Mutex<Result<BackfillReport, any Error>?>(nil)

  var result: Result<BackfillReport, any Error>? {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }

  /// - Throws: what it ended with.
  func checkUnfinished() throws {
    guard let result else { return }
    throw UnexpectedResult(description: "it has ended: \(result)")
  }
}
