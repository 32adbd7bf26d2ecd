import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

/// A backfill that is stopped in the middle, in any way, and started again ends as one that wasn't.
@Suite("Interruption")
struct InterruptionTests {
  private static let rows = 6000
  private static let chunk = "200"

  /// Starts a backfill and waits until at least so many chunks are done.
  private func start(_ scene: Scene, untilDone count: Int, rate: Int = 2000) throws -> Program.Running {
    let running = try Program.kedge.start(
      scene.arguments("backfill", "--chunk-size", Self.chunk, "--rate", "\(rate)", "--workers", "2"))
    while running.isRunning, try doneChunks(scene).count < count {}
    return running
  }

  /// Numbers of the chunks that are done, with the time when each was.
  private func doneChunks(_ scene: Scene) throws -> [String] {
    guard try scene.target.value("SELECT to_regclass('kedge.chunks') IS NOT NULL") == "t" else { return [] }
    return try scene.target.rows(
      "SELECT run, chunk, finished_at FROM kedge.chunks WHERE is_done ORDER BY run, chunk")
  }

  /// Goes on to the end, and expects that it is as if nothing had happened.
  private func expectWhole(_ scene: Scene, after done: [String]) throws {
    let whole = try scene.withAnotherTarget()
    let uninterrupted = try Program.kedge.run(whole.arguments("backfill"))
    #expect(uninterrupted.code == 0, "\(uninterrupted.errors)")
    let again = try Program.kedge.run(scene.arguments("backfill", "--chunk-size", Self.chunk, "--json"))
    #expect(again.code == 0, "\(again.errors)")
    let report = try again.json()
    #expect(report["resumed"] as? Bool == true)
    let entity = (report["entities"] as? [[String: Any]])?.first ?? [:]
    #expect(entity["read"] as? Int == Self.rows)
    #expect(entity["landed"] as? Int == Self.rows)
    #expect(try scene.target.digest("core.rows") == whole.target.digest("core.rows"))
    // What was done stays done: those chunks have their old times.
    let after = Set(try doneChunks(scene))
    #expect(after.isSuperset(of: done), "\(Set(done).subtracting(after))")
    #expect(after.count == Self.rows / 200)
    #expect(try scene.target.rows("SELECT state FROM kedge.runs") == ["done"])
    // Nothing is left behind: no open transaction, no lock, no table beside the declared one.
    let left = try scene.target.rows(
      "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname NOT LIKE 'pg\\_%' AND "
        + "nspname NOT IN ('kedge', 'information_schema') AND relkind = 'r'")
    #expect(left == ["rows"])
    let audit = try Program.kedge.run(scene.arguments("audit"))
    #expect(audit.code == 0, "\(audit.output)")
  }

  @Test("killed with SIGKILL after a few or most of its chunks", arguments: [1, 8, 20])
  func killed(after count: Int) throws {
    let scene = try Scene(rows: Self.rows)
    let running = try start(scene, untilDone: count)
    running.send(SIGKILL)
    #expect(try running.finish().code == SIGKILL)
    let done = try doneChunks(scene)
    #expect(done.count >= count && done.count < Self.rows / 200)
    try expectWhole(scene, after: done)
  }

  @Test("killed several times in one move, from Mongo")
  func killedOften() throws {
    let scene = try Scene(rows: Self.rows, mongo: try TestMongo())
    for count in [2, 9, 20] {
      let running = try start(scene, untilDone: count)
      running.send(SIGKILL)
      try running.finish()
    }
    try expectWhole(scene, after: try doneChunks(scene))
  }

  @Test("Ctrl-C ends it cleanly with 130 and says how to go on")
  func interrupted() throws {
    let scene = try Scene(rows: Self.rows)
    let running = try start(scene, untilDone: 3)
    running.send(SIGINT)
    let outcome = try running.finish()
    #expect(outcome.code == 130)
    #expect(outcome.errors.contains("run the same command again"), "\(outcome.errors)")
    #expect(try scene.target.rows("SELECT state FROM kedge.runs") == ["interrupted"])
    try expectWhole(scene, after: try doneChunks(scene))
  }

  @Test("a server that ends its connections is met with new ones")
  func terminated() throws {
    let scene = try Scene(rows: Self.rows)
    let running = try start(scene, untilDone: 3)
    try scene.target.execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    let outcome = try running.finish()
    #expect(outcome.code == 0, "\(outcome.errors)")
    try expectDone(scene)
  }

  @Test("a second process that is started meanwhile shares the run")
  func twoAtOnce() throws {
    let scene = try Scene(rows: Self.rows)
    let running = try start(scene, untilDone: 1, rate: 1000)
    let second = try Program.kedge.run(scene.arguments("backfill", "--chunk-size", Self.chunk, "--json"))
    #expect(second.code == 0, "\(second.errors)")
    #expect(try second.json()["run"] as? Int == 1)
    let first = try running.finish()
    #expect(first.code == 0, "\(first.errors)")
    try expectDone(scene)
    let members = try scene.target.rows("SELECT count(*), min(state), max(state) FROM kedge.members")
    #expect(members == ["2 | ended | ended"])
    #expect(try scene.target.value("SELECT count(DISTINCT member) FROM kedge.chunks") == "2")
  }

  /// Expects one run that has moved everything, as an uninterrupted one does.
  private func expectDone(_ scene: Scene) throws {
    let whole = try scene.withAnotherTarget()
    #expect(try Program.kedge.run(whole.arguments("backfill")).code == 0)
    #expect(try scene.target.digest("core.rows") == whole.target.digest("core.rows"))
    #expect(
      try scene.target.rows(
        "SELECT sum(read), sum(landed), count(*) FILTER (WHERE NOT is_done) FROM kedge.chunks")
        == ["\(Self.rows) | \(Self.rows) | 0"])
    #expect(try scene.target.rows("SELECT state FROM kedge.runs") == ["done"])
  }
}
