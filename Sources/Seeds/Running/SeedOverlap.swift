internal import Mapping
internal import Postgres

/// Finds rows that two files seed: whichever came last would win, at every run anew.
struct SeedOverlap {
  let connection: PostgresConnection
  let folder: SeedFolder
  let memory: SeedMemory
  let log: DiagnosticLog

  /// Compares two files in YAML whose rows are staged, where both go by the same key.
  static func compare(
    _ seed: PreparedSeed, _ table: String, with other: PreparedSeed, _ otherTable: String,
    in connection: PostgresConnection, _ log: DiagnosticLog
  ) throws {
    guard case .rows(let rows) = seed.file.content, case .rows(let otherRows) = other.file.content else {
      return
    }
    let pairs = seed.key.compactMap { key in
      other.named.first { $0.column.name == key.column.name && $0.isAlways }.map {
        "s.\(key.staged) = o.\($0.staged)"
      }
    }
    guard pairs.count == seed.key.count else { return }
    let found = try connection.query(
      "SELECT s.r, o.r AS other FROM \(table) s JOIN \(otherTable) o ON \(pairs.joined(separator: " AND ")) ORDER BY 1 LIMIT 20"
    )
    for row in found {
      let (here, there) = (rows[try row.int("r")], otherRows[try row.int("other")])
      log.error(
        "\(other.file.name) seeds this row too, at line \(there.line)",
        at: SourceLocation(file: seed.file.path, line: here.line, column: here.character),
        help: "leave it in one of them")
    }
  }

  /// Looks for rows that were seeded by another file which still yields them.
  ///
  /// - Returns: whether there are none; what there is went to the log.
  func check(_ seed: PreparedSeed, _ staging: String, _ preparation: SeedPreparation) throws -> Bool {
    let matches = seed.key.enumerated().map { "m.k\($0) = s.\($1.staged)" }.joined(separator: " AND ")
    let others = try connection.query(
      """
      SELECT DISTINCT m.seed FROM (\(memory.remembered(by: seed))) m JOIN \(staging) s ON \(matches)
      WHERE m.seed <> \(quoteLiteral(seed.file.name)) ORDER BY 1
      """)
    var isRight = true
    for row in others {
      guard let file = folder.files.first(where: { $0.name == row[0] }),
        let subject = preparation.subject(of: file), subject.table == seed.table.name,
        let other = try preparation.prepare(file, subject)
      else { continue }
      let table = "kedge_seed_other"
      guard try SeedStaging(connection: connection, seed: other, table: table, log: log).fill() else {
        return false
      }
      let keys = other.key.map { "\($0.column.remembered(in: "m.\"row\"")) = o.\($0.staged)" }
      let both = try connection.query(
        """
        SELECT s.r FROM (\(memory.remembered(by: seed))) m JOIN \(staging) s ON \(matches)
          JOIN \(table) o ON \(keys.joined(separator: " AND ")) ORDER BY 1 LIMIT 20
        """)
      try connection.execute("DROP TABLE \(table)")
      for row in both {
        isRight = false
        var place = seed.file.location
        if case .rows(let rows) = seed.file.content {
          let here = rows[try row.int("r")]
          place = SourceLocation(file: seed.file.path, line: here.line, column: here.character)
        }
        log.error("\(file.name) seeds this row too", at: place, help: "leave it in one of them")
      }
    }
    return isRight
  }
}
