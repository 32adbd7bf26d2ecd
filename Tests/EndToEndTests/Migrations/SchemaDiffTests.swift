import Foundation
import Postgres
import TestSupport
import Testing

/// `kedge schema --diff` and `kedge migrate new --from-mapping`, as a person uses them one after the other.
@Suite("A mapping beside its migrations")
struct SchemaDiffTests {
  private let folder: TemporaryFolder
  private let target: TestPostgres

  init() throws {
    folder = try TemporaryFolder()
    target = try TestPostgres()
    try write(
      "mappings/set.yaml",
      """
      set: app
      stores:
        main: { kind: postgres, environment: [POSTGRES_URL] }
        old: { kind: mongo, environment: [MONGODB_URI] }
      """)
    try write("mappings/users.yaml", Self.users)
  }

  private static let users = """
    entity: users
    owner: core
    source: { store: old, collection: users }
    target: { table: users }
    key: [id]
    fields:
      id: { type: text }
      email: { type: text, required: true, unique: true }
      boss_id: { type: text }
    children:
      cats:
        fields:
          name: { type: text }
    references:
      - { columns: [boss_id], entity: users, to: [id], on-delete: cascade, enforce: constraint }

    """

  private func write(_ name: String, _ text: String) throws {
    let file = URL(filePath: folder.path + "/" + name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private func kedge(_ line: String, environment: [String: String] = [:]) throws -> Program.Outcome {
    try Program.kedge.run(
      line.split(separator: " ").map(String.init),
      environment: ["POSTGRES_URL": target.url].merging(environment) { $1 }, in: folder.path)
  }

  private func texts(_ value: Any?) -> [String] {
    (value as? [[String: Any]] ?? []).compactMap { $0["text"] as? String }
  }

  @Test("from nothing to a clean comparison, and on to the next change")
  func wholeWay() throws {
    let before = try kedge("schema --diff --json")
    #expect(before.code == 3)
    #expect(texts(try before.json()["differences"]).first == "table core.users doesn't exist")
    #expect(try before.json()["migrations"] is NSNull)

    let dry = try kedge("migrate new tables --from-mapping --dry-run")
    #expect(dry.code == 0, "\(dry.errors)")
    #expect(dry.output.contains("CREATE TABLE \"core\".\"users\" ("))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/migrations"))
    let new = try kedge("migrate new tables --from-mapping")
    #expect(new.output == "migrations/app/0001_tables.sql\n", "\(new.errors)")

    // The migrations give everything; the live database has none of it yet.
    let pending = try kedge("schema --diff")
    #expect(pending.code == 3)
    #expect(pending.output.contains("-- the migrations make what the mapping needs"))
    #expect(pending.output.contains("-- table core.users doesn't exist"))
    #expect(try kedge("schema --diff --against migrations").code == 0)
    #expect(try target.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'core'") == "0")
    #expect(try kedge("migrate lint").code == 0)
    #expect(try kedge("migrate up").code == 0)
    let clean = try kedge("schema --diff --json")
    #expect(clean.code == 0, "\(clean.output)")
    #expect(try clean.json()["ok"] as? Bool == true)

    let again = try kedge("migrate new more --from-mapping")
    #expect(again.output == "nothing to do: the migrations make what the mapping needs\n")
    #expect(again.code == 0)
    try write(
      "mappings/users.yaml",
      Self.users.replacing("fields:\n  id", with: "fields:\n  age: { type: integer }\n  id")
        .replacing("email: { type: text", with: "email: { type: varchar(9)"))
    let more = try kedge("migrate new more --from-mapping --json")
    #expect(more.code == 3)
    #expect(try more.json()["files"] as? [String] == ["migrations/app/0002_more.sql"])
    #expect(
      texts(try more.json()["decisions"]) == [
        "column core.users.email is text; the mapping says character varying(9)"
      ])
    #expect(try kedge("migrate up").code == 0)
    #expect(
      texts(try kedge("schema --diff --json").json()["differences"])
        == ["column core.users.email is text; the mapping says character varying(9)"])
  }

