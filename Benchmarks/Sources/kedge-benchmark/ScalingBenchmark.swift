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
      for (size, runs) in [
        (request.rows / 10, max(5, request.runs)), (request.rows, max(3, request.runs)),
        (request.rows * 10, max(1, request.runs / 2)),
      ] {
        let data = try BenchmarkData(
          request, source: source, kind: .usageEvents, count: size, isFilled: false)
        let names = FigureName.scaling(size)
        for _ in 0..<runs {
          try data.table.drop()
          let move = try ChildProcess(
            request.kedge(), data.arguments("backfill", "--quiet", "--json", "--new"))
          try move.expect("kedge backfill")
          workload.add(names.seconds, move.seconds)
          workload.add(names.memory, move.peakMemory, unit: "MiB")
          try count(data)
        }
        let rows = try RowBytes(data.table)
        for _ in 0..<runs {
          try data.table.empty(withoutKey: true)
          workload.add(
            names.raw,
            try seconds {
              try rows.copy()
              try data.table.addKey()
            }.0)
          try count(data)
        }
        try workload.write()
        try data.discard()
      }
    }
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
