internal import SQLite

/// Counts how well the rows of a table keep to its foreign keys, which SQLite itself seldom enforces.
struct ForeignKeyScan {
  private let connection: SQLiteConnection
  private let tables: [SQLiteTable]

  init(_ connection: SQLiteConnection, tables: [SQLiteTable]) {
    self.connection = connection
    self.tables = tables
  }

  func references(of table: SQLiteTable) throws -> [ReferenceScan] {
    // SQLite lists the last one first.
    try table.foreignKeys.sorted { $0.id > $1.id }.map { try reference($0, of: table) }
  }

  private func reference(_ key: SQLiteForeignKey, of table: SQLiteTable) throws -> ReferenceScan {
    let quoted = SQLiteConnection.quoted
    let present = key.columns.map { "c.\(quoted($0)) IS NOT NULL" }.joined(separator: " AND ")
    var scan = ReferenceScan(key: key)
    let child = "main.\(quoted(table.name)) AS c"
    scan.referring = try count("SELECT count(*) FROM \(child) WHERE \(present)")
    guard let target = tables.first(where: { $0.name == key.table }) else {
      scan.problem = "there is no table \"\(key.table)\""
      scan.orphans = scan.referring
      return scan
    }
    let names = key.referencedColumns.map { target.column($0)?.name }
    guard !names.isEmpty, names.count == key.columns.count, !names.contains(nil), target.isReadable else {
      scan.problem = "\"\(key.table)\" has no such columns to refer to"
      scan.orphans = scan.referring
      return scan
    }
    let parents = names.compactMap { $0 }
    let pairs = zip(parents, key.columns).map { parent, column in
      // Postgres compares by bytes: a reference that only another collation finds is none there.
      let isBinary = (target.column(parent)?.collation ?? "BINARY") == "BINARY"
      return "p.\(quoted(parent)) = c.\(quoted(column))\(isBinary ? "" : " COLLATE BINARY")"
    }
    scan.orphans = try count(
      "SELECT count(*) FROM \(child) LEFT JOIN main.\(quoted(target.name)) AS p"
        + " ON \(pairs.joined(separator: " AND ")) WHERE \(present) AND p.\(quoted(parents[0])) IS NULL")
    return scan
  }

  private func count(_ sql: String) throws -> Int { try connection.query(sql).first?.first?.integer ?? 0 }
}
