import Foundation
import SampleData

/// What is asked for.
struct Request {
  enum Section: String, CaseIterable {
    case environment, backfill, upsert, audit, scaling, peers, startup, guards = "guard"
    case guardTriggers = "guard-triggers"
    case report, clean
  }

  enum Source: String, CaseIterable { case mongo, sqlite }

  let section: Section
  private(set) var rows = 1_000_000
  private(set) var runs = 3
  private(set) var batches = 2000
  private(set) var sources = Source.allCases
  private(set) var kinds: [MeasuredKind] = [.users, .usageEvents]
  /// Of the peers; all where it is nil.
  private(set) var peer: String?
  /// Where results lie, a file for each section.
  let results: String
  /// Which data is this run's; sections of one run share it, and leave it to `clean`.
  let tag: String
  let keepsData: Bool
  /// Seconds, after which a section begins nothing more.
  let limit: Int

  init(_ arguments: [String]) throws {
    let environment = ProcessInfo.processInfo.environment
    results = environment["KEDGE_BENCHMARK_RESULTS"] ?? ".build/benchmark-results"
    tag = environment["KEDGE_BENCHMARK_TAG"] ?? "\(ProcessInfo.processInfo.processIdentifier)"
    keepsData = environment["KEDGE_BENCHMARK_TAG"] != nil
    limit = environment["KEDGE_BENCHMARK_LIMIT"].flatMap { Int($0) } ?? 1500
    var rest = arguments[...]
    guard let section = rest.popFirst().flatMap(Section.init) else {
      throw BenchmarkError("Name a section: \(Section.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    self.section = section
    while let option = rest.popFirst() {
      guard let value = rest.popFirst() else { throw BenchmarkError("\(option) needs a value.") }
      switch (option, Int(value), Source(rawValue: value), MeasuredKind(rawValue: value)) {
      case ("--rows", let number?, _, _) where number >= 100: rows = number
      case ("--runs", let number?, _, _) where number > 0: runs = number
      case ("--batches", let number?, _, _) where number >= 100: batches = number
      case ("--source", _, let source?, _): sources = [source]
      case ("--kind", _, _, let kind?) where kind != .rows: kinds = [kind]
      case ("--peer", _, _, _): peer = value
      default: throw BenchmarkError("\(option) \(value) isn't understood.")
      }
    }
  }

  /// As many events as an application has for its accounts.
  func count(of kind: MeasuredKind) -> Int { kind == .usageEvents ? rows * 3 : rows }

  // MARK: Servers and programs, from the environment

  func postgres() throws -> String { try Self.variable("KEDGE_TEST_POSTGRES_URL") }
  func mongo() throws -> String { try Self.variable("KEDGE_TEST_MONGODB_URI") }
  func kedge() throws -> String { try Self.variable("KEDGE_BINARY") }
  func samples() throws -> String { try Self.variable("KEDGE_SAMPLES") }
  func pipeline() throws -> String { try Self.variable("KEDGE_PIPELINE") }

  private static func variable(_ name: String) throws -> String {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
      throw BenchmarkError("\(name) isn't set; scripts/benchmark sets it.")
    }
    return value
  }
}

/// What stops a benchmark: a figure that was measured of something else than it says would be worse than none.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
