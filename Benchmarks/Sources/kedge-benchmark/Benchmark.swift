import Foundation
import SampleData

/// `kedge-benchmark audit`, `backfill`, `guard` and `guard-triggers`: see `scripts/benchmark --help`.
@main struct Benchmark {
  static func main() throws {
    let arguments = Array(Swift.CommandLine.arguments.dropFirst())
    let request: Request
    do {
      if arguments.first == "guard" { return try GuardBenchmark(Array(arguments.dropFirst())).run() }
      request = try Request(arguments)
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(2)
    }
    switch request.benchmark {
    case .backfill:
      for source in request.sources {
        for kind in request.kinds {
          try BackfillBenchmark(request: request, source: source, kind: kind).run()
        }
      }
    case .audit: for source in request.sources { try AuditBenchmark(request, source: source).run() }
    case .guardTriggers: try GuardTriggerBenchmark(request).run()
    }
  }
}

/// What is asked for.
struct Request {
  enum Name: String, CaseIterable {
    case audit, backfill
    case guardTriggers = "guard-triggers"
  }

  enum Source: String, CaseIterable { case mongo, sqlite }

  let benchmark: Name
  var rows = 1_000_000
  var runs = 5
  var sources = Source.allCases
  /// For a backfill.
  var kinds: [MeasuredKind] = [.users, .usageEvents]
  /// Servers and programs, from the environment.
  let postgres: String
  let mongo: String
  let kedge: String
  let samples: String

  init(_ arguments: [String]) throws {
    func environment(_ name: String) throws -> String {
      guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
        throw BenchmarkError("\(name) isn't set; scripts/benchmark sets it.")
      }
      return value
    }
    postgres = try environment("KEDGE_TEST_POSTGRES_URL")
    mongo = try environment("KEDGE_TEST_MONGODB_URI")
    kedge = try environment("KEDGE_BINARY")
    samples = try environment("KEDGE_SAMPLES")
    var rest = arguments[...]
    guard let name = rest.popFirst().flatMap(Name.init) else {
      throw BenchmarkError(
        "Name a benchmark: \(Name.allCases.map(\.rawValue).joined(separator: ", ")), guard.")
    }
    benchmark = name
    while let option = rest.popFirst() {
      guard let value = rest.popFirst() else { throw BenchmarkError("\(option) needs a value.") }
      switch (option, Int(value), Source(rawValue: value)) {
      case ("--rows", let number?, _) where number > 0: rows = number
      case ("--runs", let number?, _) where number > 0: runs = number
      case ("--source", _, let source?) where name != .guardTriggers: sources = [source]
      case ("--kind", _, _) where name == .backfill && MeasuredKind(rawValue: value) != nil:
        kinds = MeasuredKind(rawValue: value).map { [$0] } ?? []
      default: throw BenchmarkError("\(option) \(value) isn't understood.")
      }
    }
  }
}

/// What stops a benchmark: a figure that was measured of something else than it says would be worse than none.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
