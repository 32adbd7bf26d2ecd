import Backfill
import Codec
import TestSupport
import Testing

@testable import Audit

/// A sample finds each difference with the chance that its share says, and bounds what it doesn't see.
@Suite("Sampled audits")
struct SampleTests {
  private static func sample(_ engine: Engine, _ share: Double, seed: Int, chunkSize: Int = 20) throws
    -> AuditReport
  {
    try engine.audit {
      $0.sample = share
      $0.seed = seed
      $0.chunkSize = chunkSize
      $0.workers = 2
    }
  }

  @Test("one record of each ten; the same seed draws the same ones")
  func seeds() throws {
    let scene = try LedgerScene(995)
    try scene.target.execute("UPDATE core.things SET n = -1")
    let one = try Self.sample(scene.engine, 0.1, seed: 7)
    // 995 records and the gap before the first are 99 whole blocks, and one of six that may be missed.
    let bound = try #require(one.entities[0].bound)
    #expect(
      bound.population == 995 && [99, 100].contains(bound.sampled) && bound.seed == 7 && bound.coversExtras)
    #expect(one.differences.count >= 98 && one.differences.count <= bound.sampled)
    // In each block of ten elements, of which the first is the gap before record 10.
    let blocks = one.entities[0].differences.map { Int($0.key[0])! / 100 }
    #expect(Set(blocks).count == blocks.count)
    expectEqual(try Self.sample(scene.engine, 0.1, seed: 7).differences, one.differences)
    #expect(try Self.sample(scene.engine, 0.1, seed: 8).differences != one.differences)
  }

  @Test("rows between two records are found as often as records", arguments: [3, 5])
  func extras(seed: Int) throws {
    let scene = try LedgerScene(400)
    try scene.target.execute(
      "INSERT INTO core.things SELECT i * 10 + 5, 0, '' FROM generate_series(0, 400) i")
    let report = try Self.sample(scene.engine, 0.25, seed: seed)
    let bound = try #require(report.entities[0].bound)
    let tally = try #require(report.tally("things"))
    // 401 elements, each with its extra row.
    #expect(
      tally.extra == bound.sampled && [100, 101].contains(bound.sampled) && bound.drifting == bound.sampled)
    #expect(bound.upperShare == 1 && tally.different == 0)
  }

  @Test("of everything, a sample is a full audit")
  func everything() throws {
    let scene = try LedgerScene(60)
    try scene.changeRow(10)
    try scene.deleteRow(600)
    for id in [1, 305, 999] { try scene.insertRow(id) }
    let full = try scene.engine.audit()
    let report = try Self.sample(scene.engine, 1, seed: 1)
    expectEqual(report.differences, full.differences)
    #expect(report.tally("things")?.matching == full.tally("things")?.matching)
    // The row 999 follows the record 600, which is missing: one element.
    let bound = try #require(report.entities[0].bound)
    #expect(bound.sampled == 61 && bound.drifting == 4)
  }

  @Test("where keys don't sort as the source does, records alone are sampled, and the report says so")
  func disordered() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", (1...200).map { ["_id": BSONValue($0), "n": 1] })
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields: { id: { from: _id, type: text, transforms: [text] }, n: integer }
      """)
    try engine.backfill()
    try target.execute("UPDATE core.things SET n = 2; INSERT INTO core.things VALUES ('x', 1)")
    let report = try Self.sample(engine, 0.1, seed: 4)
    let bound = try #require(report.entities[0].bound)
    #expect(!bound.coversExtras && [20, 21].contains(bound.sampled))
    #expect(report.tally("things")?.extra == 0)
    #expect((report.tally("things")?.different ?? 0) >= bound.sampled - 1)
  }

  /// Figures of R's `binom.test(x, n, alternative = "less")$conf.int[2]` and of the rule of three.
  @Test(
    "bounds as published tables have them",
    arguments: [
      (0, 10, 0.258866), (0, 100, 0.029513), (1, 10, 0.394163), (2, 20, 0.282619), (5, 10, 0.777559),
      (10, 10, 1.0), (9, 10, 0.994884),
    ])
  func bounds(found: Int, drawn: Int, expected: Double) {
    let bound = ClopperPearson.upper(found: found, of: drawn, confidence: 0.95)
    #expect(abs(bound - expected) < 1e-5, "\(bound)")
  }

  @Test("each place of a block is drawn as often")
  func draws() {
    var counts = Array(repeating: 0, count: 8)
    for chunk in 0..<50 {
      var draw = SampleDraw(seed: 11, entity: "things", chunk: chunk, oneIn: 8)
      for element in 0..<1600 where draw.takesNext() { counts[element % 8] += 1 }
    }
    #expect(counts.reduce(0, +) == 10_000)
    for count in counts { #expect(abs(count - 1250) < 150) }
  }
}
