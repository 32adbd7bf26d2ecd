import Catalog
import DatabaseGuards
import Guardrails
import Mapping
import Postgres
import TestSupport
import Testing

/// The ways by which a writer could pass by, and those by which it must come through.
@Suite("Guardrails in Postgres: ways to write")
struct PostgresWriterTests {
  private func scene(_ phase: String = "core", mode: String = "enforce", roles: Bool = true) throws
    -> PostgresGuardScene
  {
    let scene = try PostgresGuardScene()
    _ = try scene.installer(try scene.set(phase: phase, mode: mode, roles: roles)).install()
    return scene
  }

  @Test("the error says what is declared, where, and what to do")
  func words() throws {
    let scene = try scene("legacy")
    let session = try scene.session(scene.app, writer: "UserRepository", fence: "0")
    let error = #expect(throws: PostgresError.self) {
      try session.execute("UPDATE core.users_emails SET email = ''")
    }
    expectEqual(error?.sqlState, "KG001")
    expectEqual(error?.constraint, "not_owner")
    expectEqual([error?.schema, error?.table], ["core", "users_emails"])
    expectEqual(
      error?.message,
      "UPDATE of core.users_emails is refused: in phase legacy store \"app\" owns entity \"users\", and only Kedge writes this copy"
    )
    expectEqual(
      error?.detail,
      "reason not_owner. Entity \"users\" of mapping set \"shop\", declared at users.yaml:1: owner core, phase legacy, writers"
        + " UserRepository. Role \(scene.app), writer UserRepository, fence 0, epoch 0.")
    expectEqual(
      error?.hint,
      "Write entity \"users\" in the store that owns it, or move it on with: kedge phase set")
  }

  @Test("a declared role gets what its writers need, and nobody else writes; reading isn't touched")
  func rights() throws {
    let scene = try PostgresGuardScene()
    try scene.openDoors()
    try scene.database.execute(
      "REVOKE ALL ON ALL TABLES IN SCHEMA core FROM \(scene.app); REVOKE ALL ON SCHEMA core FROM \(scene.app);"
        + "REVOKE ALL ON ALL SEQUENCES IN SCHEMA core FROM \(scene.app); GRANT INSERT ON core.users TO PUBLIC"
    )
    _ = try scene.installer(try scene.set(phase: "core")).install()
    let app = try scene.session(scene.app, writer: "UserRepository")
    expectEqual(try refusal(app, "INSERT INTO core.users VALUES (50, 'new') RETURNING id"), nil)
    expectEqual(try refusal(app, "INSERT INTO core.boards (owner, title) VALUES (50, 'b')"), nil)
    expectEqual(try refusal(app, "DELETE FROM core.users WHERE id = 50"), nil)
    for role in [scene.reporting, scene.stranger] {
      let session = try scene.session(role)
      for sql in [
        "INSERT INTO core.users VALUES (51, 'new')", "UPDATE core.users SET name = ''",
        "DELETE FROM core.users", "TRUNCATE core.users CASCADE", "UPDATE core.boards SET title = ''",
        "INSERT INTO core.users_emails VALUES (1, 1, '')", "DELETE FROM feature.notes",
      ] {
        expectEqual(try refusal(session, sql), "42501")
      }
      expectEqual(try session.query("SELECT count(*) AS n FROM core.users").first?["n"], "20")
    }
    expectEqual(try scene.database.value("SELECT count(*) FROM core.boards"), "20")
  }

  @Test("what a foreign key takes along needs no writer, but does need an owner")
  func cascades() throws {
    let scene = try scene()
    try scene.openDoors()
    // A writer of users alone: the emails and boards of a user go with it.
    var set = try scene.set(phase: "core")
    let boards = try #require(set.entities.firstIndex { $0.name == "boards" })
    set.entities[boards].writers = ["BoardRepository"]
    _ = try scene.installer(set).install()
    try scene.openDoors()
    let session = try scene.session(scene.stranger, writer: "UserRepository")
    expectEqual(try refusal(session, "DELETE FROM core.boards WHERE owner = 3"), "KG003 undeclared_writer")
    expectEqual(try refusal(session, "DELETE FROM core.users WHERE id = 3"), nil)
    expectEqual(try refusal(session, "UPDATE core.users SET id = 400 WHERE id = 4"), "23503")
    try scene.database.execute(
      "SET kedge.writer = 'BoardRepository'; DELETE FROM core.boards WHERE owner = 4")
    expectEqual(try refusal(session, "UPDATE core.users SET id = 400 WHERE id = 4"), nil)
    expectEqual(
      try scene.database.rows(
        """
        SELECT (SELECT count(*) FROM core.boards WHERE owner = 3), (SELECT count(*) FROM core.users_emails WHERE user_id = 3),
          (SELECT count(*) FROM core.users_emails WHERE user_id = 400)
        """), ["0 | 0 | 1"])
    // The boards are still the old store's: what would delete them here is refused as a whole.
    try scene.setPhase("boards", .legacy)
    expectEqual(try refusal(session, "DELETE FROM core.users WHERE id = 5"), "KG001 not_owner")
    expectEqual(try scene.database.value("SELECT count(*) FROM core.users WHERE id = 5"), "1")
    // A trigger of the writer's own, which says the very same statement, isn't the server's.
    try scene.setPhase("boards", .core)
    try session.execute(
      """
      CREATE TEMP TABLE mine (owner bigint);
      CREATE FUNCTION pg_temp.forge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        EXECUTE 'DELETE FROM ONLY "core"."boards" WHERE $1 OPERATOR(pg_catalog.=) "owner"' USING new.owner; RETURN new; END $$;
      CREATE TRIGGER forge AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION pg_temp.forge()
      """)
    expectEqual(try refusal(session, "INSERT INTO mine VALUES (6)"), "KG003 undeclared_writer")
  }

  @Test(
    "COPY, views, rules of inheritance, partitions, MERGE, WITH, functions and replicas all come through it")
  func ways() throws {
    let scene = try PostgresGuardScene()
    try scene.database.execute(
      """
      DROP TABLE core.boards;
      CREATE TABLE core.boards (id bigserial, owner bigint, title text) PARTITION BY RANGE (id);
      CREATE TABLE core.boards_1 PARTITION OF core.boards FOR VALUES FROM (1) TO (1000);
      INSERT INTO core.boards VALUES (1, 1, 'board');
      CREATE TABLE core.users_old (age int) INHERITS (core.users);
      CREATE VIEW public.people AS SELECT * FROM core.users;
      CREATE FUNCTION public.rename() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'UPDATE core.users SET name = ''z''';
      """)
    _ = try scene.installer(try scene.set(phase: "legacy")).install()
    try scene.openDoors()
    try scene.database.execute("GRANT ALL ON public.people TO \(scene.app)")
    let session = try scene.session(scene.app, writer: "UserRepository")
    for sql in [
      "UPDATE public.people SET name = ''", "INSERT INTO public.people VALUES (60, '')",
      "SELECT public.rename()",
      "INSERT INTO core.boards_1 VALUES (2, 1, '')", "INSERT INTO core.boards VALUES (2, 1, '')",
      "TRUNCATE core.boards_1", "UPDATE core.users_old SET name = ''", "DELETE FROM core.users WHERE false",
      "WITH gone AS (DELETE FROM core.users RETURNING id) SELECT count(*) FROM gone",
      "MERGE INTO core.users u USING (SELECT 1 AS id) s ON u.id = s.id WHEN MATCHED THEN UPDATE SET name = ''",
    ] {
      expectEqual(try refusal(session, sql), "KG001 not_owner")
    }
    let copied = #expect(throws: PostgresError.self) {
      try session.beginCopyIn("COPY core.users FROM STDIN")
      try Array("70\tcopied\n".utf8).withUnsafeBytes { try session.putCopyData($0) }
      _ = try session.endCopyIn()
    }
    expectEqual(copied?.constraint, "not_owner")
    // The superuser, as a replica's worker: triggers of the usual kind don't fire there.
    let replica = try scene.session(nil)
    try replica.execute("SET session_replication_role = replica")
    expectEqual(try refusal(replica, "UPDATE core.users SET name = ''"), "KG001 not_owner")
    expectEqual(try scene.database.value("SELECT count(*) FROM core.users WHERE name LIKE 'user %'"), "20")
  }

  @Test("SET ROLE speaks for the role; a search path or objects of the writer's own change nothing")
  func roles() throws {
    let scene = try scene()
    try scene.openDoors()
    let superuser = try scene.session(nil)
    try superuser.execute("SET ROLE \(scene.reporting)")
    expectEqual(try refusal(superuser, "UPDATE core.users SET name = ''"), "KG003 undeclared_writer")
    try superuser.execute("SET kedge.writer = 'kedge-admin'")
    expectEqual(try refusal(superuser, "UPDATE core.users SET name = ''"), "KG003 undeclared_writer")
    try superuser.execute("RESET ROLE")
    expectEqual(try refusal(superuser, "UPDATE core.users SET name = 'admin' WHERE id = 1"), nil)
    let session = try scene.session(scene.stranger)
    try session.execute(
      """
      CREATE TEMP TABLE guard_rules AS SELECT 'off' AS mode;
      CREATE FUNCTION pg_temp.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT ''kedge''';
      SET search_path = pg_temp, pg_catalog
      """)
    expectEqual(try refusal(session, "UPDATE core.users SET name = ''"), "KG003 undeclared_writer")
    // A member of the owner of schema kedge may be Kedge.
    try scene.database.execute("GRANT kedge TO \(scene.stranger)")
    let member = try scene.session(scene.stranger, writer: "kedge-admin")
    expectEqual(try refusal(member, "UPDATE core.users SET name = 'member' WHERE id = 2"), nil)
    try scene.database.execute("REVOKE kedge FROM \(scene.stranger)")
    expectEqual(
      try scene.database.rows("SELECT id, name FROM core.users WHERE name NOT LIKE 'user %' ORDER BY id"),
      ["1 | admin", "2 | member"])
  }

  @Test("observing writes each wrong statement down, with its caller, in the writer's own transaction")
  func observing() throws {
    let scene = try scene("legacy", mode: "observe")
    try scene.openDoors()
    let session = try scene.session(scene.stranger, writer: "CronJob", fence: "9")
    try session.execute("SET application_name = 'nightly'; UPDATE core.users SET name = 'seen' WHERE id = 1")
    try session.execute("BEGIN; DELETE FROM core.users; ROLLBACK")
    try session.execute("BEGIN ISOLATION LEVEL SERIALIZABLE; DELETE FROM core.boards WHERE id = 1; COMMIT")
    try session.execute("SET kedge.writer = 'NoteRepository'; INSERT INTO feature.notes VALUES (7, '')")
    expectEqual(
      try scene.database.rows(
        "SELECT entity, store, operation, reason, writer, caller, seen_by, times FROM kedge.guard_observations ORDER BY id"
      ),
      [
        "users | pg | update | not_owner | CronJob | nightly | postgres | 1",
        "boards | pg | delete | not_owner | CronJob | nightly | postgres | 1",
        "notes | pg | insert | future_fence | NoteRepository | nightly | postgres | 1",
      ])
    expectEqual(try scene.database.value("SELECT name FROM core.users WHERE id = 1"), "seen")
  }

  @Test("without rules or without its epoch, a trigger refuses")
  func lostRules() throws {
    let scene = try scene()
    let session = try scene.session(scene.app, writer: "UserRepository")
    try scene.database.execute("DELETE FROM kedge.epochs")
    expectEqual(try refusal(session, "UPDATE core.users SET name = 'a' WHERE id = 1"), nil)
    try session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    expectEqual(try refusal(session, "UPDATE core.users SET name = ''"), "KG004 unknown_phase")
    try session.execute("ROLLBACK")
    try scene.database.execute("DELETE FROM kedge.guard_rules WHERE entity = 'users'")
    expectEqual(try refusal(session, "UPDATE core.users SET name = ''"), "KG004 unknown_entity")
    expectEqual(
      try scene.installer(try scene.set(phase: "core")).findings().map { "\($0.problem.rawValue) \($0.kind)" }
        .sorted(),
      ["missing rules", "outdated epoch"])
  }
}
