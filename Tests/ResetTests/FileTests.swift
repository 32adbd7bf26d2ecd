import Postgres
import Reset
import SQLite
import TestSupport
import Testing

/// A SQLite file as the older store.
@Suite("Resets of SQLite files")
struct FileTests {
  private static let users = """
    entity: users
    owner: core
    source: { store: file, table: users }
    key: [id]
    fields: { id: bigint, email: { type: text, transforms: [trim, lower] } }
    reset: { keep: { email: [admin@x.y] } }
    """
  private static let plans = """
    entity: plans
    owner: feature
    source: { store: file, table: plans }
    key: [code]
    fields: { code: text }
    """

  @Test(
    "rows go in batches; what stays keeps what it refers to by the file's own foreign keys, and so do undeclared tables"
  )
  func foreignKeys() throws {
    let file = try TestSQLite(
      """
      PRAGMA foreign_keys = ON;
      CREATE TABLE plans (code TEXT PRIMARY KEY COLLATE NOCASE) WITHOUT ROWID;
      CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, plan TEXT REFERENCES plans ON DELETE CASCADE,
        boss INTEGER REFERENCES users (id) ON DELETE CASCADE);
      CREATE TABLE trails (id INTEGER PRIMARY KEY, user INTEGER REFERENCES users (id) ON DELETE CASCADE);
      INSERT INTO plans VALUES ('a'), ('b'), ('c'), ('D'), ('e');
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
        INSERT INTO users SELECT i, 'u' || i || '@x.y', 'a', CASE WHEN i > 1 THEN i - 1 END FROM n;
      UPDATE users SET email = ' Admin@X.Y ', plan = 'd', boss = 9 WHERE id = 12;
      UPDATE users SET boss = NULL, plan = 'e' WHERE id = 9;
      INSERT INTO trails VALUES (1, 15), (2, NULL);
      UPDATE users SET boss = NULL, plan = NULL WHERE id = 15;
      """)
    let target = try TestPostgres()
    let scene = try ResetScene(file: file, into: target, Self.users, Self.plans)
    try scene.backfill()
    let before = try scene.fileRows("SELECT * FROM users WHERE id IN (9, 12, 15) ORDER BY id")
    let dry = try scene.dryRun()
    #expect(dry.figures == ["core.core.users: 17/3", "file.plans: 3/2", "file.users: 17/3"])
    #expect(dry.undeclared == ["file: trails"])
    let report = try scene.reset()
    #expect(report.figures == dry.figures)
    #expect(report.advice.count == 1 && report.advice[0].contains("VACUUM"))
    #expect(try scene.fileRows("SELECT * FROM users ORDER BY id") == before)
    #expect(try scene.fileRows("SELECT code FROM plans") == ["D", "e"])
    #expect(try scene.fileRows("SELECT id, user FROM trails") == ["1 | 15", "2 | ∅"])
    #expect(try scene.fileRows("PRAGMA foreign_key_check") == [])
    #expect(try target.rows("SELECT id FROM core.users ORDER BY id") == ["9", "12", "15"])
  }

  @Test("feature data in PostgreSQL is emptied by its own columns")
  func featureTable() throws {
    let target = try TestPostgres()
    try target.execute(
      """
      CREATE SCHEMA core; CREATE SCHEMA web;
      CREATE TABLE core.users (id bigint PRIMARY KEY);
      CREATE TABLE web.visits (id bigint PRIMARY KEY, user_id bigint, page text);
      INSERT INTO core.users SELECT generate_series(1, 5);
      INSERT INTO web.visits SELECT i, i, 'p' || i FROM generate_series(1, 5) i;
      """)
    let scene = try ResetScene(
      into: target, "entity: users\nowner: core\nkey: [id]\nfields: { id: bigint }",
      """
      entity: visits
      owner: feature
      source: { store: core, table: web.visits }
      key: [id]
      fields: { id: bigint, user_id: bigint, page: text }
      references: [{ columns: user_id, entity: users, enforce: none }]
      reset: { keep: { page: [p3] } }
      """)
    let report = try scene.reset()
    #expect(report.figures == ["core.core.users: 4/1", "core.web.visits: 4/1"])
    #expect(try target.rows("SELECT * FROM web.visits") == ["3 | 3 | p3"])
    #expect(try target.rows("SELECT * FROM core.users") == ["3"])
  }
}
