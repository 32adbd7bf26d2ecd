import Backfill
import TestSupport
import Testing

/// Chunks of SQLite's tables by rowids, whose distances tell how far a bound lies.
@Suite("Bounds of SQLite's chunks")
struct SQLiteBoundsTests {
  /// Where a table's rowids are.
  enum Places: String, CaseIterable {
    case dense, everyThird, sparse, denserLater, sparserLater, gap, ends

    /// The rowid of row `n`, as SQL.
    var rowID: String {
      switch self {
      case .dense: "n"
      case .everyThird: "3 * n - 4000"
      case .sparse: "1000 * n"
      case .denserLater: "CASE WHEN n < 2000 THEN 3 * n ELSE 4000 + n END"
      case .sparserLater: "CASE WHEN n < 2000 THEN n ELSE n * 50 END"
      case .gap: "CASE WHEN n < 2000 THEN n ELSE n + 1000000000000 END"
      case .ends:
        "CASE WHEN n < 3000 THEN -9223372036854775807 - 1 + n - 1 ELSE 9223372036854775807 - 6000 + n END"
      }
    }

    /// Whether each chunk has exactly as many rows as were asked for.
    var areCounted: Bool { self == .dense || self == .sparse }
  }

  private static let count = 6000
  private static let size = 1000

  @Test("every row lands once, in chunks of about the size", arguments: Places.allCases)
  func everyRow(places: Places) throws {
    let target = try TestPostgres()
    let source = try TestSQLite(
      """
      CREATE TABLE t (k INTEGER PRIMARY KEY, n INTEGER NOT NULL);
      WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(Self.count))
      INSERT INTO t SELECT \(places.rowID), n FROM numbers;
      """)
    let engine = try Engine(
      sqlite: source, into: target,
      """
      entity: things
      owner: core
      source: { store: file, table: t }
      key: [k]
      fields: { n: integer, k: bigint }
      """)
    let report = try engine.backfill { $0.chunkSize = Self.size }
    #expect(report.counts("things") == [Self.count, Self.count, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT n FROM core.things ORDER BY n"), (1...Self.count).map(String.init))
    expectEqual(
      try target.value("SELECT k FROM core.things WHERE n = \(Self.count)"),
      try target.value("SELECT \(places.rowID) FROM (SELECT \(Self.count)::bigint AS n) row"))
    let sizes = try target.rows("SELECT read FROM kedge.chunks ORDER BY chunk").compactMap(Int.init)
    #expect(sizes.count > 2 && sizes.reduce(0, +) == Self.count)
    #expect(sizes.allSatisfy { $0 > 0 && $0 <= 4 * Self.size })
    #expect(sizes.dropLast().allSatisfy { $0 == Self.size } == places.areCounted, "\(sizes)")
    let again = try engine.backfill { $0.chunkSize = Self.size }
    #expect(again.counts("things") == [Self.count, 0, Self.count, 0, 0])
  }

  @Test("a limit is kept to the row")
  func limit() throws {
    let target = try TestPostgres()
    let source = try TestSQLite(
      """
      CREATE TABLE t (k INTEGER PRIMARY KEY);
      WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 2 FROM numbers WHERE n < 4000)
      INSERT INTO t SELECT n FROM numbers;
      """)
    let engine = try Engine(
      sqlite: source, into: target,
      """
      entity: things
      owner: core
      source: { store: file, table: t }
      key: [k]
      fields: { k: bigint }
      """)
    let report = try engine.backfill {
      $0.chunkSize = 1000
      $0.limit = 1001
    }
    #expect(report.counts("things") == [1001, 1001, 0, 0, 0])
    expectEqual(try target.value("SELECT max(k) FROM core.things"), "2001")
  }
}
