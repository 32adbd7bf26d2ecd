internal import Catalog
internal import Mapping
internal import Postgres

/// Takes away rows that this set seeded and that left their file, or counts them. The last file's rows go first, as they may refer to
/// those of files before it.
struct SeedPruning {
  let connection: PostgresConnection
  let memory: SeedMemory
  let folder: SeedFolder
  let options: SeedOptions

  /// What is remembered of one file and one table.
  struct Group {
    var seed: String
    var table: TableName
    var key: [String]
  }

  func groups() throws -> [Group] {
    try connection.query(
      """
      SELECT seed, table_schema, table_name, array_to_string(key_columns, E'\\n') AS key FROM kedge.seeds
      WHERE set_name = $1 GROUP BY 1, 2, 3, key_columns ORDER BY seed COLLATE "C" DESC, table_schema, table_name
      """, [.text(memory.set)]
    ).map { row in
      Group(
        seed: try row.text("seed"),
        table: TableName(schema: try row.text("table_schema"), name: try row.text("table_name")),
        key: try row.text("key").split(separator: "\n").map(String.init))
    }
  }

  /// - Returns: nil if nothing of the group left its file.
  func run(_ group: Group, _ ownership: SeedOwnership) throws -> SeedReport.Seed? {
    var report = SeedReport.Seed(seed: group.seed, table: group.table.display)
    let entity = ownership.entity(of: group.table)
    let hidden = Set((entity?.fields ?? []).filter(\.personal).map(\.column))
    let mine =
      "\(memory.rows(of: group.table)) AND seed = \(quoteLiteral(group.seed))"
      + " AND key_columns = ARRAY[\(group.key.map(quoteLiteral).joined(separator: ", "))]::text[]"
    guard let table = try SeedTable.find(group.table, personal: hidden, in: connection) else {
      // The rows went with their table.
      if options.prunes { try connection.execute("DELETE FROM kedge.seeds WHERE \(mine)") }
      return nil
    }
    let columns = group.key.compactMap { table.column($0) }
    guard columns.count == group.key.count else { return nil }
    try connection.execute(
      """
      CREATE TEMP TABLE kedge_seed_left ON COMMIT DROP AS
      SELECT id, "row", \(columns.enumerated().map { "\($1.remembered(in: "\"row\"")) AS k\($0)" }.joined(separator: ", "))
      FROM kedge.seeds WHERE \(mine)
      """)
    defer { dropQuietly() }
    try leaveOutStaged(group, ownership)
    let match = columns.enumerated().map { "t.\($1.sql) = m.k\($0)" }.joined(separator: " AND ")
    let counts = try connection.query(
      "SELECT count(*) AS known, count(t.tableoid) AS live FROM kedge_seed_left m LEFT JOIN \(table.name.sql) t ON \(match)"
    ).first
    guard let counts, try counts.int("known") > 0 else { return nil }
    report.left = try counts.int("live")
    guard options.prunes else { return report.left > 0 ? report : nil }
    let place = SourceLocation(file: folder.path + "/" + group.seed, line: 1, column: 1)
    if let entity, entity.phase == .legacy || entity.phase == .shadow {
      throw SeedRefusal(
        reasons: [
          "\(place.file):1:1: refused: entity \"\(entity.name)\" is in phase \(entity.phase.rawValue), and its rows aren't pruned here"
        ])
    }
    try connection.execute(
      """
      DELETE FROM kedge.seeds WHERE id IN (
        SELECT m.id FROM kedge_seed_left m LEFT JOIN \(table.name.sql) t ON \(match) WHERE t.tableoid IS NULL)
      """)
    try remove(table, columns, match, &report)
    report.left -= report.removed
    report.kept = report.left
    return report
  }

