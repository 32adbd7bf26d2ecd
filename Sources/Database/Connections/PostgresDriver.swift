internal import Foundation
internal import Postgres

/// A connection to a Postgres server, with the statements that it has prepared.
final class PostgresDriver: Driver {
  /// A statement is prepared once for each way its parameters are typed.
  private struct Key: Hashable {
    var sql: String
    var types: [UInt32]
  }

  private let connection: PostgresConnection
  private var prepared: RecentlyUsed<Key, String>
  private var preparedCount = 0
  /// Statements that the server may forget, at the next occasion.
  private var surplus: [String] = []
  private let prepares: Bool
  let cancel: @Sendable () -> Bool

  init(_ settings: PostgresSettings, statementCacheSize: Int) throws {
    connection = try PostgresConnection(settings)
    prepared = RecentlyUsed(capacity: statementCacheSize)
    // A pooler may run the next transaction on another server connection, which knows nothing of what was prepared.
    prepares = statementCacheSize > 0 && !connection.isBehindPooler
    let handle = connection.cancelHandle
    cancel = { handle.cancel() }
  }

  var isInTransaction: Bool { connection.isInTransaction }
  var isAlive: Bool { connection.isStillThere() }
  var version: String {
    let number = connection.serverVersion
    return "\(number / 10000).\(number % 10000)"
  }

  func run(
    _ statement: SQLTranslation, _ parameters: [DatabaseValue], while isWanted: () -> Bool
  ) throws -> StatementResult {
    let values = try parameters.map(Self.parameter)
    guard prepares else { return Self.result(try connection.run(statement: statement.sql, values)) }
    let key = Key(sql: statement.sql, types: values.map(\.typeNumber))
    do {
      return Self.result(try connection.run(prepared: try name(of: key), values))
    } catch let error as PostgresError where Self.isStale(error) && !connection.isInTransaction {
      // A change of the schema has made the plan unusable, and outside a transaction nothing has happened yet.
      forget(key)
      return Self.result(try connection.run(prepared: try name(of: key), values))
    } catch let error as PostgresError where Self.isStale(error) {
      forget(key)
      throw DatabaseError(
        .schemaChanged,
        "The schema has changed since a statement of this transaction was prepared; run the transaction again.",
        sqlState: error.sqlState)
    }
  }

  func runScript(_ sql: String, while isWanted: () -> Bool) throws { try connection.execute(sql) }

  func command(_ sql: String) throws { try connection.execute(sql) }

  func begin(_ mode: TransactionMode, while isWanted: () -> Bool) throws {
    var sql = "BEGIN"
    if let isolation = mode.isolation { sql += " ISOLATION LEVEL \(isolation.sql)" }
    if mode.readOnly { sql += " READ ONLY" }
    try connection.execute(sql)
  }

  func commit() throws {
    // COMMIT would roll back and call it a success.
    guard !connection.isInFailedTransaction else { throw DatabaseError.transactionFailed }
    try connection.execute("COMMIT")
  }

  func close() { connection.close() }

  private func name(of key: Key) throws -> String {
    if let name = prepared.value(key) { return name }
    preparedCount += 1
    let name = "kedge_\(preparedCount)"
    try connection.prepare(name, key.sql, types: key.types)
    if let displaced = prepared.insert(name, for: key) { surplus.append(displaced) }
    for name in surplus { try connection.execute("DEALLOCATE \(name)") }
    surplus = []
    return name
  }

  private func forget(_ key: Key) {
    if let name = prepared.remove(key) { surplus.append(name) }
  }

  /// `cached plan must not change result type`, which has no SQLSTATE of its own.
  private static func isStale(_ error: PostgresError) -> Bool {
    error.sqlState == "0A000" && error.sqlPosition == nil && error.hint == nil && error.detail == nil
  }

  private static func parameter(_ value: DatabaseValue) throws -> PostgresParameter {
    switch value {
    case .null: return .null
    case .bool(let value): return .boolean(value)
    case .integer(let value): return .integer(Int(value))
    case .double(let value):
      return .typed(
        value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)", 701)
    case .decimal(let value): return .typed(value.isFinite ? value.description : "NaN", 1700)
    case .text(let value), .json(let value): return .text(value)
    case .bytes(let value): return .bytes(value)
    case .uuid(let value): return .text(value.uuidString.lowercased())
    case .date(let value):
      guard let text = DateText.format(value) else { throw DatabaseError.dateOutOfRange }
      return .text(text + "+00")
    }
  }

  private static func result(_ result: PostgresStatementResult) -> StatementResult {
    let header = Row.Header(result.columnNames)
    let rows = result.rows.map { row in
      Row(
        header: header,
        cells: result.columnTypes.enumerated().map { column, type in PostgresCell.cell(row[column], type) })
    }
    return StatementResult(rows: rows, affected: result.affectedRows)
  }
}

extension DatabaseError {
  /// A statement has failed, and its error was passed over.
  static let transactionFailed = DatabaseError(
    .transactionFailed,
    "The transaction can't go on, for a statement in it failed; put a savepoint around what may fail.")

  /// A date that has no text of four digits for its year.
  static let dateOutOfRange = DatabaseError(
    .invalidValue, "A date outside the years 1 to 9999 can't be stored.")
}
