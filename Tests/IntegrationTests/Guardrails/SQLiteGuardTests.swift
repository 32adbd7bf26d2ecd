import DatabaseGuards
import Foundation
import SQLite
import TestSupport
import Testing

/// Triggers that abort every write to a table that has moved.
@Suite("Guardrails inside SQLite")
struct SQLiteGuardTests {
  /// `SQLITE_CONSTRAINT_TRIGGER`.
  static let refused = 1811
  static let writes = [
    "INSERT INTO users VALUES ('u3', 'Cy')", "INSERT OR REPLACE INTO users VALUES ('u1', 'Cy')",
    "REPLACE INTO users VALUES ('u1', 'Cy')", "INSERT OR IGNORE INTO users VALUES ('u1', 'Cy')",
    "INSERT OR IGNORE INTO users VALUES ('u3', 'Cy')",
    "INSERT INTO users VALUES ('u1', 'x') ON CONFLICT DO NOTHING",
    "INSERT INTO users VALUES ('u1', 'x') ON CONFLICT (id) DO UPDATE SET name = 'y'",
    "UPDATE users SET name = name", "UPDATE OR IGNORE users SET name = 'Ada'",
    "UPDATE OR REPLACE users SET name = 'Ada'", "DELETE FROM users", "DELETE FROM users WHERE id = 'u1'",
  ]

