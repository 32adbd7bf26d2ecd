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
  private func peak(_ arguments: [String], code: Int32 = 0) throws -> Int {
    let (outcome, peak) = try PeakMemory.run(arguments)
    #expect(outcome.code == code, "\(outcome.errors)")
    return peak
  }

  /// How many rows the larger one of two runs has, where it is told: a million shows most, and takes minutes.
  private static let rows = ProcessInfo.processInfo.environment["KEDGE_MEMORY_ROWS"].flatMap { Int($0) }

  @Test("an audit in which every row differs takes no more memory than one with a tenth of them")
  func everythingDiffers() throws {
    var peaks: [Int] = []
    let most = Self.rows ?? 40_000
    for rows in [most / 10, most] {
      let scene = try Scene(rows: rows)
      _ = try peak(scene.arguments("backfill", "--quiet"))
      try scene.target.execute(
        """
        DELETE FROM core.rows WHERE id % 3 = 0;
        UPDATE core.rows SET note = note || ' ' WHERE id % 3 = 1;
        UPDATE core.rows SET id = -1 - id WHERE id % 3 = 2
        """)
      peaks.append(try peak(scene.arguments("audit", "--quiet"), code: 3))
      let thirds = (0..<3).map { (rows - $0 + 2) / 3 }
      #expect(
        try scene.target.rows(
          "SELECT kind, count(*) FROM kedge.audit_differences GROUP BY kind ORDER BY kind")
          == [
            "different | \(thirds[1])", "extra | \(thirds[2])", "missing | \(thirds[0] + thirds[2])",
          ])
    }
    #expect(abs(peaks[1] - peaks[0]) <= Self.tolerance, "\(peaks) kB")
  }

  @Test("many rows take no more memory than a tenth of them", arguments: ["SQLite", "Mongo"])
  func backfillAndAudit(source: String) throws {
    var backfills: [Int] = []
    var audits: [Int] = []
    var merges: [Int] = []
    let most = Self.rows ?? 300_000
    for rows in [most / 10, most] {
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
