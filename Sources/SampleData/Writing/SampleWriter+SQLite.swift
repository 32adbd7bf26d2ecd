internal import SQLite

extension SampleWriter {
  /// Writes all tables of omnihub into a file, and the broken rows after the sound ones.
  ///
  /// - Throws: `SQLiteError`; `SampleError` where a table is there and `replacing` is off.
  public func write(_ sample: OmnihubSample, to path: String) throws {
    let database = try open(path, tables: OmnihubTable.allCases.map(\.rawValue))
    // Those that others refer to were made first, so they go in first.
    for table in OmnihubTable.allCases {
      try database.execute(table.definition)
      let count = sample.count(table)
      try insert(into: table.rawValue, columns: table.columnCount, count: count, database) {
        sample.row(table, $0)
      }
      report(table.rawValue, count)
    }
    for number in 0..<sample.broken {
      let table = sample.fault(ofRow: number).table
      try insert(into: table.rawValue, columns: table.columnCount, count: 1, database) { _ in
        sample.brokenRow(number)
      }
    }
    if sample.broken > 0 { report("broken rows", sample.broken) }
    for number in 0..<sample.dirt {
      let kind = sample.dirt(number)
      let rows = sample.dirtyRows(number)
      try insert(into: kind.table.rawValue, columns: kind.table.columnCount, count: rows.count, database) {
        rows[$0]
      }
    }
    if sample.dirt > 0 { report("pieces of dirt", sample.dirt) }
  }

  /// Writes all tables of motiv8 into a file, the broken and the dirty rows after the sound ones.
  ///
  /// - Throws: `SQLiteError`; `SampleError` where a table is there and `replacing` is off.
  public func write(_ sample: Motiv8Sample, to path: String) throws {
    let database = try open(path, tables: Motiv8Table.allCases.map(\.rawValue))
    for table in Motiv8Table.allCases {
      try database.execute(table.definition)
      let count = sample.count(table)
      try insert(into: table.rawValue, columns: table.columnCount, count: count, database) {
        sample.row(table, $0)
      }
      report(table.rawValue, count)
    }
    func add(_ table: Motiv8Table, _ rows: [[SQLiteValue]]) throws {
      try insert(into: table.rawValue, columns: table.columnCount, count: rows.count, database) { rows[$0] }
    }
    for number in 0..<sample.broken { try add(sample.fault(number).table, [sample.brokenRow(number)]) }
    if sample.broken > 0 { report("broken rows", sample.broken) }
    for number in 0..<sample.dirt { try add(sample.dirt(number).table, sample.dirtyRows(number)) }
    if sample.dirt > 0 { report("pieces of dirt", sample.dirt) }
  }

  /// Writes plain records into the table of their name in a file.
  ///
  /// - Throws: as for omnihub.
  public func write(_ records: any MeasuredRecords, to path: String) throws {
    let database = try open(path, tables: [records.name])
    try database.execute(records.definition)
    try insert(into: records.name, columns: records.columnCount, count: records.count, database) {
      records.row($0)
    }
    report(records.name, records.count)
  }

  /// Opens or makes the file, with none of these tables in it.
  private func open(_ path: String, tables: [String]) throws -> SQLiteConnection {
    let database = try SQLiteConnection(path: path, mode: .create)
    // Rows refer to one another; the last table goes first.
    for table in tables.reversed() {
      let found = try database.query("SELECT 1 FROM sqlite_schema WHERE name = ?", [.text(table)])
      guard !found.isEmpty else { continue }
      guard replacing else {
        throw SampleError("The file \(path) has a table \(table) already. Add --drop to replace it.")
      }
      try database.execute("DROP TABLE \(SQLiteConnection.quoted(table))")
    }
    return database
  }

  private func insert(
    into table: String, columns: Int, count: Int, _ database: SQLiteConnection, _ row: (Int) -> [SQLiteValue]
  ) throws {
    let places = Array(repeating: "?", count: columns).joined(separator: ", ")
    let statement = try database.prepare("INSERT INTO \(SQLiteConnection.quoted(table)) VALUES (\(places))")
    try database.execute("BEGIN")
    for index in 0..<count {
      try statement.bind(row(index))
      _ = try statement.step()
    }
    try database.execute("COMMIT")
  }
}
