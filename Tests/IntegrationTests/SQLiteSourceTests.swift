import Audit
import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// Tables of SQLite: any value in any column, every kind of key.
@Suite("Backfill from SQLite")
struct SQLiteSourceTests {
  private func entity(_ table: String, key: String = "[id]", _ fields: String, more: String = "") -> String {
    """
    entity: things
    owner: core
    source: { store: file, table: \(table) }
    key: \(key)
    fields: { \(fields) }
    \(more)
    """
  }

  @Test("values land by what they are, not by what their column declares")
  func storageClasses() throws {
    let target = try TestPostgres()
    let source = try TestSQLite(
      """
      CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, r REAL, x TEXT, b BLOB, n NUMERIC, free);
      INSERT INTO t VALUES (1, 9223372036854775807, 1e300, 'Ünï', x'00FF', 12.5, 'text');
      INSERT INTO t VALUES (2, 'text', 'real?', 'x', 'blob?', 'n?', x'01');
      INSERT INTO t VALUES (3, 1.5, 2, 3, 4, '12', 5.25);
      INSERT INTO t VALUES (4, NULL, NULL, NULL, NULL, NULL, NULL);
      INSERT INTO t VALUES (5, '7', '8.5', '', x'', '1e2', 9);
      """)
    let engine = try Engine(
      sqlite: source, into: target,
      entity("t", "id: bigint, i: bigint, r: double precision, x: text, b: bytea, n: numeric, free: jsonb"))
    expectEqual(try engine.backfill().counts("things"), [5, 3, 0, 2, 0])
    expectEqual(
      try target.rows("SELECT id, i, r, x, b, n, free FROM core.things ORDER BY id"),
      [
        "1 | 9223372036854775807 | 1e+300 | Ünï | \\x00ff | 12.5 | \"text\"", "4 | ∅ | ∅ | ∅ | ∅ | ∅ | ∅",
        "5 | 7 | 8.5 |  | \\x | 100 | 9",
      ])
    // Row 2 has a text where a number must be, row 3 a fraction; SQLite's affinity made row 3's 3 a text.
    expectEqual(try engine.refusals(), ["2 wrong_type i i", "3 not_exact i i"])
    let kept = try BSONDocument(bytes: try #require(try engine.quarantine().first).record)
    #expect(
      kept == [
        "id": .int64(2), "i": "text", "r": "real?", "x": "x", "b": "blob?", "n": "n?", "free": .bytes([1]),
      ])
  }

