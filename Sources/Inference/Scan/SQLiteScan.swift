internal import Codec
internal import Mapping
internal import SQLite

/// Scans the tables of a SQLite file, in one snapshot.
struct SQLiteScan {
  let path: String

  init(path: String) { self.path = path }

  func run(_ progress: (ScanProgress) throws -> Void) throws -> ScanResult {
    let connection = try SQLiteConnection(path: path, mode: .readOnly)
    try connection.beginSnapshot()
    let tables = try connection.tables()
    var result = ScanResult(source: source(connection), collections: [])
    try withoutActuallyEscaping(progress) { progress in
      var ticker = ProgressTicker(collections: tables.count, progress)
      for table in tables {
        func skip(_ reason: String) {
          result.skipped.append(
            SkippedObject(name: table.name, kind: Self.kind(table)?.rawValue ?? "view", reason: reason))
        }
        if let reason = Self.reasonToSkip(table) {
          skip(reason)
          ticker.leaveOut()
          continue
        }
        try ticker.begin(table.name, expected: nil)
        do {
          var scan = try scan(table, connection, &ticker)
          scan.references = try ForeignKeyScan(connection, tables: tables).references(of: table)
          try ticker.end(scan.records)
          result.collections.append(scan)
        } catch let error as SQLiteError where table.kind == .virtual && !error.isInterrupted {
          // A module may refuse to be read from end to end, or have no rowids; that is no fault of the file.
          skip("it can't be read here: \(error.message)")
          try ticker.end(0)
        }
      }
    }
    result.skipped += try Self.internalTables(connection)
    try connection.endSnapshot()
    return result
  }

  private func scan(_ table: SQLiteTable, _ connection: SQLiteConnection, _ ticker: inout ProgressTicker)
    throws
    -> CollectionScan
  {
    var scan = CollectionScan(name: table.name, kind: Self.kind(table) ?? .table)
    // Hidden columns belong to a virtual table's way of asking, not to its data.
    let columns = table.columns.filter { $0.kind != .hidden }
    let counters = columns.map { FieldCounter(name: Array($0.name.utf8)) }
    let context = CountingContext(paths: 0)
    var names = columns.map { SQLiteConnection.quoted($0.name) }.joined(separator: ", ")
    // Rows without a primary key are named by their rowid: make sure that it is there.
    if table.primaryKey.isEmpty, let rowID = table.rowIDName {
      names += ", \(SQLiteConnection.quoted(rowID))"
    }
    let statement = try connection.prepare("SELECT \(names) FROM main.\(SQLiteConnection.quoted(table.name))")
    while try statement.step() {
      scan.records += 1
      var bytes = 0
      for column in counters.indices {
        let value = statement.rawValue(column)
        bytes += Self.size(value)
        // Values of SQLite hold no others, so that nothing in them can be refused.
        try counters[column].count(value, depth: 1, context)
      }
      scan.bytes += bytes
      scan.longestRecord = max(scan.longestRecord, bytes)
      try ticker.count(scan.records)
    }
    scan.depth = 1
    scan.fields = counters.map { $0.result(under: ValuePath([]), of: nil) }
    scan.table = table
    return scan
  }

  /// SQLite's own tables, which hold nothing of the application's.
  private static func internalTables(_ connection: SQLiteConnection) throws -> [SkippedObject] {
    let rows = try connection.query(
      "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND lower(name) LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return rows.map {
      SkippedObject(name: $0[0].text ?? "", kind: "table", reason: "it holds SQLite's own bookkeeping")
    }
  }

  private static func size(_ value: RawValue) -> Int {
    switch value.kind {
    case .null: 0
    case .int64, .double: 8
    default: value.bytes.count
    }
  }

  private static func kind(_ table: SQLiteTable) -> CollectionScan.Kind? {
    switch table.kind {
    case .table: .table
    case .virtual: .virtual
    case .shadow: .shadow
    case .view: nil
    }
  }

  /// Why a table can't be moved, or nil.
  private static func reasonToSkip(_ table: SQLiteTable) -> String? {
    if table.isKedges { return "Kedge's guardrails count in it" }
    if table.kind == .view { return "it stores nothing of its own; what it reads is scanned" }
    if let reason = table.unreadableReason { return "it can't be read here: \(reason)" }
    if table.columns.allSatisfy({ $0.kind == .hidden }) { return "it has no columns but hidden ones" }
    if table.primaryKey.isEmpty, table.rowIDName == nil {
      return table.hasRowID
        ? "it has no primary key, and columns named rowid, _rowid_ and oid hide its rowid"
        : "it has neither a primary key nor a rowid"
    }
    return nil
  }

  private func source(_ connection: SQLiteConnection) -> ScannedSource {
    let file = connection.path.split(separator: "/").last.map(String.init) ?? connection.path
    let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
    return ScannedSource(
      kind: .sqlite, display: connection.path, url: connection.path, database: nil,
      name: stem.isEmpty ? file : stem)
  }
}
