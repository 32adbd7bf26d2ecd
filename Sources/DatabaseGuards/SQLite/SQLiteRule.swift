internal import Guardrails
internal import SQLite

/// One trigger that a plan wants in a SQLite file, or that is there.
struct SQLiteRule: Equatable {
  static let kind = "trigger"
  /// The kind of ``observations``' record.
  static let tableKind = "table"
  static let operations: [WriteOperation] = [.insert, .update, .delete]

  var entity: String
  var name: String
  /// As `sqlite_schema` has it.
  var sql: String
  /// Whether it needs the table of observations.
  var observes: Bool

  var record: StoreRecord {
    StoreRecord(entity: entity, kind: Self.kind, object: name, definition: sql)
  }

  static func name(_ table: String, _ operation: WriteOperation) -> String {
    "kedge_guard_\(table)_\(operation.rawValue)"
  }

  /// Before anything else happens to the row, whatever `OR IGNORE`, `OR REPLACE` or `ON CONFLICT` the writer says.
  static func refusing(
    _ operation: WriteOperation, table: String, isView: Bool, entity: String, message: String
  ) -> SQLiteRule {
    let name = name(table, operation)
    let moment = isView ? "INSTEAD OF" : "BEFORE"
    let sql =
      "CREATE TRIGGER \(SQLiteConnection.quoted(name)) \(moment) \(operation.rawValue.uppercased()) ON"
      + " \(SQLiteConnection.quoted(table)) BEGIN SELECT RAISE(ABORT, \(literal(message))); END"
    return SQLiteRule(entity: entity, name: name, sql: sql, observes: false)
  }

  /// After the row, so that only what was written is counted. Its row is there before: an insert in a trigger would follow
  /// the conflict rule of the writer's own statement.
  static func observing(_ operation: WriteOperation, table: String, entity: String) -> SQLiteRule {
    let name = name(table, operation)
    let now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
    let sql =
      "CREATE TRIGGER \(SQLiteConnection.quoted(name)) AFTER \(operation.rawValue.uppercased()) ON"
      + " \(SQLiteConnection.quoted(table)) BEGIN UPDATE \(SQLiteTable.guardObservations) SET times = times + 1,"
      + " first_seen = coalesce(first_seen, \(now)), last_seen = \(now)"
      + " WHERE entity = \(literal(entity)) AND operation = \(literal(operation.rawValue)); END"
    return SQLiteRule(entity: entity, name: name, sql: sql, observes: true)
  }

  /// The table that observing triggers count in, as `sqlite_schema` has it.
  static let observations =
    "CREATE TABLE \(SQLiteTable.guardObservations) (entity TEXT NOT NULL, operation TEXT NOT NULL,"
    + " times INTEGER NOT NULL DEFAULT 0, first_seen TEXT, last_seen TEXT,"
    + " PRIMARY KEY (entity, operation)) WITHOUT ROWID"

  static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}

/// What of the guardrails' concern a SQLite file has.
struct SQLiteSchema {
  /// By the lowercased name: `table`, `view`, `virtual` or `shadow`.
  var tables: [String: String] = [:]
  /// The triggers' texts by name.
  var triggers: [String: String] = [:]
  /// The text of the table of observations, if there is one.
  var observations: String?

  init(_ connection: SQLiteConnection) throws {
    for row in try connection.query("SELECT name, type FROM pragma_table_list WHERE schema = 'main'") {
      if let name = row[0].text, let kind = row[1].text { tables[name.lowercased()] = kind }
    }
    for row in try connection.query(
      "SELECT type, name, sql FROM main.sqlite_schema WHERE type = 'trigger' OR name = ?",
      [.text(SQLiteTable.guardObservations)])
    {
      guard let name = row[1].text else { continue }
      if row[0].text == "trigger" {
        triggers[name] = row[2].text ?? ""
      } else {
        observations = row[2].text
      }
    }
  }
}
