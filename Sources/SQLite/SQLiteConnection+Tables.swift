internal import CSQLite

extension SQLiteConnection {
  /// All tables, views and virtual tables of the file, by name, without SQLite's own.
  ///
  /// - Throws: `SQLiteError`. What can't be read is listed with its reason instead.
  public func tables() throws -> [SQLiteTable] {
    let list = try query("PRAGMA main.table_list")
    let sources = try query("SELECT name, sql FROM main.sqlite_schema WHERE type IN ('table', 'view')")
    let sql = Dictionary(sources.map { ($0[0].text ?? "", $0[1].text) }) { first, _ in first }
    var tables: [SQLiteTable] = []
    for row in list where row[0].text == "main" {
      guard let name = row[1].text, !name.prefix(7).lowercased().hasPrefix("sqlite_") else { continue }
      let kind = row[2].text.flatMap(SQLiteTable.Kind.init) ?? .table
      tables.append(
        try table(
          name, kind, isWithoutRowID: row[4].integer == 1, isStrict: row[5].integer == 1,
          sql: sql[name] ?? nil))
    }
    tables.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    resolveReferences(&tables)
    return tables
  }

  private func table(
    _ name: String, _ kind: SQLiteTable.Kind, isWithoutRowID: Bool, isStrict: Bool, sql: String?
  ) throws -> SQLiteTable {
    let reason = unreadableReason(name)
    // The pragma itself needs a virtual table's module, and everything that a view reads.
    let columns = reason != nil && kind != .table ? [] : try columns(name)
    let indexes = kind == .view || kind == .virtual ? [] : try uniqueIndexes(name)
    let hasRowID = kind != .view && !isWithoutRowID && reason == nil
    let names = ["rowid", "_rowid_", "oid"]
    let free = names.first { name in !columns.contains { $0.name.equalsIgnoringASCIICase(name) } }
    return SQLiteTable(
      name: name, kind: kind, columns: columns, isWithoutRowID: isWithoutRowID, isStrict: isStrict,
      hasRowID: hasRowID,
      integerPrimaryKeyAlias: hasRowID && kind != .virtual ? Self.alias(columns, indexes) : nil,
      rowIDName: hasRowID ? free : nil, foreignKeys: kind == .table ? try foreignKeys(name) : [],
      uniqueIndexes: indexes, isReadable: reason == nil, unreadableReason: reason, sql: sql)
  }

  private func unreadableReason(_ name: String) -> String? {
    do {
      _ = try prepare("SELECT * FROM main.\(Self.quoted(name)) LIMIT 0")
      return nil
    } catch let error as SQLiteError {
      return error.message
    } catch {
      return String(describing: error)
    }
  }

  private func columns(_ table: String) throws -> [SQLiteColumn] {
    try query("PRAGMA main.table_xinfo(\(Self.quoted(table)))").map { row in
      let name = row[1].text ?? ""
      let metadata = metadata(table, name)
      let kinds: [SQLiteColumn.Kind] = [.ordinary, .hidden, .virtualGenerated, .storedGenerated]
      return SQLiteColumn(
        name: name, declaredType: row[2].text ?? "", isNotNull: row[3].integer == 1, defaultSQL: row[4].text,
        primaryKeyPosition: row[5].integer ?? 0, kind: kinds[min(max(row[6].integer ?? 0, 0), 3)],
        collation: metadata?.collation, isAutoIncrement: metadata?.isAutoIncrement ?? false)
    }
  }

  private func metadata(_ table: String, _ column: String) -> (collation: String, isAutoIncrement: Bool)? {
    var collation: UnsafePointer<CChar>?
    var isAutoIncrement: Int32 = 0
    let code = sqlite3_table_column_metadata(
      database, "main", table, column, nil, &collation, nil, nil, &isAutoIncrement)
    guard code == SQLITE_OK, let collation else { return nil }
    return (String(cString: collation), isAutoIncrement == 1)
  }

  /// `INTEGER PRIMARY KEY` is the rowid itself; SQLite's exception, `INTEGER PRIMARY KEY DESC`, is known by the index that
  /// it needs.
  private static func alias(_ columns: [SQLiteColumn], _ indexes: [SQLiteUniqueIndex]) -> String? {
    let key = columns.filter { $0.primaryKeyPosition > 0 }
    guard key.count == 1, key[0].declaredType.equalsIgnoringASCIICase("INTEGER"),
      !indexes.contains(where: { $0.origin == .primaryKey })
    else { return nil }
    return key[0].name
  }

  private func uniqueIndexes(_ table: String) throws -> [SQLiteUniqueIndex] {
    var indexes: [SQLiteUniqueIndex] = []
    for row in try query("PRAGMA main.index_list(\(Self.quoted(table)))") where row[2].integer == 1 {
      let name = row[1].text ?? ""
      let parts = try query("PRAGMA main.index_xinfo(\(Self.quoted(name)))").filter { $0[5].integer == 1 }
      indexes.append(
        SQLiteUniqueIndex(
          name: name, columns: parts.map { $0[2].text }, collations: parts.map { $0[4].text ?? "" },
          origin: row[3].text.flatMap(SQLiteUniqueIndex.Origin.init) ?? .createIndex,
          isPartial: row[4].integer == 1))
    }
    return indexes.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private func foreignKeys(_ table: String) throws -> [SQLiteForeignKey] {
    var keys: [SQLiteForeignKey] = []
    let rows = try query("PRAGMA main.foreign_key_list(\(Self.quoted(table)))")
    for row in rows.sorted(by: {
      ($0[0].integer ?? 0, $0[1].integer ?? 0) < ($1[0].integer ?? 0, $1[1].integer ?? 0)
    }) {
      let id = row[0].integer ?? 0
      if keys.last?.id != id {
        keys.append(
          SQLiteForeignKey(
            id: id, columns: [], table: row[2].text ?? "", referencedColumns: [], onDelete: row[6].text ?? "",
            onUpdate: row[5].text ?? ""))
      }
      keys[keys.count - 1].columns.append(row[3].text ?? "")
      if let target = row[4].text { keys[keys.count - 1].referencedColumns.append(target) }
    }
    return keys
  }

  /// Gives references the names that the tables and columns referred to really have, and the primary key where none is
  /// named.
  private func resolveReferences(_ tables: inout [SQLiteTable]) {
    let known = tables
    for table in tables.indices {
      for key in tables[table].foreignKeys.indices {
        let reference = tables[table].foreignKeys[key]
        guard let target = known.first(where: { $0.name.equalsIgnoringASCIICase(reference.table) }) else {
          continue
        }
        tables[table].foreignKeys[key].table = target.name
        let named = reference.referencedColumns.map { target.column($0)?.name ?? $0 }
        tables[table].foreignKeys[key].referencedColumns = named.isEmpty ? target.primaryKey : named
      }
    }
  }
}
