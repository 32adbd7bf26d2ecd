internal import Mapping
internal import Migrations
internal import Postgres

/// The columns that a query yields, held against those of its table. The query is planned for it, and not run.
struct SeedQueryColumns {
  let connection: PostgresConnection
  let log: DiagnosticLog

  /// What stands before the query in the statements here, in characters.
  static let opening = "CREATE TEMP TABLE kedge_seed_shape ON COMMIT DROP AS SELECT * FROM (\n"

  /// - Returns: nil after what is wrong went to the log.
  /// - Throws: `PostgresError` where the fault isn't the query's.
  func named(_ query: SQLStatement, _ file: SeedFile, _ table: SeedTable, _ key: [String]) throws
    -> [PreparedSeed.Named]?
  {
    let before = log.diagnostics.count
    do {
      try connection.savepoint {
        _ = try connection.execute(Self.opening + query.text + "\n) AS kedge_rows WITH NO DATA")
      }
    } catch let error as PostgresError where error.code == .server && !error.isCancelled {
      log.error(Self.message(error), at: Self.place(error, query, file, after: Self.opening))
      return nil
    }
    let columns = try connection.query(
      """
      SELECT a.attname AS name, a.atttypid = 'text'::regtype AS is_text, format_type(a.atttypid, a.atttypmod) AS type
      FROM pg_attribute a
      WHERE a.attrelid = 'pg_temp.kedge_seed_shape'::regclass AND a.attnum > 0 ORDER BY a.attnum
      """)
    try connection.execute("DROP TABLE pg_temp.kedge_seed_shape")
    let preparation = SeedPreparation(connection: connection, ownership: SeedOwnership(set: nil), log: log)
    var named: [PreparedSeed.Named] = []
    for (index, row) in columns.enumerated() {
      let name = try row.text("name")
      guard let live = table.column(name) else {
        preparation.report(Located(value: name, location: file.location), isUnknownIn: table)
        continue
      }
      guard !live.isGenerated else {
        log.error(
          "Postgres itself fills the column \"\(name)\"", at: file.location, help: "leave it out of the query"
        )
        continue
      }
      // Texts are cast as those of a YAML file are; what has a type of its own is assigned.
      let isCast = try row.bool("is_text") && !live.isLimitedText
      named.append(
        PreparedSeed.Named(
          column: live, isAlways: true, isKey: key.contains(name), staged: "c\(index)",
          source: "kedge_rows.\(quoteIdentifier(name))" + (isCast ? "::\(live.type)" : "")))
    }
    for name in key where !columns.contains(where: { $0[0] == name }) {
      log.error("the query yields no \"\(name)\", which is part of the key", at: file.location)
    }
    return log.diagnostics.count == before ? named : nil
  }

  /// Where in the file an error is that the server names by its place in the statement.
  static func place(_ error: PostgresError, _ query: SQLStatement, _ file: SeedFile, after opening: String)
    -> SourceLocation
  {
    guard let position = error.sqlPosition, position > opening.unicodeScalars.count else {
      return file.location
    }
    let place = query.place(ofCharacter: position - opening.unicodeScalars.count)
    return SourceLocation(file: file.path, line: place.line, column: place.column)
  }

  /// What the server said, with its state.
  static func message(_ error: PostgresError) -> String {
    var error = error
    error.sqlPosition = nil
    return error.description
  }
}
