internal import Postgres

extension FileVerification {
  private var quotedTable: String { quoteIdentifier(table.schema) + "." + quoteIdentifier(table.name) }

  /// The columns of the table's primary key; without one, the row's place (`ctid`).
  func keyColumns() throws -> [String] {
    let found = try connection.query(
      """
      SELECT a.attname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
      WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      ORDER BY array_position(i.indkey::int2[], a.attnum)
      """, [.text(table.schema), .text(table.name)])
    guard !found.isEmpty else {
      throw FileStoreError(
        .settings, store: "the table \(table.schema).\(table.name)",
        reason: "there is no such table in this database; check --table and --target")
    }
    let keys = try found.compactMap { try $0["attname"] }
    if !keys.isEmpty { return keys }
    // A view's rows have no place; there the name itself has to do.
    return ["r", "p", "m"].contains(try found[0]["relkind"]) ? ["ctid"] : [column]
  }

  /// The name that a row looks for; NULL where it names none.
  private var name: String {
    var path = "nullif(t.\(quoteIdentifier(column))::text, '')"
    if let prefix = withoutPrefix, !prefix.isEmpty {
      let literal = quoteLiteral(prefix)
      path =
        "CASE WHEN starts_with(\(path), \(literal)) THEN substr(\(path), length(\(literal)) + 1) ELSE \(path) END"
    }
    guard let storeColumn else { return path }
    return "t.\(quoteIdentifier(storeColumn))::text || '/' || (\(path))"
  }

  /// One expression for each column of the key, as text.
  private func keyList(_ keys: [String]) -> String {
    keys.enumerated().map { "t.\(quoteIdentifier($1))::text AS kedge_key_\($0)" }.joined(separator: ", ")
  }

  func compare(_ report: inout Report, _ keys: [String]) throws {
    let source = "SELECT (\(name)) COLLATE \"C\" AS kedge_name, \(keyList(keys)) FROM \(quotedTable) t"
    let chosen = stores.map { "starts_with(kedge_name, \(quoteLiteral($0 + "/")))" }.joined(separator: " OR ")
    let rows =
      "(SELECT * FROM (\(source)) s" + (chosen.isEmpty ? ")" : " WHERE kedge_name IS NULL OR \(chosen))")
    let joined = "\(rows) r LEFT JOIN pg_temp.kedge_files_there f ON f.name = r.kedge_name"
    let counts = try connection.query(
      "SELECT count(*) AS rows, count(kedge_name) AS naming, count(f.name) AS found FROM \(joined)")
    if let row = counts.first {
      report.rows = try row.int("rows")
      report.withoutFile = report.rows - (try row.int("naming"))
      report.found = try row.int("found")
      report.missing = try row.int("naming") - report.found
    }
    if report.missing > 0 {
      let missing = try connection.query(
        """
        SELECT r.* FROM \(joined)
        WHERE kedge_name IS NOT NULL AND f.name IS NULL ORDER BY r.kedge_name, r.kedge_key_0 LIMIT \(Self.mostNamed)
        """)
      report.named = try missing.map { row in
        (key: try keys.indices.map { try row["kedge_key_\($0)"] ?? "" }, name: try row.text("kedge_name"))
      }
    }
    let unnamed = try connection.query(
      "SELECT count(*) AS files FROM pg_temp.kedge_files_there f WHERE NOT EXISTS (SELECT FROM \(rows) r WHERE r.kedge_name = f.name)"
    )
    report.unnamed = try unnamed.first?.int("files") ?? 0
  }
}
