import Catalog
import DatabaseGuards
import Guardrails
import Mapping
import Postgres
import TestSupport
import Testing

/// Installing, looking, and taking away again: the catalogs are compared.
@Suite("Guardrails in Postgres: installing")
struct PostgresCatalogTests {
  /// Everything that the catalogs hold about all schemas but Kedge's, ACLs as they are written down; and Kedge's functions, but for
  /// the one that comes with its own tables.
  static func catalogs(_ database: TestPostgres) throws -> [String] {
    // A table remembers that it once had a trigger until it is vacuumed.
    try database.execute("VACUUM core.users, core.users_emails, core.boards, feature.notes")
    return try database.rows(
      """
      WITH app AS (SELECT oid FROM pg_namespace WHERE nspname IN ('core', 'feature', 'public'))
      SELECT 'namespace', (to_jsonb(n))::text FROM pg_namespace n WHERE nspname NOT LIKE 'pg_%' AND nspname <> 'kedge'
      UNION ALL SELECT 'class', (to_jsonb(c) - '{relpages,reltuples,relallvisible,relfrozenxid,relminmxid}'::text[])::text
        FROM pg_class c WHERE relnamespace IN (SELECT oid FROM app)
      UNION ALL SELECT 'attribute', to_jsonb(a)::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace IN (SELECT oid FROM app)
      UNION ALL SELECT 'trigger', to_jsonb(t)::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace IN (SELECT oid FROM app)
      UNION ALL SELECT 'proc', to_jsonb(p)::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND NOT (n.nspname = 'kedge' AND p.proname = 'keep_writers_out')
      UNION ALL SELECT 'constraint', to_jsonb(k)::text FROM pg_constraint k WHERE connamespace IN (SELECT oid FROM app)
      UNION ALL SELECT 'default', to_jsonb(d)::text FROM pg_default_acl d
      UNION ALL SELECT 'shared', concat_ws(' ', d.classid::regclass, d.objid, d.objsubid, d.refobjid, d.deptype) FROM pg_shdepend d
        JOIN pg_class c ON c.oid = d.objid AND d.classid = 'pg_class'::regclass
        WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND c.relnamespace IN (SELECT oid FROM app)
      ORDER BY 1, 2
      """)
  }

  /// Rights of every kind: columns' own, PUBLIC's, with the option to grant, and granted by another than the owner.
  static func dress(_ scene: PostgresGuardScene) throws {
    try scene.database.execute(
      """
      GRANT USAGE ON SCHEMA core TO \(scene.stranger);
      GRANT SELECT ON core.users TO PUBLIC;
      GRANT INSERT, UPDATE ON core.users TO \(scene.stranger) WITH GRANT OPTION;
      SET ROLE \(scene.stranger); GRANT UPDATE ON core.users TO \(scene.reporting); RESET ROLE;
      GRANT TRUNCATE, SELECT ON core.users TO \(scene.app);
      GRANT UPDATE (name), SELECT (id) ON core.users TO \(scene.reporting);
      GRANT INSERT (email) ON core.users_emails TO PUBLIC;
      GRANT ALL ON core.boards TO \(scene.reporting), \(scene.stranger), \(scene.app);
      REVOKE DELETE ON core.boards FROM CURRENT_USER;
      GRANT USAGE ON SCHEMA core TO \(scene.reporting);
      CREATE TABLE core.parted (id bigint) PARTITION BY RANGE (id)
      """)
  }

  @Test("uninstall leaves the catalogs as they were, and says what it does")
  func uninstall() throws {
    let scene = try PostgresGuardScene()
    try Self.dress(scene)
    let before = try Self.catalogs(scene.database)
    let installer = try scene.installer(try scene.set())
    let wanted = try installer.steps()
    #expect(!wanted.isEmpty)
    expectEqual(try Self.catalogs(scene.database), before)
    let done = try installer.install()
    // Said beforehand without schema kedge, which has no owner yet whose rights would be left alone.
    expectEqual(done.map(\.statement), wanted.map(\.statement))
    #expect(try Self.catalogs(scene.database) != before)
    expectEqual(try installer.steps().map(\.statement), [])
    expectEqual(try installer.findings().map(\.message), [])
    expectEqual(try installer.install().map(\.statement), [])

    let removals = try installer.removals()
    expectEqual(try installer.uninstall().map(\.statement), removals.map(\.statement))
    expectEqual(try Self.catalogs(scene.database), before)
    expectEqual(try installer.removals().map(\.statement), [])
    expectEqual(try installer.findings().map(\.message), [])
    expectEqual(try scene.database.value("SELECT count(*) FROM kedge.guard_objects"), "0")
    // And once more, from the start.
    _ = try installer.install()
    _ = try installer.uninstall()
    expectEqual(try Self.catalogs(scene.database), before)
  }

