import Foundation
import Postgres
import TestSupport
import Testing

/// `kedge guard install`, `status`, `diff` and `uninstall` as an operator runs them.
@Suite("Guardrails by command")
struct InstallCommandTests {
  private func scene() throws -> Scene {
    let scene = try Scene(rows: 1200)
    let outcome = try Program.kedge.run(scene.arguments("backfill", "--quiet"))
    guard outcome.code == 0 else { throw UnexpectedResult(description: outcome.errors) }
    return scene
  }

  /// Everything that the catalogs hold about the application's schemas and about functions.
  private func catalogs(_ database: TestPostgres) throws -> [String] {
    try database.execute("VACUUM core.rows")
    return try database.rows(
      """
      SELECT 'class', (to_jsonb(c) - '{relpages,reltuples,relallvisible,relfrozenxid,relminmxid}'::text[])::text
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'core'
      UNION ALL SELECT 'namespace', to_jsonb(n)::text FROM pg_namespace n WHERE nspname NOT LIKE 'pg_%'
      UNION ALL SELECT 'attribute', to_jsonb(a)::text FROM pg_attribute a WHERE attrelid = 'core.rows'::regclass
      UNION ALL SELECT 'trigger', to_jsonb(t)::text FROM pg_trigger t
      UNION ALL SELECT 'proc', to_jsonb(p)::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
      ORDER BY 1, 2
      """)
  }

