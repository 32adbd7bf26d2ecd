import Foundation
import Postgres
import TestSupport
import Testing

/// A scene whose run is watched and steered from outside, as from another terminal.
struct SteeredScene {
  static let rows = 6000
  let scene: Scene

  init() throws { scene = try Scene(rows: Self.rows) }

  var target: TestPostgres { scene.target }

  func kedge(_ words: String..., environment: [String: String] = [:]) throws -> Program.Outcome {
    let arguments = scene.arguments(words[0]) + words.dropFirst()
    return try Program.kedge.run(arguments, environment: environment)
  }

  func start(_ options: String..., environment: [String: String] = [:]) throws -> Program.Running {
    try Program.kedge.start(
      scene.arguments("backfill", "--chunk-size", "200", "--workers", "2") + options, environment: environment
    )
  }

  /// The run that isn't finished, as `kedge status --json` tells it.
  func current() throws -> [String: Any]? {
    let outcome = try kedge("status", "--json")
    guard outcome.code == 0 else { throw UnexpectedResult(description: outcome.errors) }
    return try outcome.json()["current"] as? [String: Any]
  }

  func has(_ table: String) throws -> Bool {
    try target.value("SELECT to_regclass('\(table)') IS NOT NULL") == "t"
  }

  /// Waits until so many chunks are done.
  func waitForChunks(_ count: Int, _ running: Program.Running) throws {
    try waitUntil("\(count) chunks are done") {
      guard running.isRunning else {
        throw UnexpectedResult(description: "it has ended: \(try running.errorsSoFar())")
      }
      guard try has("kedge.chunks") else { return false }
      return try Int(target.value("SELECT count(*) FROM kedge.chunks WHERE is_done")) ?? 0 >= count
    }
  }

  /// Waits until every member that works stands still, with nothing leased and no transaction open.
  func waitForStandstill(_ hold: String) throws {
    try waitUntil("the run stands still") {
      guard try has("kedge.members"), try has("kedge.chunks") else { return false }
      return try target.value(
        """
        SELECT EXISTS (SELECT FROM kedge.members WHERE state = 'working' AND hold LIKE '\(hold)%')
          AND NOT EXISTS (SELECT FROM kedge.members WHERE state = 'working' AND hold IS NULL)
          AND NOT EXISTS (SELECT FROM kedge.chunks WHERE NOT is_done AND member IS NOT NULL)
          AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
            AND application_name LIKE 'kedge run%' AND state LIKE 'idle in transaction%')
        """) == "t"
    }
  }

  /// Waits until every member has beaten so often more: the run's own clock.
  func waitForBeats(_ count: Int) throws {
    for _ in 0..<count {
      let last = try target.value("SELECT max(heard_at) FROM kedge.members WHERE state = 'working'")
      try waitUntil("a heartbeat") {
        try target.value(
          "SELECT count(*) > 0 AND bool_and(heard_at > '\(last)') FROM kedge.members WHERE state = 'working'")
          == "t"
      }
    }
  }

  /// What has been read and what is there.
  func standing() throws -> [String] {
    try target.rows(
      """
      SELECT (SELECT count(*) FROM core.rows), (SELECT sum(read) FROM kedge.chunks), (SELECT count(*) FROM kedge.chunks),
        (SELECT sum(fence) FROM kedge.chunks)
      """)
  }

  /// Expects that it ended well, with every row where it belongs.
  func expectWhole(_ outcome: Program.Outcome) throws {
    #expect(outcome.code == 0, "\(outcome.errors)")
    let whole = try scene.withAnotherTarget()
    let other = try Program.kedge.run(whole.arguments("backfill"))
    #expect(other.code == 0, "\(other.errors)")
    #expect(try target.digest("core.rows") == whole.target.digest("core.rows"))
    #expect(try target.rows("SELECT count(*) FROM core.rows") == ["\(Self.rows)"])
  }
}
