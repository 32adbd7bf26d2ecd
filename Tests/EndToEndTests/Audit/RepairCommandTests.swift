import Foundation
import TestSupport
import Testing

/// `kedge audit --plan`, `--apply` and `--repair` as an operator runs them.
@Suite("Repairs by command")
struct RepairCommandTests {
  private static let rows = 1200

  private func scene() throws -> Scene {
    let scene = try Scene(rows: Self.rows)
    let outcome = try Program.kedge.run(scene.arguments("backfill", "--quiet"))
    guard outcome.code == 0 else { throw UnexpectedResult(description: outcome.errors) }
    return scene
  }

  private func damage(_ scene: Scene) throws {
    try scene.target.execute(
      """
      DELETE FROM core.rows WHERE id % 2 = 0;
      UPDATE core.rows SET name = 'other' WHERE id IN (3, 5);
      INSERT INTO core.rows (id) VALUES (1000000)
      """)
  }

  @Test(
    "a plan is written, read, applied, and applied again; a changed world is refused, each with its exit code"
  )
  func planAndApply() throws {
    let scene = try scene()
    let right = try scene.target.digest("core.rows")
    try damage(scene)
    let folder = try TemporaryFolder()
    let plan = folder.path + "/plan.jsonl"
    let damaged = try scene.target.digest("core.rows")

    let planned = try Program.kedge.run(scene.arguments("audit", "--plan", plan))
    #expect(planned.code == 3, "\(planned.errors)")
    #expect(
      planned.output.contains(
        "603 repairs are planned in \(plan); read it, then: kedge audit --apply \(plan)"))
    expectSame(try scene.target.digest("core.rows"), damaged)

    try scene.target.execute("UPDATE core.rows SET name = 'third' WHERE id = 3")
    let refused = try Program.kedge.run(scene.arguments("audit", "--apply", plan))
    #expect(refused.code == 1)
    #expect(refused.output.contains("rows 3: not repaired (update): the row in the target isn't as it was"))
    #expect(
      refused.output.contains("the world has changed for 1 of 603 actions, so nothing of the plan was done"))
    try scene.target.execute("UPDATE core.rows SET name = 'other' WHERE id = 3")
    expectSame(try scene.target.digest("core.rows"), damaged)

    let text = try String(contentsOfFile: plan, encoding: .utf8)
    try text.replacing("\"action\":\"delete\"", with: "\"action\":\"update\"").write(
      toFile: plan, atomically: true, encoding: .utf8)
    let altered = try Program.kedge.run(scene.arguments("audit", "--apply", plan))
    #expect(altered.code == 1)
    #expect(altered.errors.contains("the line isn't as it was written"))
    try text.write(toFile: plan, atomically: true, encoding: .utf8)

    // Killed, and ended by Ctrl-C, between two of its transactions; then the same command again.
    let apply = scene.arguments("audit", "--apply", plan)
    let killed = try Program.kedge.run(apply, environment: ["KEDGE_STOP_POINT": "after-merge@2:kill"])
    #expect(killed.code == 9)
    expectSame(try scene.target.value("SELECT count(*) FROM kedge.audit_repairs"), "500")
    let stopped = try Program.kedge.run(apply, environment: ["KEDGE_STOP_POINT": "after-merge@1:interrupt"])
    #expect(stopped.code == 130)
    #expect(
      stopped.errors.contains("100 repairs are committed, and logged in kedge.audit_repairs of run"),
      "\(stopped.errors)")
    let applied = try Program.kedge.run(apply + ["--json"])
    #expect(applied.code == 0, "\(applied.errors)")
    let entity = try #require((applied.json()["entities"] as? [[String: Any]])?.first)
    #expect([entity["planned"], entity["repaired"], entity["already"]] as? [Int] == [603, 3, 600])
    expectSame(try scene.target.digest("core.rows"), right)
    expectSame(try scene.target.value("SELECT count(*) FROM kedge.audit_repairs"), "603")

    let again = try Program.kedge.run(apply)
    #expect(again.code == 0)
    #expect(again.output.contains("everything is as planned already; nothing was changed"))
    #expect(try Program.kedge.run(scene.arguments("audit")).code == 0)
  }

  @Test(
    "a repair that is killed and run again ends as one that wasn't; options that don't go together are refused"
  )
  func repair() throws {
    let scene = try scene()
    let right = try scene.target.digest("core.rows")
    try damage(scene)
    let repair = scene.arguments("audit", "--repair")
    #expect(try Program.kedge.run(repair, environment: ["KEDGE_STOP_POINT": "before-merge@2:kill"]).code == 9)
    let outcome = try Program.kedge.run(repair)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("103 repairs logged in kedge.audit_repairs"), "\(outcome.output)")
    expectSame(try scene.target.digest("core.rows"), right)
    let both = try Program.kedge.run(scene.arguments("audit", "--repair", "--plan", "x"))
    #expect(both.code == 2)
    #expect(both.errors.contains("--repair and --plan don't go together"))
    let missing = try Program.kedge.run(scene.arguments("audit", "--apply", "/nowhere/plan"))
    #expect(missing.code == 1)
    #expect(missing.errors.contains("the plan \"/nowhere/plan\": can't be read"))
    let unwritable = try Program.kedge.run(scene.arguments("audit", "--plan", "/nowhere/plan"))
    #expect(unwritable.code == 1)
  }

  private func expectSame(
    _ found: String, _ expected: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) {
    #expect(found == expected, sourceLocation: sourceLocation)
  }
}