  @Test(
    "every write aborts with SQLITE_CONSTRAINT_TRIGGER and says what to do; uninstall leaves all as it was",
    arguments: ["core", "retired"])
  func refuses(_ phase: String) throws {
    let scene = try SQLiteGuardScene()
    let before = try scene.contents()
    let rules = try scene.rules(phase)
    let planned = try rules.steps(nil)
    #expect(
      planned.map(\.object) == [
        "kedge_guard_users_insert", "kedge_guard_users_update", "kedge_guard_users_delete",
      ])
    #expect(try rules.install(nil) == planned)
    #expect(try rules.install(nil).isEmpty)
    #expect(try rules.findings().isEmpty)
    for write in Self.writes {
      #expect(try scene.code(write) == Self.refused, "\(write)")
      let (status, error) = try scene.sqlite3(write)
      #expect(status != 0, "\(write)")
      let reason = phase == "core" ? "not_owner" : "retired"
      #expect(
        error.contains(
          "kedge: \(reason): the entity \"users\" (users.yaml) is owned by the store \"postgres\" now, and \"users\" may only be read; write it there"
        ), "\(error)")
    }
    #expect(
      try scene.sqlite3("SELECT * FROM users; INSERT INTO notes VALUES (1, 'a'); DELETE FROM notes").status
        == 0)
    let removals = try rules.removals()
    #expect(Set(removals.map(\.statement)) == Set(planned.map { "DROP TRIGGER main.\"\($0.object)\"" }))
    #expect(try rules.uninstall() == removals)
    #expect(try scene.contents() == before)
    #expect(try scene.target.value("SELECT count(*) FROM kedge.guard_objects") == "0")
    #expect(try scene.code(Self.writes[0]) == 0)
  }

  @Test(
    "nothing is installed where the file owns the entity, or nobody is guarded",
    arguments: [
      ("legacy", "enforce"), ("shadow", "enforce"), ("core", "off"),
    ])
  func open(_ phase: String, _ mode: String) throws {
    let scene = try SQLiteGuardScene()
    let before = try scene.contents()
    #expect(try scene.rules(phase, mode: mode).install(nil).isEmpty)
    #expect(try scene.contents() == before)
  }

  @Test("a phase that kedge doesn't know lets nobody write; one that moved back lets the application")
  func phases() throws {
    let scene = try SQLiteGuardScene()
    let before = try scene.contents()
    _ = try scene.rules("twilight", mode: "off").install(nil)
    #expect(try scene.code("DELETE FROM users") == Self.refused)
    let core = try scene.rules("core")
    #expect(try core.findings().map(\.problem) == [.outdated, .outdated, .outdated])
    #expect(try core.install(nil).filter { $0.action == .replace }.count == 3)
    #expect(try core.findings().isEmpty)
    let back = try scene.rules("legacy")
    #expect(try back.findings().map(\.problem) == [.outdated, .outdated, .outdated])
    _ = try back.install(nil)
    #expect(try scene.contents() == before)
    #expect(try scene.target.value("SELECT count(*) FROM kedge.guard_objects") == "0")
  }

  @Test(
    "tables of every kind and name are guarded",
    arguments: [
      "CREATE TABLE $ (id TEXT PRIMARY KEY, a) WITHOUT ROWID", "CREATE TABLE $ (a)",
      "CREATE TABLE $ (id INTEGER PRIMARY KEY, a TEXT) STRICT",
    ])
  func kinds(_ sql: String) throws {
    for name in ["plain", "it's \"odd\"; -- [x] `y` é", "SELECT", "kedge_guard_x"] {
      let quoted = SQLiteConnection.quoted(name)
      let scene = try SQLiteGuardScene(sql.replacing("$", with: quoted))
      try scene.file.execute("INSERT INTO \(quoted) (a) SELECT 'x' WHERE \(sql.contains("WITHOUT") ? 0 : 1)")
      if sql.contains("WITHOUT") { try scene.file.execute("INSERT INTO \(quoted) VALUES ('k', 'x')") }
      let before = try scene.contents()
      let rules = try scene.rules("core", table: name)
      _ = try rules.install(nil)
      for write in [
        "INSERT INTO \(quoted) (a) VALUES ('y')", "UPDATE \(quoted) SET a = 'z'", "DELETE FROM \(quoted)",
      ] {
        #expect(try scene.code(write) == Self.refused, "\(write)")
      }
      #expect(try rules.findings().isEmpty)
      _ = try rules.uninstall()
      #expect(try scene.contents() == before)
    }
  }

  @Test("rows can't go by a cascade, and a view that takes writes takes none any more")
  func roundabout() throws {
    let scene = try SQLiteGuardScene(
      """
      CREATE TABLE teams (id INTEGER PRIMARY KEY);
      CREATE TABLE users (id INTEGER PRIMARY KEY, team REFERENCES teams ON DELETE CASCADE);
      INSERT INTO teams VALUES (1); INSERT INTO users VALUES (1, 1);
      CREATE VIEW people AS SELECT * FROM users;
      CREATE TABLE log (a);
      CREATE TRIGGER into_people INSTEAD OF INSERT ON people BEGIN INSERT INTO log VALUES (new.id); END;
      """)
    let before = try scene.contents()
    _ = try scene.rules("core").install(nil)
    #expect(try scene.code("PRAGMA foreign_keys = 1; DELETE FROM teams") == Self.refused)
    _ = try scene.rules("core").uninstall()
    let view = try scene.rules("core", table: "people")
    _ = try view.install(nil)
    #expect(try scene.code("INSERT INTO people VALUES (2, 1)") == Self.refused)
    #expect(try scene.code("DELETE FROM people") == Self.refused)
    _ = try view.uninstall()
    #expect(try scene.contents() == before)
  }

  @Test("a virtual table is refused with a way on")
  func virtual() throws {
    let scene = try SQLiteGuardScene("CREATE VIRTUAL TABLE users USING fts5(name)")
    let error = #expect(throws: StoreGuardError.self) { try scene.rules("core").install(nil) }
    #expect(error?.description.contains("virtual table") == true)
  }

  @Test("a trigger of that name that kedge didn't make is never touched")
  func taken() throws {
    let scene = try SQLiteGuardScene()
    try scene.file.execute(
      "CREATE TRIGGER kedge_guard_users_insert AFTER INSERT ON users BEGIN SELECT 1; END")
    let before = try scene.contents()
    let error = #expect(throws: StoreGuardError.self) { try scene.rules("core").install(nil) }
    #expect(error?.description.contains("didn't make") == true)
    _ = try scene.rules("core").uninstall()
    #expect(try scene.contents() == before)
  }

  @Test("a trigger that is gone, altered, or went with its table is found and put back")
  func findings() throws {
    let scene = try SQLiteGuardScene()
    let rules = try scene.rules("core")
    _ = try rules.install(nil)
    try scene.file.execute("DROP TRIGGER kedge_guard_users_delete")
    try scene.file.execute(
      "DROP TRIGGER kedge_guard_users_update; CREATE TRIGGER kedge_guard_users_update BEFORE UPDATE ON users BEGIN SELECT 1; END"
    )
    #expect(
      try rules.findings().map { "\($0.object) \($0.problem)" } == [
        "kedge_guard_users_delete missing", "kedge_guard_users_update altered",
      ])
    #expect(try rules.install(nil).map(\.action) == [.replace, .create, .create])
    #expect(try rules.findings().isEmpty)
    try scene.file.execute(
      "ALTER TABLE users RENAME TO old; DROP TABLE old; CREATE TABLE users (id TEXT, name TEXT)")
    #expect(try rules.findings().map(\.problem) == [.missing, .missing, .missing])
    _ = try rules.install(nil)
    #expect(try scene.code("INSERT INTO users VALUES ('a', 'b')") == Self.refused)
    try scene.file.execute("DROP TABLE users")
    #expect(try rules.findings().isEmpty)
  }

  @Test(
    "a file that another program has locked is named when the patience ends; a file in WAL mode is guarded")
  func busy() throws {
    let scene = try SQLiteGuardScene()
    try scene.file.execute("PRAGMA journal_mode = WAL")
    try scene.file.execute("BEGIN IMMEDIATE")
    let error = #expect(throws: StoreGuardError.self) {
      try scene.rules("core", patience: .milliseconds(1)).install(nil)
    }
    #expect(error?.description.contains(scene.file.path) == true)
    try scene.file.execute("COMMIT")
    _ = try scene.rules("core").install(nil)
    #expect(try scene.code("DELETE FROM users") == Self.refused)
  }

  @Test("a file that can't be written to is named")
  func readOnly() throws {
    let scene = try SQLiteGuardScene()
    // A file whose format only later versions write: this one opens it for reading alone, whoever we are.
    let handle = try #require(FileHandle(forUpdatingAtPath: scene.file.path))
    try handle.seek(toOffset: 18)
    try handle.write(contentsOf: Data([3]))
    try handle.close()
    let rules = try scene.rules("core")
    #expect(try rules.steps(nil).count == 3)
    let error = #expect(throws: StoreGuardError.self) { try rules.install(nil) }
    #expect(error?.description.contains("\"\(scene.file.path)\" can't be written to") == true)
    #expect(try rules.findings().isEmpty)
  }
}