  @Test("another mapping takes back what the first one gave; then uninstall still finds the way home")
  func changedMapping() throws {
    let scene = try PostgresGuardScene()
    try Self.dress(scene)
    let before = try Self.catalogs(scene.database)
    _ = try scene.installer(try scene.set()).install()
    let other = try scene.set(writers: "[NoteRepository]")
    _ = try scene.installer(other).install()
    expectEqual(
      try scene.database.value("SELECT has_table_privilege('\(scene.app)', 'core.users', 'INSERT')"), "f")
    // What only observes must not be refused by rights, either.
    _ = try scene.installer(try scene.set(mode: "observe")).install()
    expectEqual(
      try scene.database.rows(
        "SELECT count(*) FILTER (WHERE kind = 'grant'), count(*) FILTER (WHERE kind = 'trigger') FROM kedge.guard_objects"
      ), ["0 | 4"])
    _ = try scene.installer(other).install()
    _ = try scene.installer(try scene.set(roles: false)).uninstall()
    expectEqual(try Self.catalogs(scene.database), before)
  }

  @Test("what others change in between stays")
  func changesInBetween() throws {
    let scene = try PostgresGuardScene()
    let installer = try scene.installer(try scene.set())
    _ = try installer.install()
    try scene.database.execute(
      """
      GRANT SELECT ON core.users TO \(scene.stranger); CREATE TABLE core.other (id int);
      ALTER TABLE core.users ADD age int; DROP TABLE feature.notes
      """)
    _ = try installer.uninstall()
    expectEqual(
      try scene.database.rows("SELECT relacl::text FROM pg_class WHERE oid = 'core.users'::regclass"),
      ["{kedge=arwdDxt/kedge,\(scene.stranger)=r/kedge}"])
    expectEqual(try scene.database.value("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"), "0")
  }

  @Test("findings name each thing that was altered or is wanted since, and install mends all of it")
  func findings() throws {
    let scene = try PostgresGuardScene()
    let set = try scene.set()
    let installer = try scene.installer(set)
    expectEqual(try installer.findings().map(\.message), [])
    _ = try installer.install()
    let right = try Self.catalogs(scene.database).filter { !$0.hasPrefix("shared") }.count
    try scene.database.execute(
      """
      ALTER TABLE core.users DISABLE TRIGGER kedge_guard_shop;
      DROP TRIGGER kedge_guard_shop ON core.users_emails;
      GRANT UPDATE ON core.boards TO \(scene.stranger);
      DROP TABLE feature.notes; CREATE TABLE feature.notes (id bigint PRIMARY KEY, note text);
      UPDATE kedge.guard_rules SET mode = 'observe' WHERE entity = 'users';
      UPDATE kedge.guard_roles SET writers = '{UserRepository}' WHERE role = '\(scene.reporting)';
      CREATE OR REPLACE FUNCTION kedge.guard_write() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TABLE core.users_2030 () INHERITS (core.users)
      """)
    let found = try installer.findings().map { "\($0.problem.rawValue) \($0.kind) \($0.object)" }.sorted()
    expectEqual(
      found,
      [
        "altered function kedge.guard_write()", "altered grant table core.boards",
        "altered role \(scene.reporting)",
        "altered rules users", "altered trigger core.users", "missing trigger core.users_emails",
        "missing trigger feature.notes", "outdated grant table core.users_2030",
        "outdated trigger core.users_2030",
      ].sorted())
    for finding in try installer.findings() {
      #expect(finding.message.hasSuffix("mend it with: kedge guard install"), "\(finding.message)")
    }
    _ = try installer.install()
    expectEqual(try installer.findings().map(\.message), [])
    #expect(try Self.catalogs(scene.database).count >= right)
    // The mapping changes: what it wants now isn't there.
    let changed = try scene.installer(try scene.set(mode: "observe")).findings()
    #expect(changed.allSatisfy { $0.problem == .outdated } && !changed.isEmpty)
    // A phase that was set isn't a change of the rules.
    try scene.setPhase("users", .core)
    expectEqual(try scene.installer(set).findings().map(\.message), [])
  }

  @Test("a role that isn't there is named with the statement that makes it; nothing was changed")
  func missingRole() throws {
    let scene = try PostgresGuardScene()
    let before = try Self.catalogs(scene.database)
    var set = try scene.set()
    set.guardRules.roles.append(GuardRole(name: "nobody \(scene.app)", writers: []))
    let installer = try scene.installer(set)
    let error = #expect(throws: MissingRole.self) { try installer.install() }
    #expect(error?.description.contains("CREATE ROLE \"nobody \(scene.app)\" LOGIN") == true)
    expectEqual(try Self.catalogs(scene.database), before)
  }

