import Backfill
import Catalog
import Codec
import Executors
import Foundation
import Postgres
import RecordSources
import TestSupport
import Testing

/// Chunks that are parted while they are moved.
@Suite("Splits")
struct SplitTests {
  /// Expects what a run without any split makes of the source.
  private func expectWhole(_ source: SplitSource, _ target: TestPostgres) throws {
    let whole = try TestPostgres()
    let report = try source.engine(into: whole).backfill { $0.workers = 1 }
    #expect(report.counts("things") == [source.count, source.count, 0, 0, 0])
    let all = "SELECT t::text FROM core.things t ORDER BY n"
    expectEqual(try target.rows(all), try whole.rows(all))
    expectEqual(
      try target.rows("SELECT count(*), count(DISTINCT n) FROM core.things"),
      ["\(source.count) | \(source.count)"])
    expectEqual(
      try target.rows("SELECT sum(read), sum(landed), bool_and(is_done) FROM kedge.chunks"),
      ["\(source.count) | \(source.count) | t"])
  }

  @Test(
    "one slow chunk is shared with a process that comes later", .timeLimit(.minutes(10)),
    arguments: SplitSource.Kind.allCases)
  func slowChunk(_ kind: SplitSource.Kind) throws {
    let source = try SplitSource(kind, count: 9000)
    let target = try TestPostgres()
    // One chunk, for which the first alone would take six seconds.
    let first = try source.engine(into: target).process {
      ($0.workers, $0.chunkSize, $0.rate) = (1, 1_000_000, 1500)
    }
    let second = try source.engine(into: target).process { $0.workers = 2 }
    let settings = target.settings
    let reports = try parallel(2, name: "process", stop: StopFlag()) { index -> [Int]? in
      if index == 0 { return try first.run().counts("things") }
      let watching = try PostgresConnection(settings)
      var hasBegun = false
      while !hasBegun {
        guard try watching.query("SELECT to_regclass('kedge.chunks') AS t").first?["t"] != nil else {
          continue
        }
        hasBegun = try !watching.query("SELECT FROM kedge.chunks").isEmpty
      }
      return try second.run().counts("things")
    }
    #expect(reports == [[9000, 9000, 0, 0, 0], [9000, 9000, 0, 0, 0]])
    try expectWhole(source, target)
    let parts = try target.rows("SELECT member, count(*) FROM kedge.chunks GROUP BY member ORDER BY 1")
    #expect(parts.count == 2, "\(parts)")
    expectEqual(try target.value("SELECT count(*) >= 3 FROM kedge.chunks"), "t")
    // Each part begins where another one ends.
    expectEqual(
      try target.value(
        """
        SELECT count(*) FROM kedge.chunks c WHERE c.lower_bound IS NOT NULL AND 1 <> (
          SELECT count(*) FROM kedge.chunks o WHERE o.upper_bound = c.lower_bound)
        """), "0")
  }

  @Test(
    "wherever chunks are parted, no record is lost and none moved twice", .timeLimit(.minutes(10)),
    arguments: SplitSource.Kind.allCases)
  func anywhere(_ kind: SplitSource.Kind) throws {
    let source = try SplitSource(kind, count: 400)
    for round in 0..<6 {
      var random = SystemRandomNumberGenerator()
      let target = try TestPostgres()
      let engine = try source.engine(into: target)
      // The run is begun, and nothing is moved.
      let stop = StopFlag()
      stop.set()
      #expect(throws: BackfillError.self) { try engine.backfill(stop: stop) }
      let bounds = try part(engine, using: &random)
      let report = try engine.backfill { $0.workers = 2 }
      #expect(
        report.isResumed && report.counts("things") == [400, 400, 0, 0, 0], "round \(round): \(bounds)")
      try expectWhole(source, target)
    }
  }

  /// Plans one chunk of everything, and parts it and its parts at places chosen by chance.
  private func part(_ engine: Engine, using random: inout SystemRandomNumberGenerator) throws
    -> [BSONDocument]
  {
    let connection = try PostgresConnection(engine.target.settings)
    let catalog = Catalog(connection)
    let run = Run(id: 1, isResumed: true)
    let member = try catalog.join(run, host: "here", process: 1, workers: 1, lease: 60)
    let plan = try engine.plan("things")
    let session = try #require(try engine.sources.values.first?.openSessions(1).take())
    var lease = try catalog.planning(run, of: ["things"]) { _ in
      try catalog.plan(
        run, entity: "things", Chunk(number: 0, lower: nil, upper: nil, size: 400), isLast: true, for: member)
    }
    var bounds: [BSONDocument] = []
    var taken = 0
    while let held = lease, taken < 12 {
      taken += 1
      let range = ChunkRange(lower: held.chunk.lower, upper: held.chunk.upper)
      if let bound = try session.boundary(of: plan, in: range, size: Int.random(in: 1...150, using: &random))
      {
        let rest = ChunkRange(lower: bound, upper: held.chunk.upper)
        let middle = try session.boundary(of: plan, in: rest, size: Int.random(in: 1...150, using: &random))
        try connection.transaction { try catalog.split(run, held, at: bound, middle: middle, sizes: nil) }
        bounds += [bound] + (middle.map { [$0] } ?? [])
      }
      // Nothing was read: what is left of it is as free as its other parts.
      try catalog.release(run, held)
      lease = try anyChunk(catalog, run, member)
    }
    if let lease { try catalog.release(run, lease) }
    try catalog.leave(member)
    return bounds
  }

  /// Leases any chunk that is free, not the first.
  private func anyChunk(_ catalog: Catalog, _ run: Run, _ member: Member) throws -> ChunkLease? {
    let free = try catalog.connection.query("SELECT count(*) AS n FROM kedge.chunks").first?.int("n") ?? 0
    var passed: [ChunkLease] = []
    for _ in 0..<Int.random(in: 0..<max(1, free)) {
      if let lease = try catalog.leaseChunk(run, for: member) { passed.append(lease) }
    }
    let chosen = try catalog.leaseChunk(run, for: member)
    for lease in passed { try catalog.release(run, lease) }
    return chosen
  }
}
