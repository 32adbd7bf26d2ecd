import Codec
import Executors
import Foundation
import Postgres
import SampleData

/// A backfill by the built `kedge` into the empty typed table with its key, against its limits: the source read raw, and the very
/// bytes of the rows copied from memory into the same table.
struct BackfillBenchmark {
  let request: Request
  let source: Request.Source
  let kind: MeasuredKind

  /// As many events as an application has for its accounts.
  private var count: Int { kind == .usageEvents ? request.rows * 3 : request.rows }

  func run() throws {
    let data = try BenchmarkData(request, source: source, kind: kind, count: count)
    do {
      try measure(data)
      try data.remove()
    } catch {
      try data.remove()
      throw error
    }
  }

  private struct Figures {
    var reads = Measurements()
    var copies = Measurements()
    var copiesKeyAfter = Measurements()
    var limits = Measurements()
    var moves = Measurements()
    var processor = Measurements()
    var memory = Measurements()
    var bothSides = Measurements()
    var repeats = Measurements()
  }

  private func measure(_ data: BenchmarkData) throws {
    let table = TargetTable(url: data.target, name: "core.\(kind.rawValue)")
    let truth = try table.fingerprint()
    let rows = try RowBytes(table)
    let raw = RawRead(source: source, sourceURL: data.sourceURL, target: data.target, name: kind.rawValue)
    var figures = Figures()
    for _ in 0..<request.runs {
      let (read, side) = try seconds { try raw.readSource() }
      guard side.records == count else { throw BenchmarkError("the raw read saw \(side.records) records") }
      figures.reads.add(read)
      try table.empty()
      let copied = try seconds { try rows.copy() }.0
      try check(table, truth, "the raw COPY")
      figures.copies.add(copied)
      try table.empty(withoutKey: true)
      let keyed = try seconds {
        try rows.copy()
        try table.addKey()
      }.0
      figures.copiesKeyAfter.add(keyed)
      figures.limits.add(max(read, min(copied, keyed)))

      try table.drop()
      let move = try ChildProcess(request.kedge, data.arguments("backfill", "--quiet", "--json", "--new"))
      try BenchmarkData.expect(move, "kedge backfill")
      try check(table, truth, "the backfill")
      figures.moves.add(move.seconds)
      figures.processor.add(move.processorSeconds)
      figures.memory.add(move.peakMemory)

      figures.bothSides.add(try seconds { _ = try raw.run() }.0)
      let again = try ChildProcess(request.kedge, data.arguments("backfill", "--quiet", "--json", "--new"))
      try BenchmarkData.expect(again, "kedge backfill, again")
      try check(table, truth, "the second backfill")
      figures.repeats.add(again.seconds)
    }
    report(figures)
  }

  private func check(_ table: TargetTable, _ truth: String, _ what: String) throws {
    let found = try table.fingerprint()
    guard found == truth else { throw BenchmarkError("\(what) left other rows: \(found), not \(truth)") }
  }

  private func report(_ figures: Figures) {
    let memory = figures.memory.values.max() ?? .nan
    print(
      """

      backfill of \(count) \(kind.rawValue), \(source.rawValue) to PostgreSQL, \(request.runs) runs; median (smallest to largest)
        raw read of the source              \(figures.reads.text) s
        COPY BINARY of the same rows        \(figures.copies.text) s
          with the key built afterwards     \(figures.copiesKeyAfter.text) s
        limit                               \(figures.limits.text) s
        kedge backfill                      \(figures.moves.text) s
          its own processor time            \(figures.processor.text) s
          its most memory                   \(String(format: "%.0f", memory)) MiB
        ratio to the limit                  \(figures.moves.ratios(to: figures.limits).text)
        raw read of both sides at once      \(figures.bothSides.text) s
        kedge backfill with nothing to do   \(figures.repeats.text) s
        ratio to the raw read of both       \(figures.repeats.ratios(to: figures.bothSides).text)
      """)
  }
}
