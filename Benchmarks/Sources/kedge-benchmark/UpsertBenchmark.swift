import Foundation
import Postgres
import ResultsPage
import SampleData

/// Rows of the full target are changed, and a backfill makes them right again; against the same done raw, with the right rows' bytes
/// in memory: COPY into a temporary table, and one statement that merges.
struct UpsertBenchmark {
  let request: Request
  let source: Request.Source
  let kind: MeasuredKind

  func run(_ recorder: Recorder) throws {
    try recorder.workload("\(source.rawValue) \(kind.rawValue)", rows: request.count(of: kind)) { workload in
      let data = try BenchmarkData(request, source: source, kind: kind)
      let rows = try RowBytes(data.table)
      // A run takes four loads and as many preparations, so there are fewer of them.
      for run in 0..<max(1, request.runs / 2) {
        for (share, raw, kedge) in [
          ("WHERE abs(hashtext(id)) % 10 = 0", FigureName.rawTenth, FigureName.kedgeTenth),
          ("", FigureName.rawAll, FigureName.kedgeAll),
        ] {
          func merge() throws {
            try change(share, data)
            workload.add(raw, try seconds { try rows.merge() }.0)
            try data.check("the raw merge")
          }
          if run % 2 == 0 { try merge() }
          try change(share, data)
          let move = try ChildProcess(
            request.kedge(), data.arguments("backfill", "--quiet", "--json", "--new"))
          try move.expect("kedge backfill")
          try data.check("the backfill")
          workload.add(kedge, move.seconds)
          workload.add(FigureName.memory, move.peakMemory, unit: "MiB")
          if run % 2 == 1 { try merge() }
          try workload.write()
        }
      }
      if request.keepsData { try data.table.settle(isRewritten: true) }
      try data.done()
    }
  }

  private func change(_ share: String, _ data: BenchmarkData) throws {
    let connection = try data.table.connect()
    defer { connection.close() }
    let column = kind == .users ? "login_count" : "tokens"
    guard try connection.execute("UPDATE \(data.table.name) SET \(column) = \(column) + 1 \(share)") > 0
    else {
      throw BenchmarkError("no row was changed")
    }
    _ = try connection.execute("VACUUM (ANALYZE) \(data.table.name)")
    _ = try connection.execute("CHECKPOINT")
  }
}
