internal import Mapping
internal import Postgres

/// Puts the staged rows of one file in place: decides what becomes of each, and does it, in the caller's transaction.
struct SeedPlacing {
  let connection: PostgresConnection
  let memory: SeedMemory
  let seed: PreparedSeed
  /// The table with the rows.
  let staging: String
  let isForced: Bool

  /// Holds for each staged row what becomes of it.
  static let plan = "kedge_seed_plan"

  private var table: String { seed.table.name.sql }
  private var keyMatch: String {
    seed.key.map { "t.\($0.column.sql) = s.\($0.staged)" }.joined(separator: " AND ")
  }

  /// - Returns: the file's figures, with the rows that a person is to see.
  /// - Throws: `PostgresError`.
  func run(rowLimit: Int, reportsAll: Bool) throws -> SeedReport.Seed {
    try memory.forgetRecreatedTable(seed)
    try decide()
    var report = SeedReport.Seed(seed: seed.file.name, table: seed.table.name.display)
    var counts: [String: Int] = [:]
    for row in try connection.query("SELECT action, count(*) AS rows FROM \(Self.plan) GROUP BY action") {
      counts[try row.text("action")] = try row.int("rows")
    }
    let sum = counts.values.reduce(0, +)
    report.rows = try SeedDifference(connection: connection, seed: seed, staging: staging).rows(
      limit: rowLimit, isWhole: reportsAll)
    // Somebody else may write the same rows meanwhile: what comes back is what was done.
    let culprit = SeedCulprit(connection: connection, seed: seed, staging: staging)
    report.inserted = counts["insert"] ?? 0 > 0 ? try culprit.locating("insert", insert) : 0
    report.updated = counts["update"] ?? 0 > 0 ? try culprit.locating("update", update) : 0
    report.unchanged = (counts["unchanged"] ?? 0) + (counts["adopt"] ?? 0) + (counts["remember"] ?? 0)
    if (counts["adopt"] ?? 0) + (counts["remember"] ?? 0) > 0 { try adopt() }
    report.kept = sum - report.inserted - report.updated - report.unchanged
    try connection.execute("DROP TABLE \(Self.plan)")
    return report
  }

  // MARK: Deciding

  private func decide() throws {
    let others = seed.others
    let same = others.map { named in
      unlessUnnamed(named, named.column.same("t.\(named.column.sql)", "s.\(named.staged)"))
    }
    let force = isForced ? "true" : "false"
    try connection.execute(
      """
      CREATE TEMP TABLE \(Self.plan) ON COMMIT DROP AS
      SELECT s.r, m.id AS memory, CASE
        WHEN t.tableoid IS NULL AND (m.id IS NULL OR \(force)) THEN 'insert'
        WHEN t.tableoid IS NULL THEN 'deleted'
        WHEN \(all(same)) THEN
          CASE WHEN m.id IS NULL THEN 'adopt'
            WHEN m.seed <> \(quoteLiteral(seed.file.name)) OR NOT (\(untouched("m"))) THEN 'remember'
            ELSE 'unchanged' END
        WHEN \(force) THEN 'update'
        WHEN m.id IS NULL THEN 'differs'
        WHEN NOT (\(untouched("m"))) THEN 'changed'
        WHEN m.asked IS NOT DISTINCT FROM \(asked) THEN 'unchanged'
        ELSE 'update' END AS action
      FROM \(staging) s LEFT JOIN \(table) t ON \(keyMatch)
        LEFT JOIN (\(memory.remembered(by: seed))) m
          ON \(seed.key.enumerated().map { "m.k\($0) = s.\($1.staged)" }.joined(separator: " AND "))
      """)
    try connection.execute("ANALYZE \(Self.plan)")
  }

