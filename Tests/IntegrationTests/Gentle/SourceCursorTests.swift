import Backfill
import Codec
import Executors
import Mongo
import Progress
import RecordSources
import TestSupport
import Testing

@Suite("Cursors on a source")
struct SourceCursorTests {
  private static let things = """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields:
      id: { from: _id, type: integer }
      code: { type: text, unique: true }
    """
  private static let rows = """
    entity: rows
    owner: core
    source: { store: file, table: rows }
    key: [id]
    fields:
      id: integer
      code: { type: text, unique: true }
    """

  private func move(_ engine: Engine, _ source: CountingSource, _ store: String, cursors: Int?) throws
    -> BackfillReport
  {
    let context = BackfillContext(
      set: engine.set, plans: try engine.plans(), sources: [store: source], target: engine.target.settings,
      progress: ProgressReporter(mode: .quiet), stop: StopFlag())
    var options = BackfillOptions()
    options.workers = 4
    options.chunkSize = 25
    options.sourceCursors = cursors
    return try Backfill(context, options: options).run()
  }

  @Test(
    "with one cursor allowed, four workers never have two open on Mongo, and with none said they have",
    .timeLimit(.minutes(10)), arguments: [1, 2, nil])
  func mongo(cursors: Int?) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    // Every seventh code is a duplicate, so that records are fetched again for quarantine.
    let codes = (0..<400).map { $0 % 7 == 6 ? "code \($0 - 1)" : "code \($0)" }
    try mongo.insert(
      "things", codes.enumerated().map { ["_id": .int32(Int32($0.offset)), "code": .string($0.element)] })
    let engine = try Engine(mongo: mongo, into: target, Self.things)
    let source = CountingSource(MongoSource(mongo.connection.settings))
    let report = try move(engine, source, "app", cursors: cursors)
    expectEqual(report.counts("things"), [400, 343, 0, 57, 0])
    #expect(
      cursors.map { source.count.highest <= $0 } ?? (source.count.highest >= 2), "\(source.count.highest)")
    // Chunks, their boundaries and what was fetched again.
    #expect(source.count.total > 32)
    expectEqual(
      try target.rows("SELECT count(*), count(DISTINCT code), min(id), max(id) FROM core.things"),
      ["343 | 343 | 0 | 399"])
  }

  @Test("the same on SQLite", .timeLimit(.minutes(10)), arguments: [1, nil])
  func sqlite(cursors: Int?) throws {
    let file = try TestSQLite("CREATE TABLE rows (id INTEGER PRIMARY KEY, code TEXT)")
    try file.execute(
      """
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 399)
      INSERT INTO rows SELECT i, 'code ' || (i - (i % 7 = 6)) FROM n
      """)
    let target = try TestPostgres()
    let engine = try Engine(sqlite: file, into: target, Self.rows)
    let source = CountingSource(SQLiteSource(path: file.path))
    let report = try move(engine, source, "file", cursors: cursors)
    expectEqual(report.counts("rows"), [400, 343, 0, 57, 0])
    #expect(
      cursors.map { source.count.highest <= $0 } ?? (source.count.highest >= 2), "\(source.count.highest)")
    expectEqual(try target.rows("SELECT count(*) FROM core.rows"), ["343"])
  }
}
