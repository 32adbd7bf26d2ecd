import Foundation
import Postgres
import TestSupport
import Testing

/// A source, a target in some state, and what an uninterrupted run makes of them.
final class InterruptionCase {
  enum Target: String, CaseIterable {
    /// Nothing was ever moved there.
    case fresh
    /// It holds what an earlier version of the source had.
    case filled
  }

  /// Which of the four.
  struct Kind: CustomTestStringConvertible, Sendable {
    var source: LedgerSource.Kind
    var target: Target
    var testDescription: String { "\(source.rawValue) into a \(target.rawValue) target" }
    static let all = LedgerSource.Kind.allCases.flatMap { source in
      Target.allCases.map { Kind(source: source, target: $0) }
    }
  }

  let kind: Kind
  private let folder: TemporaryFolder
  private let source: LedgerSource
  /// What every run begins with.
  private let template: TestPostgres
  /// What every run must end with.
  let expected: TargetState
  /// How often an uninterrupted run reaches each stop point.
  let reached: [String: Int]
  /// How long it takes.
  let seconds: Double

  init(_ kind: Kind) throws {
    self.kind = kind
    folder = try TemporaryFolder()
    try LedgerMappings.write(kind.source, into: folder)
    source = try LedgerSource(kind.source, isLater: true)
    template = try TestPostgres()
    // A process that dies loses nothing of what the server has said yes to, so no run needs to wait for the disk.
    try template.execute("ALTER DATABASE \(template.settings.database ?? "") SET synchronous_commit TO off")
    if kind.target == .filled {
      let earlier = try LedgerSource(kind.source, isLater: false)
      let filled = try Program.kedge.run(Self.arguments(folder, earlier, template))
      guard filled.code == 4 else { throw UnexpectedResult(description: filled.errors + filled.output) }
    }
    let whole = try TestPostgres(copying: template)
    let begun = Date()
    let outcome = try Program.kedge.run(
      Self.arguments(folder, source, whole), environment: ["KEDGE_STOP_POINT": "any:count"])
    seconds = Date().timeIntervalSince(begun)
    guard outcome.code == 4 else { throw UnexpectedResult(description: outcome.errors + outcome.output) }
    expected = try TargetState(whole, report: try outcome.json())
    reached = Self.counts(in: outcome.errors)
  }

  /// Reads the lines "kedge: stop point NAME reached N times".
  private static func counts(in errors: String) -> [String: Int] {
    var counts: [String: Int] = [:]
    for line in errors.split(separator: "\n") where line.hasPrefix("kedge: stop point ") {
      let words = line.split(separator: " ")
      if words.count == 7 { counts[String(words[3])] = Int(words[5]) }
    }
    return counts
  }

  private static func arguments(_ folder: TemporaryFolder, _ source: LedgerSource, _ target: TestPostgres)
    -> [String]
  {
    [
      "backfill", "--mappings", folder.path + "/set", "--source", source.url, "--target", target.url,
      "--chunk-size",
      "100", "--workers", "2", "--postpone-keys", "100", "--json",
    ]
  }

  func newTarget() throws -> TestPostgres {
    let target = try TestPostgres(copying: template)
    try target.execute("ALTER DATABASE \(target.settings.database ?? "") SET synchronous_commit TO off")
    return target
  }

  /// - Parameter more: options besides those of every run, or in their place, each with its value if it takes one.
  func start(_ target: TestPostgres, _ environment: [String: String] = [:], _ more: [String] = []) throws
    -> Program.Running
  {
    var arguments = Self.arguments(folder, source, target)
    for option in more.filter({ $0.hasPrefix("--") }) {
      if let place = arguments.firstIndex(of: option) { arguments.removeSubrange(place...place + 1) }
    }
    return try Program.kedge.start(arguments + more, environment: environment)
  }

  /// Runs to the end what was interrupted, and says in what the target differs from an uninterrupted run's.
  func differencesAfterResuming(_ target: TestPostgres) throws -> [String] {
    let isOver = try state(of: target) == "done"
    let outcome = try start(target).finish()
    guard outcome.code == 4 else {
      return ["the run that goes on ends with code \(outcome.code): \(outcome.errors)\(outcome.output)"]
    }
    var expected = expected
    if isOver { expected.expectNothingToDo() }
    return expected.differences(to: try TargetState(target, report: try outcome.json()))
  }

  /// Of the latest run that was begun here; nil if there is none.
  func state(of target: TestPostgres) throws -> String? {
    guard try target.value("SELECT to_regclass('kedge.runs') IS NOT NULL") == "t" else { return nil }
    return try target.rows(
      "SELECT state FROM kedge.runs WHERE id > \(kind.target == .filled ? 1 : 0) ORDER BY id DESC LIMIT 1"
    ).first
  }
}
