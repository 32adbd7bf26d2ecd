import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// Records that only the server finds too large: they go to quarantine, and nothing around them does.
@Suite("Large records")
struct LargeRecordTests {
  /// Row 2 makes a `jsonb` whose object has 270 MB of values, above the server's 256 MiB; row 3 is large, and
  /// lands.
  private static let sql = """
    CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);
    INSERT INTO t VALUES (1, 'x', 'y');
    INSERT INTO t VALUES (2, replace(hex(zeroblob(65000000)), '0', 'x'), replace(hex(zeroblob(70000000)), '0', 'y'));
    INSERT INTO t VALUES (3, replace(hex(zeroblob(20000000)), '0', 'z'), NULL), (4, 'x', 'y');
    """

  @Test("a jsonb over the server's limit is quarantined alone, whether rows are copied or merged")
  func json() throws {
    let target = try TestPostgres()
    let source = try TestSQLite(Self.sql)
    let engine = try Engine(
      sqlite: source, into: target,
      """
      entity: things
      owner: core
      source: { store: file, table: t }
      key: [id]
      fields: { id: bigint }
      rest: extra
      """)
    expectEqual(try engine.backfill().counts("things"), [4, 3, 0, 1, 0])
    expectEqual(
      try target.rows("SELECT id, md5(extra->>'a'), length(extra::text) FROM core.things ORDER BY id"),
      [
        "1 | 9dd4e461268c8034f5c8564e155c67a6 | 20", "3 | \(try Self.digest("z", target)) | 40000020",
        "4 | 9dd4e461268c8034f5c8564e155c67a6 | 20",
      ])
    let rows = try target.rows(
      """
      SELECT reason, sqlstate, length(record) > 270000000, message LIKE '%jsonb object%' FROM kedge.quarantine
      """)
    expectEqual(rows, ["database | 54000 | t | t"])
    expectEqual(try engine.backfill().counts("things"), [4, 0, 3, 1, 0])
    expectEqual(try engine.quarantine().map(\.attempts), [2])
  }

  private static func digest(_ letter: String, _ target: TestPostgres) throws -> String {
    try target.value("SELECT md5(repeat('\(letter)', 40000000))")
  }
}