  @Test("a busy table is asked for in small bites, then named with who holds it; the rest is done and whole")
  func busyTable() throws {
    let scene = try PostgresGuardScene()
    let holder = try scene.session(nil)
    try holder.execute(
      "SET application_name = 'a long report'; BEGIN; UPDATE core.users SET name = name WHERE id = 1")
    let installer = try scene.installer(try scene.set(), patience: 1)
    let error = #expect(throws: GuardIsBusy.self) { try installer.install() }
    let text = error?.description ?? ""
    #expect(
      text.hasPrefix("core.users wasn't free for 1 seconds (--patience), for this holds it: process"),
      "\(text)")
    #expect(text.contains("a long report (RowExclusiveLock), idle in transaction since"), "\(text)")
    // Somebody else writes while it waits: nobody queues for longer than a bite.
    expectEqual(
      try scene.database.value(
        "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'core.users'::regclass AND NOT tgisinternal"),
      "0")
    try holder.execute("COMMIT")
    _ = try installer.install()
    expectEqual(try installer.steps().map(\.statement), [])
  }

  @Test("a reader that takes long keeps a trigger from being dropped, and is named")
  func longReader() throws {
    let scene = try PostgresGuardScene()
    let set = try scene.set()
    _ = try scene.installer(set).install()
    let reader = try scene.session(nil)
    try reader.execute("SET application_name = 'dump'; BEGIN; SELECT count(*) FROM core.users")
    let error = #expect(throws: GuardIsBusy.self) { try scene.installer(set, patience: 0.5).uninstall() }
    #expect(error?.description.contains("dump (AccessShareLock)") == true, "\(error as Any)")
    reader.close()
    _ = try scene.installer(set).uninstall()
    expectEqual(try scene.database.value("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"), "0")
  }

  @Test("an owner who is no superuser installs and takes away; its limits are said")
  func plainOwner() throws {
    let scene = try PostgresGuardScene()
    try Self.dress(scene)
    let owner = "owner_\(scene.database.settings.database ?? "")"
    try scene.database.execute(
      """
      CREATE ROLE \(owner) LOGIN; GRANT CREATE ON DATABASE \(scene.database.settings.database ?? "") TO \(owner);
      ALTER SCHEMA core OWNER TO \(owner); ALTER SCHEMA feature OWNER TO \(owner);
      ALTER TABLE core.users OWNER TO \(owner); ALTER TABLE core.users_emails OWNER TO \(owner);
      ALTER TABLE core.boards OWNER TO \(owner); ALTER TABLE feature.notes OWNER TO \(owner);
      GRANT \(owner) TO \(scene.reporting)
      """)
    defer {
      do { try scene.database.execute("DROP OWNED BY \(owner) CASCADE; DROP ROLE \(owner)") } catch {
        print("\(owner) is left behind: \(error)")
      }
    }
    let rights = """
      SELECT c.relname, i.grantor::regrole, i.grantee::regrole, i.privilege_type, i.is_grantable FROM pg_class c,
        aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) i
      WHERE c.relnamespace::regnamespace::text IN ('core', 'feature') AND c.relkind = 'r' ORDER BY 1, 2, 3, 4
      """
    let before = try scene.database.rows(rights)
    let installer = GuardInstaller(
      GuardPlan(try scene.set(phase: "core")), target: try scene.session(owner))
    _ = try installer.install()
    expectEqual(try installer.findings().map(\.message), [])
    let limits = try installer.limits().map(\.limit)
    expectEqual(limits.count, 1)
    #expect(
      limits[0].contains("\"\(scene.reporting)\" is a member of the role that owns schema kedge"), "\(limits)"
    )
    let app = try scene.session(scene.app, writer: "UserRepository")
    expectEqual(try refusal(app, "UPDATE core.users SET name = 'new' WHERE id = 1"), nil)
    expectEqual(
      try refusal(app, "SET kedge.writer = 'kedge-admin'; DELETE FROM core.users"), "KG003 undeclared_writer")
    expectEqual(try refusal(try scene.session(scene.stranger), "DELETE FROM core.users"), "42501")
    _ = try installer.uninstall()
    // What a third granted comes back from the owner, who can't speak for the third.
    let name = "\(scene.stranger) | \(scene.reporting) | UPDATE"
    expectEqual(
      try scene.database.rows(rights).sorted(),
      before.map {
        $0.contains(name) ? $0.replacing(name, with: "\(owner) | \(scene.reporting) | UPDATE") : $0
      }.sorted())
  }

  @Test("a role that was dropped since is a finding")
  func droppedRole() throws {
    let scene = try PostgresGuardScene()
    let set = try scene.set()
    _ = try scene.installer(set).install()
    try scene.database.execute("DROP OWNED BY \(scene.reporting); DROP ROLE \(scene.reporting)")
    defer {
      do { try scene.database.execute("CREATE ROLE \(scene.reporting)") } catch { print(error) }
    }
    let findings = try scene.installer(set).findings()
    expectEqual(
      findings.map { "\($0.problem.rawValue) \($0.kind) \($0.object)" }, ["missing login \(scene.reporting)"])
    #expect(throws: MissingRole.self) { try scene.installer(set).install() }
  }

  @Test("one installer at a time")
  func oneInstaller() throws {
    let scene = try PostgresGuardScene()
    let other = try scene.session(nil)
    _ = try other.query("SELECT pg_advisory_lock(hashtextextended('kedge guard install', 0))")
    let error = #expect(throws: GuardIsBusy.self) {
      try scene.installer(try scene.set(), patience: 0.3).install()
    }
    #expect(error?.description.contains("process \(other.backendProcess) of role kedge") == true)
    other.close()
    _ = try scene.installer(try scene.set()).install()
  }
}
