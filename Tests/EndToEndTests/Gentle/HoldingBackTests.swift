import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

/// Hours, and a target that works too hard.
@Suite("Holding back")
struct HoldingBackTests {
  /// A window by the clock of UTC, in hours from now.
  private func window(_ from: Double, _ to: Double) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "UTC")
    format.dateFormat = "HH:mm"
    return [from, to].map { format.string(from: Date(timeIntervalSinceNow: $0 * 3600)) }.joined(
      separator: "-")
  }

  @Test("out of its hours a backfill says until when it waits, and does nothing", .timeLimit(.minutes(10)))
  func hours() throws {
    let scene = try SteeredScene()
    let closed = window(2, 5)
    let running = try scene.start("--between", closed, environment: ["TZ": "UTC"])
    try waitUntil("it waits") {
      guard running.isRunning else { throw UnexpectedResult(description: try running.errorsSoFar()) }
      return try running.errorsSoFar().contains("waiting until")
    }
    #expect(try scene.target.value("SELECT to_regnamespace('kedge') IS NULL") == "t")
    #expect(try !scene.has("core.rows"))
    running.send(SIGINT)
    let outcome = try running.finish()
    #expect(outcome.code == 130, "\(outcome.errors)")
    #expect(
      outcome.errors.contains(
        ":\(closed.dropFirst(3).prefix(2)), as work is to be done between \(closed) only"),
      "\(outcome.errors)")
    // The same hours are open where clocks show three hours more.
    try scene.expectWhole(try scene.start("--between", closed, environment: ["TZ": "Etc/GMT-3"]).finish())
  }

  @Test("within its hours it works", .timeLimit(.minutes(10)))
  func open() throws {
    let scene = try SteeredScene()
    let outcome = try scene.start("--between", window(-2, 3), environment: ["TZ": "UTC"]).finish()
    #expect(!outcome.errors.contains("waiting until"), "\(outcome.errors)")
    try scene.expectWhole(outcome)
  }

  @Test("a target whose writes are slow is left alone until they aren't", .timeLimit(.minutes(10)))
  func latency() throws {
    let scene = try SteeredScene()
    #expect(try scene.kedge("backfill", "--limit", "1").code == 0)
    try scene.target.execute(
      """
      CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.3); RETURN new; END';
      """)
    try scene.target.execute(
      "CREATE TRIGGER slow BEFORE UPDATE ON kedge.members FOR EACH ROW EXECUTE FUNCTION slow()")
    let running = try scene.start("--rate", "300", "--max-latency", "150ms")
    try waitUntil("all workers rest") {
      guard running.isRunning else { throw UnexpectedResult(description: try running.errorsSoFar()) }
      return try scene.target.value(
        "SELECT EXISTS (SELECT FROM kedge.members WHERE hold LIKE 'holding back: a small write %(limit 150 ms); 2 of 2 workers rest')"
      ) == "t"
    }
    try scene.waitForStandstill("holding back")
    let before = try scene.standing()
    try scene.waitForBeats(2)
    #expect(try scene.standing() == before)
    #expect(try scene.kedge("status").output.contains("2 of 2 workers rest"))
    #expect(try scene.kedge("rate", "off").code == 0)
    try scene.target.execute("DROP TRIGGER slow ON kedge.members")
    let outcome = try running.finish()
    try scene.expectWhole(outcome)
    #expect(
      outcome.errors.components(separatedBy: "holding back: a small write").count == 2, "\(outcome.errors)")
    #expect(outcome.errors.contains("going on"), "\(outcome.errors)")
  }

  @Test("a replica that lags is waited for", .timeLimit(.minutes(10)))
  func lag() throws {
    let primary = try PrivatePostgres()
    let standby = try PrivatePostgres(standbyOf: primary, settings: ["cluster_name": "spare"])
    let (target, replica) = (try primary.connect(), try standby.connect())
    try waitUntil("the standby streams") {
      try target.query("SELECT FROM pg_stat_replication WHERE state = 'streaming'").count == 1
    }
    _ = try replica.query("SELECT pg_wal_replay_pause()")
    let scene = try SteeredScene()
    var arguments = scene.scene.arguments("backfill", "--rate", "300", "--workers", "2", "--max-lag", "2s")
    let place = try #require(arguments.firstIndex(of: scene.target.url))
    arguments[place] = primary.url()
    let running = try Program.kedge.start(arguments)
    func holds() throws -> [String] {
      guard
        try target.query("SELECT FROM pg_tables WHERE schemaname = 'kedge' AND tablename = 'members'").count
          == 1
      else { return [] }
      return try target.query("SELECT hold FROM kedge.members WHERE hold IS NOT NULL").compactMap {
        try $0["hold"]
      }
    }
    try waitUntil("all workers rest") {
      guard running.isRunning else { throw UnexpectedResult(description: try running.errorsSoFar()) }
      return try holds().contains { $0.hasSuffix("2 of 2 workers rest") }
    }
    #expect(
      try holds().allSatisfy {
        $0.hasPrefix("holding back: the replica \"spare\" is ") && $0.contains("(limit 2.0 s)")
      })
    var steering = scene.scene.arguments("rate") + ["off"]
    steering[try #require(steering.firstIndex(of: scene.target.url))] = primary.url()
    #expect(try Program.kedge.run(steering).code == 0)
    _ = try replica.query("SELECT pg_wal_replay_resume()")
    let outcome = try running.finish()
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("holding back: the replica \"spare\""), "\(outcome.errors)")
    #expect(outcome.errors.contains("going on"), "\(outcome.errors)")
    #expect(try target.query("SELECT count(*) AS n FROM core.rows").first?.int("n") == SteeredScene.rows)
  }
}
