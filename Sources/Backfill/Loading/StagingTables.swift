internal import Codec
internal import Mapping
internal import Postgres

/// The staging tables of one entity on one connection, and the SQL that merges them into the target.
///
/// Staged rows carry their number in the chunk and their locator. Temporary tables, emptied at each commit.
public struct StagingTables {
  let plan: EntityPlan
  /// Quoted: the main table's stage, then one for each child table.
  public let names: [String]
  public static let row = quotedIdentifier("kedge.row")
  public static let locator = quotedIdentifier("kedge.locator")

  /// Bytes before the fields of a child's row that its target doesn't have: the record's number.
  static let childPrefix = 8

  init(_ plan: EntityPlan, connection: PostgresConnection) throws {
    self.plan = plan
    names = (0...plan.children.count).map { "pg_temp." + quotedIdentifier("kedge_stage_\($0)") }
    for name in names { _ = try connection.execute("DROP TABLE IF EXISTS \(name)") }
    _ = try connection.execute(
      "CREATE TEMP TABLE kedge_stage_0 (\(Self.row) int4, \(Self.locator) bytea, "
        + Self.definitions(plan.columns) + ") ON COMMIT DELETE ROWS")
    for (index, child) in plan.children.enumerated() {
      _ = try connection.execute(
        "CREATE TEMP TABLE kedge_stage_\(index + 1) (\(Self.row) int4, "
          + Self.definitions(child.columns) + ") ON COMMIT DELETE ROWS")
    }
  }

  private static func definitions(_ columns: [TargetColumn]) -> String {
    columns.map(\.temporaryDefinition).joined(separator: ", ")
  }

  /// One COPY statement for each row buffer.
  var copyStatements: [String] {
    [
      CopyStream.statement(
        table: names[0], columns: ["kedge.row", "kedge.locator"] + plan.columns.map(\.name))
    ]
      + plan.children.enumerated().map { index, child in
        CopyStream.statement(table: names[index + 1], columns: ["kedge.row"] + child.columns.map(\.name))
      }
  }

  /// The main table's stage, quoted.
  public var main: String { names[0] }

  private var key: [String] { plan.keyColumns.map(\.name) }

  /// Numbers of staged records whose key an earlier record of the chunk has, too.
  var duplicatesSQL: String {
    """
    SELECT r FROM (SELECT \(Self.row) AS r, row_number() OVER
      (PARTITION BY \(quoted(key)) ORDER BY \(Self.row)) AS n FROM \(names[0])) s WHERE n > 1
    """
  }

  /// Numbers of staged records whose reference leads neither to a row nor, within the same table, to a staged one.
  func orphansSQL(columns: [String], target: TableName, targetColumns: [String]) -> String {
    let present = columns.map { "s.\(quotedIdentifier($0)) IS NOT NULL" }.joined(separator: " AND ")
    func match(_ alias: String) -> String {
      zip(columns, targetColumns).map { "\(alias).\(quotedIdentifier($1)) = s.\(quotedIdentifier($0))" }
        .joined(separator: " AND ")
    }
    var sql =
      "SELECT \(Self.row) AS r FROM \(names[0]) s WHERE \(present)"
      + " AND NOT EXISTS (SELECT FROM \(target.sql) o WHERE \(match("o")))"
    if target == plan.table { sql += " AND NOT EXISTS (SELECT FROM \(names[0]) o WHERE \(match("o")))" }
    return sql
  }

  /// Takes records out of the stage, by their numbers.
  public func removalSQL(_ rows: [Int]) -> [String] {
    let list = rows.map(String.init).joined(separator: ", ")
    return names.map { "DELETE FROM \($0) WHERE \(Self.row) IN (\(list))" }
  }

  var locatorsSQL: String {
    "SELECT \(Self.row) AS r, \(Self.locator) AS l FROM \(names[0]) WHERE \(Self.row)"
  }

  /// Numbers of staged records that an earlier run quarantined because another record has their key, while that one's
  /// row is still there.
  var knownDuplicatesSQL: String {
    """
    SELECT s.\(Self.row) AS r FROM \(names[0]) s JOIN kedge.quarantine q ON q.set_name = $1 AND q.entity = $2
      AND sha256(q.locator) = sha256(s.\(Self.locator)) AND q.reason = 'duplicate_key'
    WHERE EXISTS (SELECT FROM \(plan.table.sql) t WHERE \(plan.keysMatch("t", "s")))
    """
  }

