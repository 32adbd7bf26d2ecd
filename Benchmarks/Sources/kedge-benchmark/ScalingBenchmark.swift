import Foundation
import Postgres
import ResultsPage
import SampleData

/// The time of a backfill of small records at a tenth of the size, the size, and ten times the size; and of the bare COPY of the same
/// rows, which tells what of it is the server's.
struct ScalingBenchmark {
  let request: Request
  let source: Request.Source

  func run(_ recorder: Recorder) throws {
    try recorder.workload("\(source.rawValue) usage_events") { workload in
      let sizes = [request.rows / 10, request.rows, request.rows * 10]
      let all = try sizes.map {
        try BenchmarkData(request, source: source, kind: .usageEvents, count: $0, isFilled: false)
      }
      // Size after size in each round, so that a machine that is slower for a while is so for all of them.
      for _ in 0..<max(3, request.runs) {
        for data in all {
          try measureKedge(data, workload)
          try measureCopy(data, workload)
        }
        try workload.write()
      }
      for data in all { try data.discard() }
    }
  }

  private func measureKedge(_ data: BenchmarkData, _ workload: Workload) throws {
    let names = FigureName.scaling(data.count)
    try data.table.drop()
    let move = try ChildProcess(request.kedge(), data.arguments("backfill", "--quiet", "--json", "--new"))
    try move.expect("kedge backfill")
    workload.add(names.seconds, move.seconds)
    workload.add(names.memory, move.peakMemory, unit: "MiB")
    try count(data)
  }

  private func measureCopy(_ data: BenchmarkData, _ workload: Workload) throws {
    let rows = try RowBytes(data.table)
    try data.table.empty(withoutKey: true)
    workload.add(
      FigureName.scaling(data.count).raw,
      try seconds {
        try rows.copy()
        try data.table.addKey()
      }.0)
    try count(data)
  }

  /// What is in the rows is compared where a backfill is measured; here it is their number.
  private func count(_ data: BenchmarkData) throws {
    let connection = try data.table.connect()
    defer { connection.close() }
    let rows = try connection.query("SELECT count(*) AS rows FROM \(data.table.name)").first?.int("rows")
    guard rows == data.count else {
      throw BenchmarkError("\(rows ?? 0) rows landed instead of \(data.count)")
    }
  }
}
