import Codec
import Foundation
import Postgres

/// A full audit by the built `kedge`, against its limit: the raw read of both sides at once. Each pair runs one after the
/// other on the same data, in alternating order, and the ratios are of pairs.
struct AuditBenchmark {
  let request: Request
  let source: Request.Source

  init(_ request: Request, source: Request.Source) {
    (self.request, self.source) = (request, source)
  }

  func run() throws {
    let data = try BenchmarkData(request, source: source)
    do {
      try measure(data)
      try data.remove()
    } catch {
      try data.remove()
      throw error
    }
  }

  private func measure(_ data: BenchmarkData) throws {
    let raw = RawRead(source: source, sourceURL: data.sourceURL, target: data.target)
    let ordered = RawRead(
      source: source, sourceURL: data.sourceURL, target: data.target, isOrdered: true)
    // Once unmeasured, so that every measured one finds the servers' caches alike.
    _ = try [check(raw.run()), check(ordered.run())]
    _ = try audit(data)

    var figures = Figures()
    for run in 0..<request.runs {
      // Whatever comes second finds warmer caches, so the order alternates.
      if run % 2 == 0 { try measure(raw, &figures) }
      let process = try audit(data)
      figures.audits.add(process.seconds)
      figures.processor.add(process.processorSeconds)
      if run % 2 == 1 { try measure(raw, &figures) }
      figures.orderedLimits.add(try seconds { try check(ordered.run()) }.0)
    }
    try proveThatItReads(data)
    print(
      """

      audit of \(request.rows) rows, \(source.rawValue) to PostgreSQL, \(request.runs) pairs; median (smallest to largest)
        raw read of both sides at once    \(figures.limits.text) s
          the source alone took           \(figures.sources.text) s of it
          the target alone took           \(figures.targets.text) s of it
        the same in the key's order       \(figures.orderedLimits.text) s
        kedge audit                       \(figures.audits.text) s
          its own processor time          \(figures.processor.text) s
        ratio to the raw read             \(figures.audits.ratios(to: figures.limits).text)
        ratio to the ordered raw read     \(figures.audits.ratios(to: figures.orderedLimits).text)
      """)
  }

  private struct Figures {
    var limits = Measurements()
    var sources = Measurements()
    var targets = Measurements()
    var orderedLimits = Measurements()
    var audits = Measurements()
    var processor = Measurements()
  }

  private func measure(_ raw: RawRead, _ figures: inout Figures) throws {
    let (taken, sides) = try seconds { try check(raw.run()) }
    figures.limits.add(taken)
    figures.sources.add(sides.source.seconds)
    figures.targets.add(sides.target.seconds)
  }

  private func check(_ sides: (source: RawRead.Side, target: RawRead.Side)) throws -> (
    source: RawRead.Side, target: RawRead.Side
  ) {
    guard sides.source.records == request.rows, sides.target.records == request.rows else {
      throw BenchmarkError("the raw read saw \(sides.source.records) and \(sides.target.records) records")
    }
    return sides
  }

  private func audit(_ data: BenchmarkData) throws -> ChildProcess {
    let process = try ChildProcess(request.kedge, data.arguments("audit", "--quiet", "--json"))
    try BenchmarkData.expect(process, "kedge audit")
    let tally = try counts(process.output)
    guard tally.compared == request.rows, tally.matching == request.rows, tally.inFlight == 0 else {
      throw BenchmarkError("the audit didn't compare everything: \(process.output)")
    }
    return process
  }

  /// A single damaged value has to be found: who didn't read everything couldn't.
  private func proveThatItReads(_ data: BenchmarkData) throws {
    let connection = try PostgresConnection(try PostgresSettings(url: data.target))
    defer { connection.close() }
    let key = request.rows / 2
    _ = try connection.execute("UPDATE core.rows SET note = note || ' ' WHERE id = \(key)")
    let process = try ChildProcess(request.kedge, data.arguments("audit", "--quiet", "--json"))
    try BenchmarkData.expect(process, "kedge audit of a damaged row", code: 3)
    let tally = try counts(process.output)
    guard tally.different == 1, tally.matching == request.rows - 1 else {
      throw BenchmarkError("the audit didn't find the damaged row: \(process.output)")
    }
  }

  private struct Counts: Decodable {
    var compared: Int
    var matching: Int
    var different: Int
    var inFlight: Int

    enum CodingKeys: String, CodingKey {
      case compared, matching, different
      case inFlight = "in_flight"
    }
  }

  private func counts(_ json: String) throws -> Counts {
    struct Report: Decodable { var entities: [Counts] }
    guard let counts = try JSONDecoder().decode(Report.self, from: Data(json.utf8)).entities.first else {
      throw BenchmarkError("the audit's report names no entity: \(json)")
    }
    return counts
  }
}