  /// Whether the target has a row with the key of staged record `$1`.
  var keyIsTakenSQL: String {
    "SELECT EXISTS (SELECT FROM \(names[0]) s JOIN \(plan.table.sql) t ON \(plan.keysMatch("t", "s"))"
      + " WHERE s.\(Self.row) = $1) AS taken"
  }

  /// Merges every staged record, where none of them needs to be told from another: as ``mergeSQL(expectsNoRows:)``, without
  /// sorting what a temporary table hands out in the order of its COPY anyway.
  ///
  /// - Returns: the statement, and whether it returns `n` as that one does; if not, `n` is the number of rows it touches.
  var mergeAllSQL: (sql: String, returnsCount: Bool) {
    if plan.children.isEmpty {
      return (
        upsert(into: plan.table.sql, columns: plan.columns.map(\.name), key: key, from: names[0]), false
      )
    }
    return (mergeSQL(range: nil, updates: true), true)
  }

  /// Merges the records with numbers from `$1` to `$2`; one row with `n`, how many of them changed anything.
  ///
  /// Rows that are already as they should be aren't written: `*<>` compares the stored bytes, so that 1.0 and 1.00
  /// differ although they are equal. Where `expectsNoRows`, a row with the same key is another record's, and an error.
  func mergeSQL(expectsNoRows: Bool) -> String {
    mergeSQL(range: "s.\(Self.row) BETWEEN $1 AND $2", updates: !expectsNoRows)
  }

  private func mergeSQL(range: String?, updates: Bool) -> String {
    let columns = plan.columns.map(\.name)
    var parts = [
      "main AS (\(upsert(into: plan.table.sql, columns: columns, key: key, from: names[0], range: range, updates: updates)) RETURNING \(quoted(key, prefix: "t.")))"
    ]
    var changed = ["SELECT \(quoted(key)) FROM main"]
    for (index, child) in plan.children.enumerated() {
      let roots = child.rootColumns
      let childKey = child.columns.prefix(child.leading).map(\.name)
      let parentMatch = zip(roots, key).map { "c.\(quotedIdentifier($0)) = s.\(quotedIdentifier($1))" }
        .joined(separator: " AND ")
      let stagedMatch = childKey.map { "e.\(quotedIdentifier($0)) = c.\(quotedIdentifier($0))" }
        .joined(separator: " AND ")
      parts.append(
        """
        gone\(index) AS (DELETE FROM \(child.table.sql) c USING \(names[0]) s WHERE \(range.map { $0 + " AND " } ?? "")\(parentMatch)
          AND NOT EXISTS (SELECT FROM \(names[index + 1]) e WHERE \(stagedMatch))
          RETURNING \(quoted(roots, prefix: "c.")))
        """)
      parts.append(
        "child\(index) AS (\(upsert(into: child.table.sql, columns: child.columns.map(\.name), key: childKey, from: names[index + 1], range: range)) RETURNING \(quoted(roots, prefix: "t.")))"
      )
      changed.append("SELECT \(quoted(roots)) FROM gone\(index)")
      changed.append("SELECT \(quoted(roots)) FROM child\(index)")
    }
    return "WITH \(parts.joined(separator: ", ")) SELECT count(*) AS n FROM "
      + "(\(changed.joined(separator: " UNION "))) x"
  }

  private func upsert(
    into table: String, columns: [String], key: [String], from stage: String, range: String? = nil,
    updates: Bool = true
  ) -> String {
    let others = columns.filter { !key.contains($0) }
    var sql =
      "INSERT INTO \(table) AS t (\(quoted(columns))) SELECT \(quoted(columns, prefix: "s.")) FROM \(stage) s"
    if let range { sql += " WHERE \(range) ORDER BY s.\(Self.row)" }
    if !updates { return sql }
    sql += " ON CONFLICT (\(quoted(key))) DO "
    if others.isEmpty {
      sql += "NOTHING"
    } else {
      let sets = others.map { "\(quotedIdentifier($0)) = excluded.\(quotedIdentifier($0))" }
      sql +=
        "UPDATE SET \(sets.joined(separator: ", ")) WHERE ROW(\(quoted(others, prefix: "t.")))::record"
        + " *<> ROW(\(quoted(others, prefix: "excluded.")))::record"
    }
    return sql
  }

  private func quoted(_ names: [String], prefix: String = "") -> String {
    names.map { prefix + quotedIdentifier($0) }.joined(separator: ", ")
  }
}
