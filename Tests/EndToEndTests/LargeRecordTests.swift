import Foundation
import TestSupport
import Testing

/// Records that only the server finds too large go to quarantine, and nothing around them does.
@Suite(
  "Large records", .disabled(if: !Program.kedge.isRelease, "the kedge under test isn't a release build"))
struct LargeRecordTests {
  /// Row 2 makes a `jsonb` whose object has 270 MB of values, above the server's 256 MiB; row 3 is large, and lands.
  private static let sql = """
    CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);
    INSERT INTO t VALUES (1, 'x', 'y');
    INSERT INTO t VALUES (2, replace(hex(zeroblob(65000000)), '0', 'x'), replace(hex(zeroblob(70000000)), '0', 'y'));
    INSERT INTO t VALUES (3, replace(hex(zeroblob(20000000)), '0', 'z'), NULL), (4, 'x', 'y');
    """
  private static let mapping = """
    entity: things
    owner: core
    source: { store: file, table: t }
    key: [id]
    fields: { id: bigint }
    rest: extra
    """

  private func counts(_ outcome: Program.Outcome) throws -> [Int] {
    let entities = try #require(try outcome.json()["entities"] as? [[String: Any]])
    let things = try #require(entities.first)
    return ["read", "landed", "unchanged", "quarantined"].map { things[$0] as? Int ?? -1 }
  }

  @Test("a jsonb over the server's limit is quarantined alone, whether rows are copied or merged")
  func json() throws {
    let (source, target, folder) = (try TestSQLite(Self.sql), try TestPostgres(), try TemporaryFolder())
    try folder.write(
      "set.yaml", "set: large\nstores:\n  file: { kind: sqlite, environment: [KEDGE_NO_SUCH_VARIABLE] }\n")
    try folder.write("things.yaml", Self.mapping)
    let arguments = [
      "--mappings", folder.path, "--source", "sqlite:\(source.path)", "--target", target.url, "--quiet",
      "--json",
    ]
    let first = try Program.kedge.run(["backfill"] + arguments)
    #expect(first.code == 4, "\(first.errors)")
    #expect(try counts(first) == [4, 3, 0, 1])
    let small = "9dd4e461268c8034f5c8564e155c67a6 | 20"
    let large = try target.value("SELECT md5(repeat('z', 40000000))")
    #expect(
      try target.rows("SELECT id, md5(extra->>'a'), length(extra::text) FROM core.things ORDER BY id")
        == ["1 | \(small)", "3 | \(large) | 40000020", "4 | \(small)"])
    // The whole record waits, with the server's reason.
    #expect(
      try target.rows(
        """
        SELECT reason, sqlstate, length(record) > 270000000, message LIKE '%jsonb object%' FROM kedge.quarantine
        """) == ["database | 54000 | t | t"])
    let second = try Program.kedge.run(["backfill"] + arguments)
    #expect(second.code == 4, "\(second.errors)")
    #expect(try counts(second) == [4, 0, 3, 1])
    #expect(try target.value("SELECT attempts FROM kedge.quarantine") == "2")
  }
}
