import Foundation
import TestSupport
import Testing

/// The tools that Kedge is measured against: each says what it is, and those that fill the typed table leave there what Kedge leaves.
@Suite("Peers of the benchmarks")
struct PeersTests {
  private static let folder = Program.root + "/Benchmarks/peers"

  private static let all: [String] = ["sqlite", "mongo", "audit"].flatMap { source in
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(source)")) ?? []
    return names.sorted().map { "\(source)/\($0)" }
  }

  private static func call(_ peer: String, _ word: String, _ environment: [String: String] = [:]) throws
    -> Program.Outcome
  {
    try Program(path: "\(folder)/\(peer)").run([word], environment: environment, in: Program.root)
  }

  @Test("each describes itself, or says in one sentence why it can't run here", arguments: all)
  func describes(peer: String) throws {
    let outcome = try Self.call(peer, "describe")
    if outcome.code == 3 {
      #expect(outcome.output.isEmpty)
      #expect(
        outcome.errors.hasSuffix(".\n") && outcome.errors.split(separator: "\n").count == 1,
        "\(outcome.errors)")
      return
    }
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.split(separator: "\n").count == 1)
    let about = try outcome.json()
    for word in ["name", "version", "settings"] {
      #expect((about[word] as? String)?.isEmpty == false, "\(word)")
    }
    #expect(["typed", "own"].contains(about["table"] as? String))
    let share = try #require(about["scale"] as? Double)
    #expect(share > 0 && share <= 1)
    #expect(try #require(about["kinds"] as? [String]).isEmpty == false)
  }

  /// What is hard to carry: quotes, backslashes, line ends, tabs, what looks like a null, empty and missing values, times before 1970.
  private static let users = """
    CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, name TEXT, locale TEXT, timezone TEXT, bio TEXT, settings TEXT,
      tags TEXT, balance NUMERIC, workspace_id TEXT, phone TEXT, login_count INTEGER, is_active INTEGER,
      last_login_at INTEGER, created_at INTEGER) WITHOUT ROWID;
    INSERT INTO users VALUES
      ('a', 'a@example.org', 'O''Hara, "Ann"', '', '\\N', 'two' || char(10) || 'lines' || char(9) || '\\t', '{"theme":"dark","n":[1,2]}',
        '["vip","größe","a\\\\b","say \\"yes\\"",""]', 12345.67, 'w', NULL, 5, 1, 1600000000123, -1),
      ('b', NULL, '日本', 'de', 'UTC', '', '{}', '[]', 100, 'w', '+49', 0, 0, NULL, 1700000000999),
      ('c', 'c', 'c', 'c', 'c', NULL, NULL, NULL, -0.01, NULL, NULL, NULL, NULL, 0, 951782400001),
      ('d', 'd', 'd', 'd', 'd', 'd', '"text"', '["one"]', 0, 'd', 'd', 9007199254740993, 1, 1, 1)
    """

  private static let mapping = """
    json-text: [tags]
    entity: users
    owner: core
    source: { store: app, table: users }
    key: [id]
    fields:
      id: text
      email: text
      name: text
      locale: text
      timezone: text
      bio: text
      settings: { type: jsonb, transforms: [json] }
      tags: "text[]"
      balance: "numeric(14,4)"
      workspace_id: text
      phone: text
      login_count: bigint
      is_active: { type: boolean, transforms: [boolean] }
      last_login_at: { type: timestamptz, transforms: [{ epoch: milliseconds }] }
      created_at: { type: timestamptz, transforms: [{ epoch: milliseconds }] }
    """

  @Test("sqlite3 and psql leave what Kedge leaves in the typed table, whatever the values")
  func sameContents() throws { try expectSameContents("csv-psql") }

  @Test(
    "so do the peers that are installed", .enabled(if: isInstalled, "scripts/peers-setup installs them"),
    arguments: ["python-copy", "adbc", "duckdb"])
  func sameContents(peer: String) throws { try expectSameContents(peer) }

  private static let isInstalled = FileManager.default.isExecutableFile(
    atPath: Program.root + "/.build/peers/bin/python")

  private func expectSameContents(_ peer: String) throws {
    let (source, target, folder) = (try TestSQLite(Self.users), try TestPostgres(), try TemporaryFolder())
    try folder.write(
      "set.yaml", "set: rows\nstores:\n  app: { kind: sqlite, environment: [KEDGE_NO_SUCH_VARIABLE] }\n")
    try folder.write("users.yaml", Self.mapping)
    let kedge = try Program.kedge.run([
      "backfill", "--quiet", "--mappings", folder.path, "--source", "sqlite:" + source.path, "--target",
      target.url,
    ])
    #expect(kedge.code == 0, "\(kedge.errors)")
    let rows = "SELECT t::text FROM core.users t ORDER BY id"
    let expected = try target.rows(rows)
    #expect(expected.count == 4)
    try target.execute("TRUNCATE core.users")
    let outcome = try Self.call(
      "sqlite/" + peer, "run",
      [
        "PEER_KIND": "users", "PEER_ROWS": "4", "PEER_SOURCE": source.path, "PEER_TABLE": "users",
        "PEER_TARGET": target.url, "PEER_FOLDER": folder.path,
      ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try target.rows(rows) == expected)
    #expect(
      try target.rows(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'core.users'::regclass AND contype = 'p'"
      )
        == ["PRIMARY KEY (id)"])
  }
}
