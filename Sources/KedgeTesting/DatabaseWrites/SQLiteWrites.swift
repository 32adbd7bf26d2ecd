internal import Guardrails
public import Mapping
internal import SQLite

extension TemporarySQLite: WriteObservable {
  public var kind: Store.Kind { .sqlite }

  /// Watches by triggers in the file, which see every connection of every program. SQLite's own hooks would see one connection
  /// alone, and that is the one that the code under test has made for itself. Tables that are made meanwhile count with the
  /// rows that they have in the end.
  public func observeWrites() throws -> any WriteObservation {
    let connection = try connect()
    let tables = try SQLiteObservation.tables(connection)
    var sql = "BEGIN IMMEDIATE; CREATE TABLE kedge_testing_writes (name TEXT, operation TEXT);"
    for (number, table) in tables.enumerated() {
      for operation in ["insert", "update", "delete"] {
        sql += """
          CREATE TRIGGER kedge_testing_\(number)_\(operation) AFTER \(operation) ON \(SQLiteConnection.quoted(table))
          BEGIN INSERT INTO kedge_testing_writes VALUES ('\(table.replacing("'", with: "''"))', '\(operation)'); END;

          """
      }
    }
    try connection.execute(sql + "COMMIT;")
    return SQLiteObservation(database: self, tables: tables)
  }
}

private struct SQLiteObservation: WriteObservation {
  let database: TemporarySQLite
  let tables: [String]

  func finish() throws -> [DatabaseWrite] {
    let connection = try database.connect()
    var writes = try connection.query(
      "SELECT name, operation, count(*) FROM kedge_testing_writes GROUP BY 1, 2"
    )
    .compactMap { row -> DatabaseWrite? in
      guard let name = row[0].text, let operation = row[1].text.flatMap(WriteOperation.init(rawValue:)),
        let count = row[2].integer
      else { return nil }
      return DatabaseWrite(collection: name, operation: operation, count: count)
    }
    for table in try Self.tables(connection) where !tables.contains(table) {
      let count = try connection.query("SELECT count(*) FROM \(SQLiteConnection.quoted(table))").first?[0]
        .integer
      writes.append(DatabaseWrite(collection: table, operation: .insert, count: count ?? 0))
    }
    let triggers = try connection.query(
      "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'kedge\\_testing\\_%' ESCAPE '\\'")
    let names = triggers.compactMap { $0[0].text }
    try connection.execute(
      "BEGIN IMMEDIATE;" + names.map { "DROP TRIGGER \(SQLiteConnection.quoted($0));" }.joined()
        + "DROP TABLE kedge_testing_writes; COMMIT;")
    return summed(writes)
  }

  static func tables(_ connection: SQLiteConnection) throws -> [String] {
    try connection.query(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
        + "AND sql NOT LIKE 'CREATE VIRTUAL%' AND name <> 'kedge_testing_writes' ORDER BY 1"
    ).compactMap { $0[0].text }
  }
}