  @Test(
    "what is missing or contradicts is needed, on both sides; what is there beyond that is listed and fine")
  func sections() throws {
    #expect(try kedge("migrate new tables --from-mapping").code == 0)
    try write(
      "migrations/app/0002_own.sql",
      """
      -- kedge: up
      CREATE TABLE core.own (id int PRIMARY KEY, note text NOT NULL);
      CREATE INDEX users_by_boss ON core.users (boss_id, email);
      CREATE VIEW core.bosses AS SELECT * FROM core.users;
      ALTER TABLE core.users ADD CONSTRAINT has_at CHECK (email LIKE '%@%');
      ALTER TABLE core.users ALTER email SET DEFAULT 'x@y', ADD COLUMN note text, ADD COLUMN made timestamptz NOT NULL DEFAULT now();
      """)
    #expect(try kedge("migrate up").code == 0)
    let fine = try kedge("schema --diff --json")
    #expect(fine.code == 0, "\(fine.output)")
    let migrations = try #require(try fine.json()["migrations"] as? [String: Any])
    let unknown = (migrations["unknown"] as? [[String: Any]] ?? []).compactMap { $0["object"] as? String }
    #expect(
      unknown == [
        "table core.own", "view core.bosses", "column core.users.note", "column core.users.made",
        "default core.users.email", "check has_at on core.users", "index core.users_by_boss",
      ])
    #expect(
      try kedge("schema --diff").output.contains(
        "--   check has_at on core.users: CHECK ((email ~~ '%@%'::text))\n"))

    let live = """
      DROP VIEW core.bosses;
      DROP INDEX core.users_by_boss, core.users_boss_id_idx;
      ALTER TABLE core.users DROP CONSTRAINT users_email_key, DROP CONSTRAINT users_boss_id_fkey, ADD COLUMN strange int NOT NULL;
      ALTER TABLE core.users ADD CONSTRAINT users_boss_id_fkey FOREIGN KEY (boss_id) REFERENCES core.users;
      ALTER TABLE core.users_cats DROP CONSTRAINT users_cats_users_id_fkey;
      ALTER TABLE core.users_cats ALTER users_id TYPE text COLLATE "en_US"
      """
    try target.execute("CREATE COLLATION public.\"en_US\" (provider = icu, locale = 'en-US')")
    try target.execute("SET search_path = core, public; " + live)
    let found = try kedge("schema --diff --json")
    #expect(found.code == 3)
    #expect(
      texts(try found.json()["differences"]).sorted() == [
        "column core.users.strange is NOT NULL without a default and the mapping doesn't fill it",
        "foreign key users_boss_id_fkey on core.users is FOREIGN KEY (boss_id) REFERENCES core.users(id); the mapping says"
          + " FOREIGN KEY (\"boss_id\") REFERENCES \"core\".\"users\" (\"id\") ON DELETE CASCADE",
        "no index of core.users begins with (boss_id), which refers to another table",
        "nothing keeps core.users.email unique; the mapping says unique: true",
        "nothing ties the rows of core.users_cats to those of core.users, with which they go",
        "the key core.users_cats.users_id has the collation en_US; the mapping's keys compare as bytes, COLLATE \"C\"",
      ])
    #expect(try kedge("schema --diff --against migrations").code == 0)
    // What it says to do is right, as far as it says it.
    for difference in try found.json()["differences"] as? [[String: Any]] ?? [] {
      if let remedy = difference["remedy"] as? String { try target.execute(remedy) }
    }
    #expect(texts(try kedge("schema --diff --against live --json").json()["differences"]).count == 2)
  }

  @Test("migrations that build on the mapping's own tables are replayed behind a prelude")
  func prelude() throws {
    try write(
      "migrations/app/0001_index.sql", "-- kedge: up\nCREATE INDEX i ON core.users (boss_id, email);\n")
    let alone = try kedge("schema --diff --against migrations")
    #expect(alone.code == 1)
    #expect(alone.errors.contains("hand that over with --prelude FILE"))
    try write("core.sql", try kedge("schema").output)
    #expect(try kedge("schema --diff --against migrations --prelude core.sql").code == 0)
    #expect(try kedge("migrate new x --from-mapping --prelude core.sql").output.hasPrefix("nothing to do"))
    #expect(try kedge("schema --against live").code == 2)
    #expect(try kedge("schema --diff --against migrations --migrations nowhere").code == 2)
  }

  @Test("ensure brings everything up, says what is missing with 3, and status and doctor say of what waits")
  func ensure() throws {
    #expect(try kedge("migrate new tables --from-mapping").code == 0)
    let status = try kedge("status")
    #expect(status.code == 0, "\(status.errors)")
    #expect(
      status.output.contains("migrations: 1 pending in migrations/app; see them with: kedge migrate status"))
    let doctor = try #require(try kedge("doctor --json").json()["findings"] as? [[String: Any]])
    let finding = try #require(doctor.first { $0["subject"] as? String == "migrations" })
    #expect(finding["verdict"] as? String == "warning")
    #expect(finding["advice"] as? String == "apply them with: kedge migrate up")

    let dry = try kedge("ensure --dry-run --json")
    #expect(dry.code == 0, "\(dry.errors)")
    #expect(try dry.json()["migrations"] as? [String] == ["0001_tables"])
    #expect(try target.value("SELECT count(*) FROM pg_namespace WHERE nspname IN ('core', 'kedge')") == "0")
    let up = try kedge("ensure")
    #expect(up.code == 0, "\(up.errors)")
    #expect(up.output == "applied 0001_tables\nthe schema of \"app\" is up\n")
    #expect(try kedge("ensure").output == "the schema of \"app\" is up\n")
    #expect(try kedge("ensure --dry-run").output == "nothing to do: the schema of \"app\" is up\n")
    let migrations = try #require(try kedge("status --json").json()["migrations"] as? [String: Any])
    #expect(migrations["up_to_date"] as? Bool == true)

    try write(
      "mappings/users.yaml",
      Self.users.replacing("fields:\n  id", with: "fields:\n  age: { type: integer }\n  id"))
    let missing = try kedge("ensure --json")
    #expect(missing.code == 3)
    #expect(try missing.json()["missing"] as? [String] == ["column core.users.age (integer) doesn't exist"])
    try write("migrations/app/0001_tables.sql", "-- kedge: up\nSELECT 1;\n")
    let edited = try kedge("ensure")
    #expect(edited.code == 1)
    #expect(edited.errors.contains("kedge migrate repair --accept 1"))
    #expect(try kedge("status").output.contains("migrations: 1 changed in migrations/app"))
  }
}