  @Test("gaps, negative rowids and the ends of the range, in chunks of every size", arguments: [1, 2, 100])
  func rowids(chunkSize: Int) throws {
    let target = try TestPostgres()
    let identifiers: [Int64] = [.min, .min + 1, -1_000_000, -1, 0, 1, 2, 1000, 1 << 40, .max - 1, .max]
    let source = try TestSQLite("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
    for id in identifiers { try source.execute("INSERT INTO t VALUES (\(id), 'v' || \(id))") }
    let engine = try Engine(sqlite: source, into: target, entity("t", "id: bigint, v: text"))
    let count = identifiers.count
    expectEqual(try engine.backfill { $0.chunkSize = chunkSize }.counts("things"), [count, count, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT id, v FROM core.things ORDER BY id"), identifiers.map { "\($0) | v\($0)" })
    expectEqual(try target.value("SELECT sum(read) FROM kedge.chunks"), "\(count)")
    expectEqual(try engine.backfill { $0.chunkSize = chunkSize }.counts("things"), [count, 0, count, 0, 0])
    expectEqual(try engine.audit().tally("things")?.matching, count)
  }

  @Test("composite keys without rowids, whose parts are of mixed classes", arguments: [1, 2, 100])
  func compositeKeys(chunkSize: Int) throws {
    let target = try TestPostgres()
    let source = try TestSQLite(
      """
      CREATE TABLE t (a, b TEXT, v INTEGER, PRIMARY KEY (b, a)) WITHOUT ROWID;
      INSERT INTO t VALUES (1, 'x', 1), (2, 'x', 2), ('1', 'x', 3), (x'31', 'x', 4), (1.5, 'x', 5), (-1, '', 6),
        (1, 'X', 7), (1, 'é', 8), (9223372036854775807, 'x', 9), ('', '', 10);
      """)
    let engine = try Engine(
      sqlite: source, into: target,
      entity("t", key: "[b, a]", "a: { type: jsonb, transforms: [ejson] }, b: text, v: integer"))
    expectEqual(try engine.backfill { $0.chunkSize = chunkSize }.counts("things"), [10, 10, 0, 0, 0])
    expectEqual(try target.rows("SELECT v FROM core.things ORDER BY v"), (1...10).map(String.init))
    expectEqual(try engine.backfill { $0.chunkSize = chunkSize }.counts("things"), [10, 0, 10, 0, 0])
    expectEqual(try engine.audit().differences, [])
  }

  @Test("keys that SQLite compares without case stay apart where they are apart", .timeLimit(.minutes(10)))
  func collations() throws {
    let target = try TestPostgres()
    let source = try TestSQLite(
      """
      CREATE TABLE t (name TEXT COLLATE NOCASE, v INTEGER, PRIMARY KEY (name COLLATE BINARY)) WITHOUT ROWID;
      INSERT INTO t VALUES ('a', 1), ('A', 2), ('b', 3), ('B', 4), ('c ', 5), ('c', 6);
      """)
    let engine = try Engine(
      sqlite: source, into: target, entity("t", key: "[name]", "name: text, v: integer"))
    expectEqual(try engine.backfill { $0.chunkSize = 1 }.counts("things"), [6, 6, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT name, v FROM core.things ORDER BY v"),
      ["a | 1", "A | 2", "b | 3", "B | 4", "c  | 5", "c | 6"])
    expectEqual(try engine.audit().tally("things")?.matching, 6)
  }

  @Test("a table without a key moves by its rowid; rows that are alike stay two")
  func noKey() throws {
    let target = try TestPostgres()
    let source = try TestSQLite(
      "CREATE TABLE t (v TEXT); INSERT INTO t VALUES ('same'), ('same'), (NULL); DELETE FROM t WHERE rowid = 2; "
        + "INSERT INTO t VALUES ('same')")
    let engine = try Engine(
      sqlite: source, into: target, entity("t", "id: { from: rowid, type: bigint }, v: text"))
    expectEqual(try engine.backfill { $0.chunkSize = 1 }.counts("things"), [3, 3, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT id, v FROM core.things ORDER BY id"), ["1 | same", "3 | ∅", "4 | same"])
  }

  @Test("columns that nothing maps are counted, or make the rest")
  func unmapped() throws {
    let source = try TestSQLite(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, \"b c\" REAL, d BLOB); INSERT INTO t VALUES "
        + "(1, 'x', 1.5, x'FF'), (2, NULL, NULL, NULL)")
    let counting = try Engine(sqlite: source, into: try TestPostgres(), entity("t", "id: bigint"))
    expectEqual(try counting.backfill().unmapped("things"), ["\"b c\": 2", "a: 2", "d: 2"])
    let target = try TestPostgres()
    let keeping = try Engine(sqlite: source, into: target, entity("t", "id: bigint", more: "rest: extra"))
    expectEqual(try keeping.backfill().unmapped("things"), [])
    expectEqual(
      try target.rows("SELECT id, extra FROM core.things ORDER BY id"),
      [
        "1 | {\"a\": \"x\", \"d\": {\"$binary\": {\"base64\": \"/w==\", \"subType\": \"00\"}}, \"b c\": 1.5}",
        "2 | {\"a\": null, \"d\": null, \"b c\": null}",
      ])
  }

  @Test("text that isn't UTF-8 is refused and kept whole")
  func invalidText() throws {
    let target = try TestPostgres()
    let source = try TestSQLite(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, CAST(x'61FF' AS TEXT)), (2, 'a' || char(0) || 'b')"
    )
    let engine = try Engine(sqlite: source, into: target, entity("t", "id: bigint, v: text"))
    expectEqual(try engine.backfill().counts("things"), [2, 0, 0, 2, 0])
    expectEqual(try engine.refusals(), ["1 invalid_utf8 v v", "2 contains_nul v v"])
    let kept = try engine.quarantine().map { try BSONDocument(bytes: $0.record) }
    #expect(kept[0] == ["id": .int64(1), "v": .bytes([0x61, 0xFF], subtype: 0x80)])
    #expect(kept[1] == ["id": .int64(2), "v": "a\u{0}b"])
  }
}
