internal import Mapping
internal import Migrations
internal import Postgres

/// Puts a file's rows into a temporary table with the columns' own types. It is Postgres that casts them.
struct SeedStaging {
  /// One statement takes so many rows, or so many bytes, whichever comes first.
  static let rowLimit = 5000
  static let byteLimit = 1 << 20
  /// Values that don't fit are looked for until so many are found.
  static let errorLimit = 20

  let connection: PostgresConnection
  let seed: PreparedSeed
  let table: String
  let log: DiagnosticLog

  /// Makes the table and fills it.
  ///
  /// - Returns: whether every value fits; what doesn't went to the log.
  /// - Throws: `PostgresError` where the fault isn't a value's.
  func fill() throws -> Bool {
    let columns = seed.named.map { named in
      "t.\(named.column.sql) AS \(named.staged)" + (named.flag.map { ", true AS \($0)" } ?? "")
    }
    try connection.execute(
      "CREATE TEMP TABLE \(table) ON COMMIT DROP AS SELECT 0::bigint AS r, \(columns.joined(separator: ", "))"
        + " FROM \(seed.table.name.sql) t WITH NO DATA")
    let before = log.diagnostics.count
    switch seed.file.content {
    case .rows(let rows): try fill(rows)
    case .query(let query): try fill(query)
    }
    guard log.diagnostics.count == before else { return false }
    try connection.execute("ANALYZE \(table)")
    try checkKeys()
    return log.diagnostics.count == before
  }

  // MARK: Rows

  private func fill(_ rows: [SeedRow]) throws {
    let writer = SeedRowJSON(seed: seed, log: log)
    let before = log.diagnostics.count
    var batch: [(row: Int, json: [UInt8])] = []
    var size = 0
    for (index, row) in rows.enumerated() {
      let json = writer.json(of: row, number: index)
      if !batch.isEmpty, batch.count >= Self.rowLimit || size + json.count > Self.byteLimit {
        try insert(batch[...], rows, before)
        batch = []
        size = 0
      }
      batch.append((index, json))
      size += json.count
      guard log.diagnostics.count - before < Self.errorLimit else { return }
    }
    try insert(batch[...], rows, before)
  }

  /// Halves what doesn't fit until the rows are found that it is in.
  ///
  /// - Parameter start: how many errors there were before this file.
  private func insert(_ batch: ArraySlice<(row: Int, json: [UInt8])>, _ rows: [SeedRow], _ start: Int) throws
  {
    guard !batch.isEmpty, log.diagnostics.count - start < Self.errorLimit else { return }
    do {
      try connection.savepoint { try stage(batch) }
    } catch let error as PostgresError where Self.isAboutValue(error) {
      if batch.count == 1, let only = batch.first { return try explain(rows[only.row], only.json, error) }
      let middle = batch.startIndex + batch.count / 2
      try insert(batch[..<middle], rows, start)
      try insert(batch[middle...], rows, start)
    }
  }

  private func stage(_ batch: ArraySlice<(row: Int, json: [UInt8])>) throws {
    var names: [String] = ["r"]
    var values: [String] = ["r"]
    var types: [String] = ["r bigint"]
    for named in seed.named {
      names.append(named.staged)
      values.append(named.column.form.isText ? "\(named.staged)::\(named.column.type)" : named.staged)
      types.append("\(named.staged) \(named.column.form.isText ? "text" : named.column.type)")
      if let flag = named.flag {
        names.append(flag)
        values.append(flag)
        types.append("\(flag) boolean")
      }
    }
    try connection.execute(
      """
      INSERT INTO \(table) (\(names.joined(separator: ", "))) SELECT \(values.joined(separator: ", "))
      FROM jsonb_to_recordset($1::jsonb) AS x (\(types.joined(separator: ", ")))
      """, [.text(Self.array(batch.map(\.json)))])
  }

  /// Says which values of a row don't fit, each at its place.
  private func explain(_ row: SeedRow, _ json: [UInt8], _ error: PostgresError) throws {
    var isFound = false
    for cell in row.cells {
      guard let named = seed.named.first(where: { $0.column.name == seed.file.columns[cell.column].value })
      else {
        continue
      }
      let type = named.column.form.isText ? "text" : named.column.type
      let value = named.column.form.isText ? "\(named.staged)::\(named.column.type)" : named.staged
      do {
        try connection.savepoint {
          _ = try connection.query(
            "SELECT count(\(value)) FROM jsonb_to_recordset($1::jsonb) AS x (\(named.staged) \(type))",
            [.text(Self.array([json]))])
        }
      } catch let error as PostgresError where Self.isAboutValue(error) {
        isFound = true
        let place = SourceLocation(file: seed.file.path, line: cell.line, column: cell.character)
        SeedDiagnostics(log: log).refused(named.column, error, at: place)
      }
    }
    if !isFound {
      log.error(
        SeedQueryColumns.message(error),
        at: SourceLocation(file: seed.file.path, line: row.line, column: row.character))
    }
  }

  /// Data exceptions, rules of a domain, and types that don't go together.
  static func isAboutValue(_ error: PostgresError) -> Bool {
    guard error.code == .server, let state = error.sqlState else { return false }
    return state.hasPrefix("22") || state.hasPrefix("23") || state == "42804" || state == "54000"
  }

  private static func array(_ elements: [[UInt8]]) -> String {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += element
    }
    bytes.append(UInt8(ascii: "]"))
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: A query

  private func fill(_ query: SQLStatement) throws {
    let names = seed.named.map(\.staged).joined(separator: ", ")
    let values = seed.named.compactMap(\.source).joined(separator: ", ")
    let opening =
      "INSERT INTO \(table) (r, \(names)) SELECT row_number() OVER () - 1, \(values) FROM (\n"
    do {
      try connection.savepoint {
        _ = try connection.execute(opening + query.text + "\n) AS kedge_rows")
      }
    } catch let error as PostgresError where error.code == .server && !error.isCancelled && !error.isRetryable
    {
      log.error(
        SeedQueryColumns.message(error),
        at: SeedQueryColumns.place(error, query, seed.file, after: opening))
    }
  }

  // MARK: Keys

  private func checkKeys() throws {
    let keys = seed.key.map(\.staged)
    // A file's own nulls were found when it was read.
    let nulls = try connection.query(
      "SELECT count(*) AS nulls FROM \(table) WHERE \(keys.map { "\($0) IS NULL" }.joined(separator: " OR "))"
    ).first?.int("nulls")
    if let nulls, nulls > 0 {
      log.error(
        "\(nulls) of the query's rows have null in the key (\(seed.key.map(\.column.name).joined(separator: ", ")))",
        at: seed.file.location)
      return
    }
    let twice = try connection.query(
      """
      SELECT r, first FROM (SELECT r, min(r) OVER (PARTITION BY \(keys.joined(separator: ", "))) AS first FROM \(table)) k
      WHERE r > first ORDER BY r LIMIT \(Self.errorLimit)
      """)
    for row in twice {
      let (second, first) = (try row.int("r"), try row.int("first"))
      guard case .rows(let rows) = seed.file.content else {
        log.error(
          "rows \(first + 1) and \(second + 1) of the query have the same key"
            + " (\(seed.key.map(\.column.name).joined(separator: ", ")))", at: seed.file.location)
        continue
      }
      log.error(
        "the key of this row is already given at line \(rows[first].line), column \(rows[first].character)",
        at: SourceLocation(file: seed.file.path, line: rows[second].line, column: rows[second].character))
    }
  }
}
