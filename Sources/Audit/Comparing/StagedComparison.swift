internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// Compares staged source records with the target inside the server, column by column: the exact answer, and the one
/// that every suspected difference is put to before it is called drift.
struct StagedComparison {
  struct Finding {
    /// `matching`, `missing`, `different` or `quarantined`.
    var kind: String
    var key: [String]
    var columns: [String]
    var locator: [UInt8]
  }
  private let plan: EntityPlan
  private let staging: StagingTables
  private let setName: String

  init(_ plan: EntityPlan, _ staging: StagingTables, setName: String) {
    self.plan = plan
    self.staging = staging
    self.setName = setName
  }

  /// Findings that aren't `matching`, and how many are.
  func run(_ connection: PostgresConnection) throws -> (matching: Int, others: [Finding]) {
    let rows = try connection.query(sql, [.text(setName), .text(plan.entity.name)])
    var others: [Finding] = []
    var matching = 0
    for row in rows {
      let kind = try row.text("kind")
      if kind == "matching" {
        matching = try row.int("n")
      } else {
        others.append(
          Finding(
            kind: kind, key: try keyTexts(row),
            columns: (try row["cols"] ?? "").split(separator: "\n").map(String.init),
            locator: try row.bytes("locator")))
      }
    }
    return (matching, others)
  }

  private func keyTexts(_ row: PostgresRow) throws -> [String] {
    try plan.key.indices.map { try row["k\($0)"] ?? "" }
  }

  private var sql: String {
    let ignored = Set(plan.entity.auditIgnore)
    let keys = Set(plan.entity.key)
    var tests: [String] = []
    for column in plan.columns where !keys.contains(column.name) && !ignored.contains(column.name) {
      let name = quotedIdentifier(column.name)
      var test = "ROW(\(column.plainValue("t")))::record *<> ROW(s.\(name))::record"
      if let tolerance = plan.entity.auditTolerance[column.name] {
        test = "(\(test)) AND coalesce(abs(t.\(name)::numeric - s.\(name)::numeric) > \(tolerance), true)"
      }
      tests.append("CASE WHEN \(test) THEN \(quoteLiteral(column.name)) END")
    }
    for (index, child) in plan.children.enumerated() {
      tests.append(
        "CASE WHEN \(childDiffers(child, stage: staging.names[index + 1])) THEN \(quoteLiteral(child.table.name)) END"
      )
    }
    let columns = tests.isEmpty ? "''" : "concat_ws(E'\\n', \(tests.joined(separator: ", ")))"
    let firstKey = quotedIdentifier(plan.keyColumns[0].name)
    let keyTexts = plan.keyColumns.enumerated().map {
      "s.\(quotedIdentifier($1.name))::text AS k\($0)"
    }.joined(separator: ", ")
    let noKeys = plan.key.indices.map { "NULL AS k\($0)" }.joined(separator: ", ")
    return """
      WITH compared AS MATERIALIZED (
        SELECT CASE WHEN t.\(firstKey) IS NOT NULL THEN \(columns) END AS cols, s.\(StagingTables.locator) AS locator,
          \(keyTexts),
          EXISTS (SELECT FROM kedge.quarantine q WHERE q.set_name = $1 AND q.entity = $2
            AND sha256(q.locator) = sha256(s.\(StagingTables.locator))) AS waits
        FROM \(staging.main) s LEFT JOIN \(plan.table.sql) t ON \(plan.keysMatch("t", "s")))
      SELECT 'matching' AS kind, count(*) AS n, NULL AS cols, NULL AS locator, \(noKeys)
        FROM compared WHERE cols = '' AND NOT waits
      UNION ALL
      SELECT CASE WHEN waits THEN 'quarantined' WHEN cols IS NULL THEN 'missing' ELSE 'different' END, 0, cols,
        locator, \(plan.key.indices.map { "k\($0)" }.joined(separator: ", "))
        FROM compared WHERE cols IS DISTINCT FROM '' OR waits
      """
  }

  private func childDiffers(_ child: ChildTablePlan, stage: String) -> String {
    func match(_ alias: String) -> String {
      zip(child.rootColumns, plan.keyColumns).map {
        "\(alias).\(quotedIdentifier($0)) = s.\(quotedIdentifier($1.name))"
      }.joined(separator: " AND ")
    }
    let places = child.placeColumns.map { "e.\(quotedIdentifier($0)) = c.\(quotedIdentifier($0))" }
      .joined(separator: " AND ")
    func list(_ alias: String) -> String {
      child.columns.map { $0.plainValue(alias) }.joined(separator: ", ")
    }
    return """
      EXISTS (SELECT FROM (SELECT * FROM \(stage) x WHERE \(match("x"))) e
        FULL JOIN (SELECT * FROM \(child.table.sql) y WHERE \(match("y"))) c ON \(places)
        WHERE ROW(\(list("e")))::record *<> ROW(\(list("c")))::record)
      """
  }
}
