import Catalog
import DatabaseGuards
import Executors
import Guardrails
import Mapping
import Postgres
import TestSupport
import Testing

/// The installer over a set's stores.
@Suite("Guardrails: the installer")
struct InstallerTests {
  @Test("one entity's rules alone; the others follow, and go with their entity")
  func entities() throws {
    let scene = try PostgresGuardScene()
    let set = try scene.set()
    let installer = try scene.installer(set)
    let done = try installer.install(["boards"])
    expectEqual(
      Set(done.filter { $0.kind == "trigger" || $0.kind == "rules" }.map { "\($0.kind) \($0.object)" }),
      ["rules boards", "trigger core.boards"])
    expectEqual(
      try scene.database.rows("SELECT tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"),
      ["core.boards"])
    // What else the mapping wants is known.
    let missing = try installer.findings().filter { $0.kind == "trigger" }
    expectEqual(missing.map(\.object).sorted(), ["core.users", "core.users_emails", "feature.notes"])
    #expect(missing.allSatisfy { $0.problem == .outdated })
    _ = try installer.install(["users", "notes"])
    expectEqual(try installer.steps().map(\.statement), [])

    var smaller = set
    smaller.entities.removeAll { $0.name == "boards" }
    let rest = try scene.installer(smaller)
    #expect(try rest.findings().contains { $0.kind == "trigger" && $0.object == "core.boards" })
    _ = try rest.install()
    expectEqual(
      try scene.database.rows(
        "SELECT tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text"),
      ["core.users", "core.users_emails", "feature.notes"])
    expectEqual(
      try scene.database.rows("SELECT DISTINCT entity FROM kedge.guard_rules ORDER BY 1"), ["notes", "users"])
    expectEqual(try rest.steps().map(\.statement), [])
  }

  @Test("only the stores that are asked for are opened; each kind by what was given for it")
  func stores() throws {
    let scene = try PostgresGuardScene()
    let plan = try scene.plan(try scene.set())
    var opened: [String] = []
    var stores = StoreGuards()
    stores[.mongo] = { plan, store, _, options in
      opened.append("\(plan.stores[store].name) \(options.patience)")
      return nil
    }
    var options = InstallOptions()
    options.patience = 7
    _ = try GuardInstaller(plan, target: scene.database.connection, stores: stores, options: options).steps()
    expectEqual(opened, ["app 7.0"])
    options.stores = ["pg"]
    let steps = try GuardInstaller(plan, target: scene.database.connection, stores: stores, options: options)
      .steps()
    expectEqual(opened, ["app 7.0"])
    expectEqual(Set(steps.map(\.store)), ["pg"])
    options.stores = ["app"]
    expectEqual(
      try GuardInstaller(plan, target: scene.database.connection, stores: stores, options: options).install(),
      [])
    expectEqual(try scene.database.value("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"), "0")
  }

  @Test("two sets in one database, also on the same table: each has its own, and goes alone")
  func twoSets() throws {
    let scene = try PostgresGuardScene()
    let first = try scene.set(phase: "core")
    var second = try scene.set(phase: "core", roles: false, writers: "[OtherRepository]")
    second.name = "other"
    second.entities.removeAll { $0.name != "users" }
    _ = try scene.installer(first).install()
    _ = try scene.installer(second).install()
    expectEqual(try scene.installer(first).steps().map(\.statement), [])
    // Both are asked.
    let session = try scene.session(nil, writer: "UserRepository")
    expectEqual(try refusal(session, "UPDATE core.users SET name = ''"), "KG003 undeclared_writer")
    _ = try scene.installer(second).uninstall()
    expectEqual(try refusal(session, "UPDATE core.users SET name = 'one' WHERE id = 1"), nil)
    expectEqual(try scene.installer(first).findings().map(\.message), [])
    _ = try scene.installer(first).uninstall()
    expectEqual(try scene.database.value("SELECT to_regproc('kedge.guard_write') IS NULL"), "t")
  }

  @Test("stopped, it ends between two objects, and says so")
  func stopped() throws {
    let scene = try PostgresGuardScene()
    let options = InstallOptions()
    options.stop.set()
    let plan = try scene.plan(try scene.set())
    #expect(throws: GuardWasStopped.self) {
      try GuardInstaller(plan, target: scene.database.connection, options: options).install()
    }
    // The lock is free again.
    _ = try scene.installer(try scene.set()).install()
  }

  @Test("a table that isn't there yet is a limit, and a finding as soon as it is")
  func absentTable() throws {
    let scene = try PostgresGuardScene()
    try scene.database.execute("DROP TABLE core.users_emails")
    let installer = try scene.installer(try scene.set())
    _ = try installer.install()
    expectEqual(try installer.findings().map(\.message), [])
    expectEqual(
      try installer.limits().map(\.limit),
      ["the table core.users_emails of entity \"users\" isn't there yet: install again when it is"])
    try scene.database.execute("CREATE TABLE core.users_emails (user_id bigint, position int, email text)")
    expectEqual(
      try installer.findings().map { "\($0.problem.rawValue) \($0.kind) \($0.object)" },
      ["outdated trigger core.users_emails", "outdated grant table core.users_emails"])
  }
}