  /// Rows that are still in the file stay.
  private func leaveOutStaged(_ group: Group, _ ownership: SeedOwnership) throws {
    let log = folder.log()
    let preparation = SeedPreparation(connection: connection, ownership: ownership, log: log)
    guard let file = folder.files.first(where: { $0.name == group.seed }),
      let subject = preparation.subject(of: file), subject.table == group.table
    else { return }
    guard let seed = try preparation.prepare(file, subject),
      try SeedStaging(connection: connection, seed: seed, table: "kedge_seed_rows", log: log).fill()
    else { throw SeedErrors(diagnostics: log.diagnostics, isLate: !options.isDry) }
    let match = seed.key.map { "s.\($0.staged) = \($0.column.remembered(in: "m.\"row\""))" }
    try connection.execute(
      "DELETE FROM kedge_seed_left m USING kedge_seed_rows s WHERE \(match.joined(separator: " AND "))")
    try connection.execute("DROP TABLE kedge_seed_rows")
  }

  private func remove(
    _ table: SeedTable, _ key: [SeedColumn], _ match: String, _ report: inout SeedReport.Seed
  ) throws {
    let untouched =
      options.isForced
      ? "true"
      : table.columns.filter { !$0.isGenerated }.map { column in
        "(NOT m.\"row\" ? \(quoteLiteral(column.name)) OR \(column.same("t.\(column.sql)", column.remembered(in: "m.\"row\""))))"
      }.joined(separator: " AND ")
    let alone = try referrers(of: table).map { "NOT EXISTS (\($0))" }.joined(separator: " AND ")
    let condition = "\(match) AND \(untouched)" + (alone.isEmpty ? "" : " AND \(alone)")
    let shown = key.enumerated().map { "\($1.shown("t.\($1.sql)")) AS s\($0)" }.joined(separator: ", ")
    func change(_ kind: SeedChange.Kind, _ row: PostgresRow, from start: Int) {
      guard report.rows.count < options.rowLimit else { return }
      report.rows.append(
        SeedChange(
          kind: kind,
          key: key.enumerated().map {
            SeedChange.Column(name: $1.name, live: row[start + $0], wanted: nil)
          }, columns: []))
    }
    // Rows of one table may refer to each other: those that nothing refers to go first, then those that nothing refers to any more.
    while true {
      let gone = try connection.query(
        """
        WITH done AS (DELETE FROM \(table.name.sql) t USING kedge_seed_left m WHERE \(condition) RETURNING m.id AS kedge_id, \(shown)),
          forgotten AS (DELETE FROM kedge.seeds s USING done d WHERE s.id = d.kedge_id)
        SELECT * FROM done
        """)
      report.removed += gone.count
      if options.reportsAll { for row in gone { change(.removed, row, from: 1) } }
      if gone.isEmpty { break }
    }
    let kept = try connection.query(
      """
      SELECT \(untouched) AS is_untouched, \(shown) FROM kedge_seed_left m JOIN \(table.name.sql) t ON \(match)
      LIMIT \(options.rowLimit)
      """)
    for row in kept { change(row[0] == "t" ? .referred : .changedAndLeft, row, from: 1) }
  }

  /// Queries for rows that refer to the row `t` by a foreign key, whatever a deletion would do to them: they may be a person's.
  private func referrers(of table: SeedTable) throws -> [String] {
    try connection.query(
      """
      SELECT c.conrelid::regclass::text AS child, c.conrelid = c.confrelid AS is_own,
        (SELECT string_agg(format('x.%I = t.%I', a.attname, f.attname), ' AND ')
          FROM unnest(c.conkey, c.confkey) AS k (here, there)
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.here
            JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.there) AS match
      FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid = $1::bigint::oid AND c.conparentid = 0
      """, [.integer(table.oid)]
    ).map { row in
      // A row that refers to itself goes with itself.
      let other = try row.bool("is_own") ? " AND (x.tableoid, x.ctid) <> (t.tableoid, t.ctid)" : ""
      return "SELECT FROM \(try row.text("child")) x WHERE \(try row.text("match"))\(other)"
    }
  }

  private func dropQuietly() {
    do {
      if connection.isAlive { try connection.execute("DROP TABLE IF EXISTS pg_temp.kedge_seed_left") }
    } catch {
      // The transaction has failed, and the table goes with it.
      return
    }
  }
}
