import Foundation
import ResultsPage
import SampleData

/// One section of the benchmarks: see `scripts/benchmark --help`.
@main struct Benchmark {
  static func main() throws {
    let request: Request
    do {
      request = try Request(Array(Swift.CommandLine.arguments.dropFirst()))
    } catch {
      fail(error, code: 2)
    }
    do {
      if try !run(request) { exit(1) }
    } catch {
      fail(error, code: 1)
    }
  }

  /// Whether everything was measured.
  private static func run(_ request: Request) throws -> Bool {
    if request.section == .clean {
      try BenchmarkData.removeAll(request)
      return true
    }
    if request.section == .report {
      try report(request)
      return true
    }
    let recorder = try Recorder(request)
    switch request.section {
    case .environment: try EnvironmentFacts(request).record(recorder)
    case .backfill:
      try workloads(request) { try BackfillBenchmark(request: request, source: $0, kind: $1).run(recorder) }
    case .upsert:
      try workloads(request) { try UpsertBenchmark(request: request, source: $0, kind: $1).run(recorder) }
    case .audit:
      try workloads(request) { try AuditBenchmark(request: request, source: $0, kind: $1).run(recorder) }
    case .scaling:
      for source in request.sources { try ScalingBenchmark(request: request, source: source).run(recorder) }
    case .peers: try PeersBenchmark(request: request).run(recorder)
    case .startup: try StartupBenchmark(request: request).run(recorder)
    case .guards: try GuardBenchmark(request).run(recorder)
    case .guardTriggers: try GuardTriggerBenchmark(request).run(recorder)
    case .report, .clean: break
    }
    return !recorder.hasFailures
  }

  private static func workloads(
    _ request: Request, _ body: (Request.Source, MeasuredKind) throws -> Void
  ) throws {
    for source in request.sources {
      for kind in request.kinds { try body(source, kind) }
    }
  }

  /// Makes the page of whatever results there are.
  private static func report(_ request: Request) throws {
    let results = try Results(folder: request.results)
    let explanations = try? String(contentsOfFile: "Benchmarks/EXPLANATIONS.md", encoding: .utf8)
    let page = ResultsPage(results, explanations: explanations ?? "").text()
    let path = ProcessInfo.processInfo.environment["KEDGE_BENCHMARK_PAGE"] ?? "Benchmarks/RESULTS.md"
    try page.write(toFile: path, atomically: true, encoding: .utf8)
    say("written: \(path)")
  }

  private static func fail(_ error: any Error, code: Int32) -> Never {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(code)
  }
}

/// A line for whoever watches, at once: `print` would keep it until there is more.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