  /// Whether the columns that the file names are as they were when the row was seeded. Of a column that came up since, whether it has
  /// what Postgres put there.
  private func untouched(_ memory: String) -> String {
    all(
      seed.others.map { named in
        let column = named.column
        let live = "t.\(column.sql)"
        return unlessUnnamed(
          named,
          "CASE WHEN \(memory).\"row\" ? \(quoteLiteral(column.name))"
            + " THEN \(column.same(live, column.remembered(in: "\(memory).\"row\"")))"
            + " ELSE \(live) IS NULL OR \(column.same(live, column.defaultValue.map { "(\($0))::\(column.type)" } ?? "NULL::\(column.type)")) END"
        )
      })
  }

  private func unlessUnnamed(_ named: PreparedSeed.Named, _ condition: String) -> String {
    guard let flag = named.flag else { return "(\(condition))" }
    return "(NOT s.\(flag) OR (\(condition)))"
  }

  private func all(_ conditions: [String]) -> String {
    conditions.isEmpty ? "true" : conditions.joined(separator: " AND ")
  }

  /// What the file says of the row, as it is remembered.
  private var asked: String {
    let pairs = seed.named.map { named -> (String, String, String) in
      (quoteLiteral(named.column.name), "s.\(named.staged)::text", named.flag.map { "s.\($0)" } ?? "true")
    }
    if pairs.allSatisfy({ $0.2 == "true" }) {
      return
        "jsonb_object(ARRAY[\(pairs.map(\.0).joined(separator: ", "))]::text[], ARRAY[\(pairs.map(\.1).joined(separator: ", "))]::text[])"
    }
    // Columns that the row doesn't name are left out, and not null.
    let names = pairs.map { "CASE WHEN \($0.2) THEN \($0.0) ELSE '' END" }.joined(separator: ", ")
    return
      "jsonb_object(ARRAY[\(names)]::text[], ARRAY[\(pairs.map { "CASE WHEN \($0.2) THEN \($0.1) END" }.joined(separator: ", "))]::text[]) - ''"
  }

  // MARK: Writing

  private func insert(_ among: String) throws -> Int {
    let columns = seed.named.map(\.column.sql).joined(separator: ", ")
    // A statement can't say DEFAULT row by row, so what the default is stands in it.
    let values = seed.named.map { named in
      named.flag.map {
        "CASE WHEN s.\($0) THEN s.\(named.staged) ELSE \(named.column.defaultValue ?? "NULL") END"
      } ?? "s.\(named.staged)"
    }.joined(separator: ", ")
    let conflict =
      seed.uniqueness.isImmediate
      ? "ON CONFLICT (\(seed.uniqueness.columns.map(quoteIdentifier).joined(separator: ", "))) DO NOTHING"
      : ""
    let keys = seed.key.enumerated().map { "t.\($1.column.sql) AS k\($0)" }.joined(separator: ", ")
    let matches = seed.key.enumerated().map { "d.k\($0) = s.\($1.staged)" }.joined(separator: " AND ")
    return try written(
      """
      INSERT INTO \(table) AS t (\(columns)) SELECT \(values) FROM \(staging) s JOIN \(Self.plan) p USING (r)
      WHERE p.action = 'insert' \(among) ORDER BY s.r \(conflict)
      RETURNING \(keys), \(memory.key(of: seed, "t")) AS key, \(memory.row(of: seed, "t")) AS "row"
      """, matches: matches)
  }

  private func update(_ among: String) throws -> Int {
    let assignments = seed.others.map { named in
      let value =
        named.flag.map { "CASE WHEN s.\($0) THEN s.\(named.staged) ELSE t.\(named.column.sql) END" }
        ?? "s.\(named.staged)"
      return "\(named.column.sql) = \(value)"
    }.joined(separator: ", ")
    // Asked once more by the server when somebody else changed the row meanwhile.
    let condition = isForced ? "true" : untouched("m")
    return try written(
      """
      UPDATE \(table) t SET \(assignments)
      FROM \(staging) s JOIN \(Self.plan) p USING (r) LEFT JOIN kedge.seeds m ON m.id = p.memory
      WHERE p.action = 'update' \(among) AND \(keyMatch) AND \(condition)
      RETURNING s.r, \(memory.key(of: seed, "t")) AS key, \(memory.row(of: seed, "t")) AS "row"
      """, matches: "d.r = s.r")
  }

  /// Runs what writes rows, and remembers them in the same statement.
  private func written(_ statement: String, matches: String) throws -> Int {
    let rows = try connection.query(
      """
      WITH done AS (\(statement)),
        found AS (SELECT p.memory, d.key, d."row", \(asked) AS asked FROM done d JOIN \(staging) s ON \(matches) JOIN \(Self.plan) p ON p.r = s.r),
        changed AS (\(memory.change(seed, "found"))), added AS (\(memory.add(seed, "found")))
      SELECT count(*) AS rows FROM done
      """)
    return try rows.first?.int("rows") ?? 0
  }

  /// Remembers rows that are as the file says without our doing.
  private func adopt() throws {
    try connection.execute(
      """
      WITH found AS (
          SELECT p.memory, \(memory.key(of: seed, "t")) AS key, \(memory.row(of: seed, "t")) AS "row", \(asked) AS asked
          FROM \(Self.plan) p JOIN \(staging) s USING (r) JOIN \(table) t ON \(keyMatch) WHERE p.action IN ('adopt', 'remember')),
        changed AS (\(memory.change(seed, "found")))
      \(memory.add(seed, "found"))
      """)
  }
}
