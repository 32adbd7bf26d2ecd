import Foundation
import Postgres
import TestSupport
import Testing

@Suite("kedge phase")
struct PhaseTests {
  private func phase(_ scene: Scene, _ arguments: String...) throws -> Program.Outcome {
    try Program.kedge.run(scene.arguments("phase") + arguments)
  }

  /// What a table of the target says, row by row.
  private func rows(_ scene: Scene, _ sql: String) throws -> [[String?]] {
    try scene.target.connection.query(sql).map { row in
      var values: [String?] = []
      for column in 0..<row.count { values.append(row[column]) }
      return values
    }
  }

  @Test("a phase goes one step at a time, and each step begins an epoch")
  func steps() throws {
    let scene = try Scene(rows: 10)
    #expect(try Program.kedge.run(scene.arguments("backfill")).code == 0)
    let first = try phase(scene, "show", "--json").json()
    #expect(first["epoch"] as? Int == 0)

    let skipped = try phase(scene, "set", "rows", "core")
    #expect(skipped.code == 5)
    #expect(skipped.errors.contains("next on the way to core is: kedge phase set rows shadow"))

    let dry = try phase(scene, "set", "rows", "shadow", "--dry-run", "--json").json()
    #expect(dry["changed"] as? Bool == false)
    #expect(try rows(scene, "SELECT count(*) FROM kedge.phases") == [["0"]])

    #expect(try phase(scene, "set", "rows", "shadow", "--reason", "audit 41").code == 0)
    let set = try phase(scene, "set", "rows", "core", "--json").json()
    #expect(set["epoch"] as? Int == 2)
    #expect(set["old_phase"] as? String == "shadow")
    let again = try phase(scene, "set", "rows", "core", "--json").json()
    #expect(again["changed"] as? Bool == false)
    #expect(again["epoch"] as? Int == 2)

    #expect(try rows(scene, "SELECT entity, phase, epoch FROM kedge.phases") == [["rows", "core", "2"]])
    #expect(
      try rows(scene, "SELECT old_phase, new_phase, epoch, reason FROM kedge.phase_changes ORDER BY id")
        == [["legacy", "shadow", "1", "audit 41"], ["shadow", "core", "2", nil]])
    let shown = try phase(scene, "show", "rows", "--history", "--json").json()
    let entity = try #require((shown["entities"] as? [[String: Any]])?.first)
    #expect(entity["phase"] as? String == "core")
    #expect(entity["declared_phase"] as? String == "legacy")
    #expect(entity["owner_store"] as? String == "postgres")
    #expect((shown["changes"] as? [[String: Any]])?.map { $0["phase"] as? String } == ["core", "shadow"])
    #expect(try phase(scene, "show").output.contains("epoch of the set: 2"))
  }

  @Test("a backfill, a replay and a repair work by the phase that was set, not by the mapping's")
  func commandsFollow() throws {
    let scene = try Scene(rows: 10)
    #expect(try Program.kedge.run(scene.arguments("backfill")).code == 0)
    for word in ["shadow", "core"] { #expect(try phase(scene, "set", "rows", word).code == 0) }
    let refused = try Program.kedge.run(scene.arguments("backfill") + ["--entity", "rows"])
    #expect(refused.code == 5)
    #expect(refused.errors.contains("in phase core: Postgres owns it"))
    // The owner's row differs from the old store's: that isn't to be repaired.
    _ = try scene.target.execute("UPDATE core.rows SET name = 'mended' WHERE id = 3")
    #expect(try Program.kedge.run(scene.arguments("audit") + ["--repair"]).code == 0)
    #expect(try rows(scene, "SELECT name FROM core.rows WHERE id = 3") == [["mended"]])
    #expect(try Program.kedge.run(scene.arguments("status")).output.contains("core"))

    for word in ["shadow", "legacy"] { #expect(try phase(scene, "set", "rows", word).code == 0) }
    #expect(try Program.kedge.run(scene.arguments("audit")).code == 3)
    #expect(try Program.kedge.run(scene.arguments("backfill")).code == 0)
    #expect(try Program.kedge.run(scene.arguments("audit")).code == 0)
  }

  @Test("it waits for guarded transactions, and names them when it waits in vain")
  func waits() throws {
    let scene = try Scene(rows: 10)
    #expect(try Program.kedge.run(scene.arguments("backfill")).code == 0)
    let writer = try PostgresConnection(scene.target.settings)
    _ = try writer.execute("SET application_name TO 'shop writer'")
    _ = try writer.execute("BEGIN")
    _ = try writer.query("SELECT pg_advisory_xact_lock_shared(hashtextextended('kedge phase rows', 0))")
    let busy = try phase(scene, "set", "rows", "shadow", "--patience", "1")
    #expect(busy.code == 1)
    #expect(busy.errors.contains("(shop writer), in a transaction since"))
    #expect(try rows(scene, "SELECT count(*) FROM kedge.phases") == [["0"]])
    _ = try writer.execute("COMMIT")
    #expect(try phase(scene, "set", "rows", "shadow", "--patience", "1").code == 0)
  }

  @Test("it is refused while a backfill is at work")
  func atWork() throws {
    let scene = try Scene(rows: 10)
    let folder = try TemporaryFolder()
    let gate = folder.path + "/stop"
    try folder.write("stop", "")
    let running = try Program.kedge.start(
      scene.arguments("backfill"),
      environment: ["KEDGE_STOP_POINT": "run-recorded:block", "KEDGE_STOP_FILE": gate])
    try waitUntil("the backfill is at work") { try running.errorsSoFar().contains("run-recorded") }
    let busy = try phase(scene, "set", "rows", "shadow")
    #expect(busy.code == 1)
    #expect(busy.errors.contains("another kedge process is moving the mapping set"))
    running.send(SIGKILL)
    _ = try running.finish()
    #expect(try phase(scene, "set", "rows", "shadow").code == 0)
  }

  @Test("a phase that this version doesn't know is refused by every command that writes")
  func unknown() throws {
    let scene = try Scene(rows: 10)
    #expect(try Program.kedge.run(scene.arguments("backfill")).code == 0)
    let connection = scene.target.connection
    _ = try connection.execute("INSERT INTO kedge.epochs VALUES ('rows', 9)")
    _ = try connection.execute(
      "INSERT INTO kedge.phases (set_name, entity, phase, epoch) VALUES ('rows', 'rows', 'frozen', 9)")
    for command in [
      ["backfill"], ["audit"], ["quarantine", "replay", "--all"], ["phase", "set", "rows", "core"],
    ] {
      let outcome = try Program.kedge.run(
        command + scene.arguments("").dropFirst())
      #expect(outcome.code == 1, "\(command)")
      #expect(outcome.errors.contains("this kedge doesn't know that phase"), "\(command): \(outcome.errors)")
    }
    #expect(try phase(scene, "show").output.contains("the phase isn't known"))
  }

  @Test("mistakes are told apart from failures")
  func mistakes() throws {
    let scene = try Scene(rows: 10)
    #expect(try phase(scene, "set", "nobody", "core").code == 2)
    #expect(try phase(scene, "set", "rows", "gone").code == 2)
    #expect(try phase(scene, "show", "nobody").code == 2)
    #expect(try phase(scene, "set", "rows").code == 2)
  }
}