  private func dump(_ scene: Scene) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["pg_dump", "--schema-only", "--schema=core", scene.target.url]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0, text.contains("CREATE TABLE core.rows") else {
      throw UnexpectedResult(
        description: "pg_dump ended with \(process.terminationStatus): \(text.prefix(200))")
    }
    // Newer ones begin and end with a word that is another each time.
    return text.split(separator: "\n").filter { !$0.hasPrefix("\\") }.joined(separator: "\n")
  }

  @Test("dry run, install, status, diff, damage, mending and uninstall, with their exit codes")
  func wholeWay() throws {
    let scene = try scene()
    let (before, dumped) = (try catalogs(scene.target), try dump(scene))
    let dry = try Program.kedge.run(scene.arguments("guard", "install", "--dry-run"))
    #expect(dry.code == 0, "\(dry.errors)")
    #expect(
      dry.output.contains("CREATE TRIGGER \"kedge_guard_rows\" BEFORE INSERT"), "\(dry.output)")
    #expect(try catalogs(scene.target) == before)
    let fresh = try Program.kedge.run(scene.arguments("guard", "status"))
    #expect(fresh.code == 3)
    #expect(fresh.output.contains("not installed in postgres"), "\(fresh.output)")
    #expect(try Program.kedge.run(scene.arguments("guard", "diff")).code == 3)

    let installed = try Program.kedge.run(
      scene.arguments("guard", "install", "--store", "postgres", "--json"))
    #expect(installed.code == 0, "\(installed.errors)")
    let steps = try #require(installed.json()["steps"] as? [[String: Any]])
    #expect(
      steps.map { "\($0["action"] ?? "") \($0["kind"] ?? "") \($0["object"] ?? "")" } == [
        "create function kedge.guard_write()", "create rules rows", "create epoch rows",
        "create trigger core.rows",
      ])
    let status = try Program.kedge.run(scene.arguments("guard", "status", "--store", "postgres"))
    #expect(status.code == 0, "\(status.output)")
    #expect(status.output.contains("the rules are in place"))
    #expect(status.output.contains("limit of postgres: the mapping declares no roles"), "\(status.output)")
    let diff = try Program.kedge.run(scene.arguments("guard", "diff", "--store", "postgres", "--json"))
    #expect(diff.code == 0)
    #expect(try diff.json()["in_place"] as? Bool == true)

    // What the application would write is refused; what Kedge mends is not.
    #expect(throws: PostgresError.self) { try scene.target.execute("DELETE FROM core.rows") }
    let right = try scene.target.digest("core.rows")
    try scene.target.execute(
      "SET kedge.writer = 'kedge'; DELETE FROM core.rows WHERE id % 3 = 0; RESET kedge.writer")
    let repaired = try Program.kedge.run(scene.arguments("audit", "--repair"))
    #expect(repaired.code == 0, "\(repaired.output)\(repaired.errors)")
    #expect(try scene.target.digest("core.rows") == right)

    try scene.target.execute("ALTER TABLE core.rows DISABLE TRIGGER kedge_guard_rows")
    let damaged = try Program.kedge.run(scene.arguments("guard", "status", "--entity", "rows"))
    #expect(damaged.code == 3)
    #expect(
      damaged.output.contains(
        "altered in postgres: the trigger on core.rows is disabled; mend it with: kedge guard install"),
      "\(damaged.output)")
    #expect(try Program.kedge.run(scene.arguments("guard", "install", "--entity", "rows")).code == 0)
    #expect(throws: PostgresError.self) { try scene.target.execute("DELETE FROM core.rows") }

    let removal = try Program.kedge.run(
      scene.arguments("guard", "uninstall", "--dry-run", "--store", "postgres"))
    #expect(removal.output.contains("DROP TRIGGER IF EXISTS"), "\(removal.output)")
    let removed = try Program.kedge.run(scene.arguments("guard", "uninstall", "--store", "postgres"))
    #expect(removed.code == 0, "\(removed.errors)")
    #expect(try catalogs(scene.target) == before)
    #expect(try dump(scene) == dumped)
    let again = try Program.kedge.run(scene.arguments("guard", "uninstall", "--store", "postgres"))
    #expect(again.output.contains("no rules were installed"), "\(again.output)")
  }

  @Test(
    "killed at each of its commits, it is finished by the same command, and uninstall still leaves nothing")
  func killed() throws {
    let scene = try scene()
    let suffix = scene.target.settings.database ?? ""
    let roles = ["writer_\(suffix)", "reader_\(suffix)"]
    for role in roles { try scene.target.execute("CREATE ROLE \(role)") }
    defer {
      for role in roles {
        do { try scene.target.execute("DROP OWNED BY \(role); DROP ROLE \(role)") } catch {
          print("\(role): \(error)")
        }
      }
    }
    try scene.target.execute(
      "GRANT INSERT, UPDATE (name) ON core.rows TO \(roles[1]); GRANT SELECT ON core.rows TO PUBLIC")
    try scene.replaceMapping(with: scene.mapping() + "\nwriters: [RowRepository]")
    try scene.extendSet(with: "guard: { roles: { \(roles[0]): [RowRepository], \(roles[1]): [] } }\n")
    let before = try catalogs(scene.target)
    let install = scene.arguments("guard", "install", "--store", "postgres")
    let uninstall = scene.arguments("guard", "uninstall", "--store", "postgres")
    var kills = 0
    for (first, second) in [(install, uninstall), (uninstall, uninstall)] {
      for point in ["before-commit", "after-commit"] {
        for number in 1...40 {
          if first == uninstall { #expect(try Program.kedge.run(install).code == 0) }
          let killed = try Program.kedge.run(
            first, environment: ["KEDGE_STOP_POINT": "\(point)@\(number):kill"])
          if killed.code == 0 {
            // All of its commits have had their turn.
            #expect(number > 5)
            #expect(try Program.kedge.run(uninstall).code == 0)
            break
          }
          #expect(killed.code == 9)
          kills += 1
          if first == install, number % 2 == 0 {
            #expect(try Program.kedge.run(install).code == 0)
            #expect(try Program.kedge.run(scene.arguments("guard", "diff", "--store", "postgres")).code == 0)
          }
          #expect(try Program.kedge.run(second).code == 0)
          #expect(try catalogs(scene.target) == before, "\(point) \(number) of \(first)")
        }
      }
    }
    #expect(kills > 20)
  }

  @Test("a store, a role or a busy table that isn't as it should be is named")
  func refusals() throws {
    let scene = try scene()
    let store = try Program.kedge.run(scene.arguments("guard", "install", "--store", "nowhere"))
    #expect(store.code == 2)
    #expect(store.errors.contains("has no store \"nowhere\"; it has app, postgres"), "\(store.errors)")
    let holder = try PostgresConnection(scene.target.settings)
    try holder.execute("BEGIN; LOCK TABLE core.rows IN ROW EXCLUSIVE MODE")
    let busy = try Program.kedge.run(
      scene.arguments("guard", "install", "--store", "postgres", "--patience", "1"))
    #expect(busy.code == 1)
    #expect(busy.errors.contains("core.rows wasn't free for 1 seconds (--patience)"), "\(busy.errors)")
    holder.close()
    try scene.replaceMapping(with: scene.mapping() + "\nwriters: [RowRepository]")
    try scene.extendSet(with: "guard: { roles: { nobody_of_this_name: [RowRepository] } }\n")
    let role = try Program.kedge.run(scene.arguments("guard", "install", "--store", "postgres"))
    #expect(role.code == 1)
    #expect(role.errors.contains("CREATE ROLE \"nobody_of_this_name\" LOGIN"), "\(role.errors)")
  }
}
