import Audit
import Foundation
import TestSupport
import Testing

/// The audit cries no wolf: while writers change both stores at full speed, it finds what is planted, and nothing else.
///
/// `scripts/audit-under-load` runs it for minutes; among the other tests it takes seconds.
@Suite("Audits under load", .serialized)
struct WriterTests {
  /// How long it runs, how late the target is at most, and how long a difference has to stand. All in seconds.
  private struct Measure {
    var seconds: Double
    var delay: Double
    var margin: Double
    var seed: UInt64

    init() {
      let environment = ProcessInfo.processInfo.environment
      let minutes = environment["KEDGE_LOAD_MINUTES"].flatMap { Double($0) }
      seconds = minutes.map { $0 * 60 } ?? 5
      delay = minutes == nil ? 0.3 : 2
      margin = minutes == nil ? 2 : 3
      seed = environment["KEDGE_SEED"].flatMap { UInt64($0) } ?? 2026
    }
  }

  @Test(
    "no drift while writers write, and exactly the ten damages planted among them",
    arguments: PlantedStore.allCases)
  func underLoad(store: PlantedStore) throws {
    let measure = Measure()
    let scene = try WriterScene(store, seed: measure.seed, delay: measure.delay)
    var inFlight = 0
    var counts = [0, 0]
    func audit(expecting expected: [String], margin: Double) throws {
      let report = try scene.engine().audit { $0.margin = margin }
      let found = report.differences.filter { !$0.contains(" in_flight ") }
      #expect(found == expected, "seed \(measure.seed), after \(scene.writer.changes) changes")
      inFlight += report.tally("items")?.inFlight ?? 0
    }
    let begun = Date()
    try scene.writer.whileWriting {
      repeat {
        try audit(expecting: [], margin: measure.margin)
        counts[0] += 1
      } while Date().timeIntervalSince(begun) < measure.seconds / 2
      try scene.plant()
      repeat {
        try audit(expecting: WriterScene.damages, margin: measure.margin)
        counts[1] += 1
      } while Date().timeIntervalSince(begun) < measure.seconds
    }
    let latest = scene.writer.latest
    print(
      "audits under load, \(store): seed \(measure.seed), \(counts[0]) before the damage and \(counts[1]) after,"
        + " \(scene.writer.changes) changes, \(inFlight) differences in flight, the target \(latest) s late at most"
    )
    // Without these nothing was proven.
    #expect(inFlight > 0)
    #expect(latest < measure.margin, "this machine is too busy: the target was later than the margin allows")
    // At rest the same is true without a margin.
    try audit(expecting: WriterScene.damages, margin: 0)
  }

  @Test(
    "a difference that changes on one side all the time is in flight, however long it lasts",
    arguments: [(PlantedStore.mongo, "source"), (.sqlite, "source"), (.sqlite, "target")])
  func restless(store: PlantedStore, side: String) throws {
    let scene = try WriterScene(store, seed: 1, delay: 0)
    let restless = try scene.restless(in: side)
    let audited = Result {
      try scene.engine().audit {
        $0.margin = 0.8
        $0.patience = 2.4
      }
    }
    try restless.end()
    let report = try audited.get()
    #expect(!report.hasDrift, "\(report.differences)")
    #expect(report.tally("items")?.inFlight == 1)
    #expect(report.tally("items")?.compared == 2500)
    // It is drift once it rests.
    expectEqual(
      try scene.engine().audit { $0.margin = 0.8 }.differences, ["items different 100001 [\"version\"]"])
  }
}
