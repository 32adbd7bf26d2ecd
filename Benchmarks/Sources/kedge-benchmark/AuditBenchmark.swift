import Codec
import Foundation
import Postgres
import ResultsPage
import SampleData

/// A full audit by the built `kedge`, against its limit: the raw read of both sides at once. Each pair runs one after the
/// other on the same data, in alternating order, and the ratios are of pairs.
struct AuditBenchmark {
  let request: Request
  let source: Request.Source
  let kind: MeasuredKind

  func run(_ recorder: Recorder) throws {
    try recorder.workload("\(source.rawValue) \(kind.rawValue)", rows: request.count(of: kind)) { workload in
      let data = try BenchmarkData(request, source: source, kind: kind)
      let raw = RawRead(source: source, sourceURL: data.sourceURL, target: data.target, name: kind.rawValue)
      var ordered = raw
      ordered.isOrdered = true
      // Once unmeasured, so that every measured one finds the servers' caches alike.
      try raw.run(expecting: data.count)
      for run in 0..<request.runs {
        // Whatever comes second finds warmer caches, so the order alternates.
        if run % 2 == 0 { try measure(raw, data, workload) }
        let process = try audit(data)
        workload.add(FigureName.kedge, process.seconds)
        workload.add(FigureName.ownProcessor, process.processorSeconds)
        workload.add(FigureName.memory, process.peakMemory, unit: "MiB")
        if run % 2 == 1 { try measure(raw, data, workload) }
        workload.add(FigureName.orderedRead, try seconds { try ordered.run(expecting: data.count) }.0)
        try workload.write()
      }
      try proveThatItReads(data)
      try data.done()
    }
  }

  private func measure(_ raw: RawRead, _ data: BenchmarkData, _ workload: Workload) throws {
    let (taken, sides) = try seconds { try raw.run(expecting: data.count) }
    workload.add(FigureName.bothSides, taken)
    workload.add(FigureName.sourceSide, sides.source.seconds)
    workload.add(FigureName.targetSide, sides.target.seconds)
  }

  private func audit(_ data: BenchmarkData) throws -> ChildProcess {
    let process = try ChildProcess(request.kedge(), data.arguments("audit", "--quiet", "--json"))
    try process.expect("kedge audit")
    let tally = try counts(process.output)
    guard tally.compared == data.count, tally.matching == data.count, tally.inFlight == 0 else {
      throw BenchmarkError("the audit didn't compare everything: \(process.output)")
    }
    return process
  }

  /// A single damaged value has to be found: who didn't read everything couldn't.
  private func proveThatItReads(_ data: BenchmarkData) throws {
    let connection = try data.table.connect()
    defer { connection.close() }
    let column = kind == .users ? "name" : "kind"
    let one = "(SELECT id FROM \(data.table.name) ORDER BY id OFFSET \(data.count / 2) LIMIT 1)"
    _ = try connection.execute("UPDATE \(data.table.name) SET \(column) = \(column) || ' ' WHERE id = \(one)")
    let process = try ChildProcess(request.kedge(), data.arguments("audit", "--quiet", "--json"))
    try process.expect("kedge audit of a damaged row", code: 3)
    let tally = try counts(process.output)
    guard tally.different == 1, tally.matching == data.count - 1 else {
      throw BenchmarkError("the audit didn't find the damaged row: \(process.output)")
    }
    _ = try connection.execute(
      "UPDATE \(data.table.name) SET \(column) = left(\(column), -1) WHERE id = \(one)")
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
