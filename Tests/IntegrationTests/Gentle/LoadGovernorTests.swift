import Catalog
import Postgres
import TestSupport
import Testing

@testable import Backfill

@Suite("Holding back for the target's sake")
struct LoadGovernorTests {
  private func limits(lag: Double? = nil, latency: Double? = nil, checkpoints: Int? = nil) -> LoadLimits {
    var limits = LoadLimits()
    (limits.lag, limits.latency, limits.checkpoints) = (lag, latency, checkpoints)
    return limits
  }

  @Test("slow writes send workers to rest in steps, and below half of the limit they come back in steps")
  func latency() {
    var governor = LoadGovernor(limits(latency: 1), workers: 4)
    var now = 0.0
    func working(_ latency: Double, beats: Int = 5) -> [Int] {
      (0..<beats).map { _ in
        now += 1
        return governor.judge(latency: latency, load: nil, at: now)?.working ?? 4
      }
    }
    #expect(working(0.1) == [4, 4, 4, 4, 4])
    // A single slow write is nothing; a third one in five is.
    #expect(working(3, beats: 9) == [4, 4, 2, 2, 2, 1, 1, 1, 0])
    // Between half of the limit and the limit nothing changes.
    #expect(working(0.7, beats: 8) == Array(repeating: 0, count: 8))
    #expect(working(0.2, beats: 12) == [0, 0, 1, 1, 1, 2, 2, 2, 4, 4, 4, 4])
  }

  @Test("the reason names the figure and its limit")
  func reason() {
    var governor = LoadGovernor(limits(latency: 0.5), workers: 2)
    var hold: LoadHold?
    for second in 1...3 { hold = governor.judge(latency: 1.25, load: nil, at: Double(second)) }
    #expect(
      hold == LoadHold(working: 1, workers: 2, reason: "a small write takes the target 1.3 s (limit 500 ms)"))
  }

  private func load(written: Int, replayed: Int? = nil, lag: Double? = nil, checkpoints: Int? = nil)
    -> TargetLoad
  {
    var load = TargetLoad()
    load.written = written
    load.checkpointBytes = 1000
    load.requestedCheckpoints = checkpoints
    load.replicas = replayed.map { [.init(name: "spare", replayed: $0, lag: lag)] } ?? []
    return load
  }

  @Test("a replica that stands still is behind since what it lacks was written, whatever it says itself")
  func lag() {
    var governor = LoadGovernor(limits(lag: 30), workers: 1)
    func hold(_ load: TargetLoad, at now: Double) -> LoadHold? {
      governor.judge(latency: 0, load: load, at: now)
    }
    #expect(hold(load(written: 100, replayed: 100), at: 0) == nil)
    #expect(hold(load(written: 200, replayed: 100, lag: 0.5), at: 10) == nil)
    #expect(hold(load(written: 300, replayed: 100, lag: 0.5), at: 39) == nil)
    #expect(
      hold(load(written: 300, replayed: 100, lag: 0.5), at: 41)?.reason
        == "the replica \"spare\" is 31.0 s behind (limit 30.0 s)")
    // It has come as far as what was written at 10: it lacks what came at 39.
    #expect(hold(load(written: 300, replayed: 200), at: 60)?.working == 0)
    #expect(hold(load(written: 300, replayed: 300), at: 61) == nil)
    // What it says itself counts where it is more.
    #expect(hold(load(written: 400, replayed: 350, lag: 31), at: 70)?.working == 0)
    // Gone: nobody to wait for.
    #expect(hold(load(written: 400), at: 74) == nil)
  }

  @Test("checkpoints count that came before their time since so much was written, for a minute each")
  func checkpoints() {
    var governor = LoadGovernor(limits(checkpoints: 2), workers: 1)
    func hold(_ checkpoints: Int, written: Int, at now: Double) -> LoadHold? {
      governor.judge(latency: 0, load: load(written: written, checkpoints: checkpoints), at: now)
    }
    #expect(hold(7, written: 0, at: 0) == nil)
    // Dropping databases requests them as well.
    for second in 1...5 { #expect(hold(7 + second, written: 10 * second, at: Double(second)) == nil) }
    #expect(hold(13, written: 500, at: 10) == nil)
    #expect(hold(14, written: 1000, at: 20) == nil)
    #expect(
      hold(15, written: 1500, at: 30)?.reason
        == "the target made 3 checkpoints before their time in the last minute (limit 2)")
    #expect(hold(15, written: 1500, at: 71)?.working == 0)
    #expect(hold(15, written: 1500, at: 90.5) == nil)
    // The server's counters were reset.
    #expect(hold(0, written: 1600, at: 91) == nil)
  }

  @Test("without limits nothing is ever held back")
  func off() {
    var governor = LoadGovernor(limits(), workers: 1)
    for second in 0..<10 {
      let load = load(written: 1000 * second, replayed: 0, lag: 999, checkpoints: 10 * second)
      #expect(governor.judge(latency: 99, load: load, at: Double(second)) == nil)
    }
  }

  @Test(
    "a real replica that stands still is found, and let go once it has caught up", .timeLimit(.minutes(10)))
  func standby() throws {
    let primary = try PrivatePostgres()
    let standby = try PrivatePostgres(standbyOf: primary, settings: ["cluster_name": "spare"])
    let (writer, replica) = (try primary.connect(), try standby.connect())
    let catalog = Catalog(writer)
    try waitUntil("the standby streams") { try catalog.targetLoad().replicas.count == 1 }
    _ = try replica.query("SELECT pg_wal_replay_pause()")
    try waitUntil("the standby pauses") {
      try replica.query("SELECT pg_get_wal_replay_pause_state() AS s").first?["s"] == "paused"
    }
    var governor = LoadGovernor(limits(lag: 30), workers: 2)
    #expect(governor.judge(latency: 0, load: try catalog.targetLoad(), at: 0) == nil)
    try writer.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS n")
    let behind = try catalog.targetLoad()
    #expect(behind.replicas.map(\.name) == ["spare"])
    #expect(behind.replicas.allSatisfy { $0.replayed < behind.written })
    #expect(governor.judge(latency: 0, load: behind, at: 1) == nil)
    let hold = governor.judge(latency: 0, load: try catalog.targetLoad(), at: 40)
    #expect(hold?.reason.hasPrefix("the replica \"spare\" is 39.0 s behind") == true, "\(hold as Any)")
    _ = try replica.query("SELECT pg_wal_replay_resume()")
    try waitUntil("the standby catches up") {
      let load = try catalog.targetLoad()
      return load.replicas.allSatisfy { $0.replayed >= load.written }
    }
    #expect(governor.judge(latency: 0, load: try catalog.targetLoad(), at: 50) == nil)
    // Who may not see where replicas are gets no figures, and no error.
    try writer.execute("CREATE ROLE plain LOGIN")
    #expect(try Catalog(try primary.connect(user: "plain")).targetLoad().replicas == [])
    // A real checkpoint that was asked for is seen as such.
    let before = try #require(try catalog.targetLoad().requestedCheckpoints)
    try writer.execute("CHECKPOINT")
    try waitUntil("the checkpoint is counted") {
      try catalog.targetLoad().requestedCheckpoints ?? 0 > before
    }
  }
}
