import Foundation
import TestSupport
import Testing

/// Peak memory depends on settings, not on how much there is to move.
@Suite(
  "Memory", .serialized,
  .disabled(
    if: !Program.kedge.isRelease,
    "the kedge under test isn't a release build, whose memory would mean nothing"))
struct MemoryTests {
  /// Kilobytes.
  private static let tolerance = 16 * 1024

  /// Runs kedge and returns its peak resident memory in kilobytes.
  private func peak(_ arguments: [String]) throws -> Int {
    let (outcome, peak) = try PeakMemory.run(arguments)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return peak
  }

  @Test("a million rows take no more memory than a hundred thousand", arguments: ["SQLite", "Mongo"])
  func backfillAndAudit(source: String) throws {
    var backfills: [Int] = []
    var audits: [Int] = []
    var merges: [Int] = []
    for rows in [100_000, 1_000_000] {
      let scene = try Scene(rows: rows, mongo: source == "Mongo" ? try TestMongo() : nil)
      backfills.append(try peak(scene.arguments("backfill", "--quiet")))
      #expect(try scene.target.value("SELECT count(*) FROM core.rows") == "\(rows)")
      audits.append(try peak(scene.arguments("audit", "--quiet")))
      // Merging into rows that are there takes another way through the engine.
      merges.append(try peak(scene.arguments("backfill", "--quiet")))
    }
    for (name, peaks) in [("backfill", backfills), ("audit", audits), ("second backfill", merges)] {
      #expect(abs(peaks[1] - peaks[0]) <= Self.tolerance, "\(name): \(peaks) kB")
    }
  }
}
