import Foundation
import Postgres
import ResultsPage
import SampleData

/// Other tools with the same data, each in a database of its own that has the empty typed table; and Kedge as one of them.
struct PeersBenchmark {
  let request: Request
  /// What is quick is run again, up to so many seconds in all.
  private static let patience = 12.0
  /// Seconds that one run may take.
  private static let limit = 300.0

  func run(_ recorder: Recorder) throws {
    for source in request.sources {
      let scripts = try scripts(source.rawValue)
      for kind in request.kinds {
        let workload = "\(source.rawValue) \(kind.rawValue)"
        if request.peer ?? "kedge" == "kedge" { try measureKedge(workload, source, kind, recorder) }
        for script in scripts { try measure(script, workload, source, kind, recorder) }
      }
    }
    let audits = try scripts("audit")
    for kind in request.kinds {
      for script in audits {
        let source: Request.Source = script.about?.source == "sqlite" ? .sqlite : .mongo
        try measure(script, "audit \(kind.rawValue)", source, kind, recorder, isAudit: true)
      }
    }
  }

  private func scripts(_ source: String) throws -> [PeerScript] {
    try PeerScript.all(source).map(PeerScript.init).filter { script in
      request.peer.map { $0 == script.file || $0 == script.about?.name } ?? true
    }
  }

  private func measure(
    _ script: PeerScript, _ name: String, _ source: Request.Source, _ kind: MeasuredKind,
    _ recorder: Recorder,
    isAudit: Bool = false
  ) throws {
    if let kinds = script.about?.kinds, !kinds.contains(kind.rawValue) { return }
    let scale = script.about?.scale ?? 1
    let count = max(100, Int(Double(request.count(of: kind)) * scale))
    try recorder.workload("\(name): \(script.about?.name ?? script.file)", rows: count) { workload in
      guard let about = script.about else { throw BenchmarkError(script.refusal ?? "it can't run here") }
      for (name, text) in [
        ("name", about.name), ("version", about.version ?? ""), ("settings", about.settings ?? ""),
        ("note", about.note ?? ""), ("table", about.table ?? "own"), ("scale", "\(scale)"),
      ] { try workload.fact(name, text) }
      let data = try BenchmarkData(request, source: source, kind: kind, count: count)
      let place = try PeerPlace(data, request, isAudit: isAudit, comparesWith: about.source)
      defer { place.remove() }
      try warm(data)
      try repeating(workload) { isFirst in
        if !isAudit { try place.empty() }
        let process = try ChildProcess(
          script.path, ["run"], environment: place.environment, isTree: true, limit: Self.limit)
        try process.expect(about.name)
        // The first run has shown it; a table of millions isn't counted for nothing.
        if isFirst { try place.check(script, isTyped: about.table == "typed", isAudit: isAudit) }
        return process
      }
      try data.done()
    }
  }

  private func measureKedge(
    _ name: String, _ source: Request.Source, _ kind: MeasuredKind, _ recorder: Recorder
  ) throws {
    try recorder.workload("\(name): kedge", rows: request.count(of: kind)) { workload in
      try workload.fact("table", "typed")
      try workload.fact("settings", "its defaults")
      let data = try BenchmarkData(request, source: source, kind: kind)
      let place = try PeerPlace(data, request)
      defer { place.remove() }
      try warm(data)
      try repeating(workload) { isFirst in
        try place.empty()
        let process = try ChildProcess(
          request.kedge(),
          [
            "backfill", "--quiet", "--mappings", data.folder, "--source", data.sourceURL, "--target",
            place.target,
          ],
          isTree: true)
        try process.expect("kedge backfill")
        if isFirst { try place.checkTyped() }
        return process
      }
      try data.done()
    }
  }

  /// Reads the source once: whoever came first would find a file that has left the system's memory meanwhile.
  private func warm(_ data: BenchmarkData) throws {
    _ = try RawRead(
      source: data.source, sourceURL: data.sourceURL, target: data.target, name: data.kind.rawValue
    ).readSource()
  }

  private func repeating(_ workload: Workload, _ body: (Bool) throws -> ChildProcess) throws {
    var taken = 0.0
    for run in 0..<request.runs where run == 0 || taken + taken / Double(run) < Self.patience {
      let process = try body(run == 0)
      taken += process.seconds
      workload.add(FigureName.seconds, process.seconds)
      workload.add(FigureName.processor, process.processorSeconds)
      workload.add(FigureName.mostMemory, process.peakMemory, unit: "MiB")
      try workload.write()
    }
  }
}
