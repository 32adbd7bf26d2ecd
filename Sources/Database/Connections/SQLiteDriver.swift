internal import Foundation
internal import SQLite

/// A connection to a SQLite file, with the statements that it has compiled.
final class SQLiteDriver: Driver {
  /// What a connection is for.
  enum Role: Sendable {
    /// The one that writes.
    case writer
    /// One of those that read, beside the writer and each other.
    case reader
  }

  private let connection: SQLiteConnection
  private var prepared: RecentlyUsed<String, SQLiteStatement>
  private let role: Role
  let cancel: @Sendable () -> Void

  init(_ path: String, _ role: Role, statementCacheSize: Int, lockTimeout: Duration) throws {
    connection = try SQLiteConnection(path: path, mode: role == .writer ? .create : .readWrite)
    prepared = RecentlyUsed(capacity: statementCacheSize)
    self.role = role
    let handle = connection.cancelHandle
    cancel = { handle.cancel() }
    connection.waitForLocks(milliseconds: Int(lockTimeout / .milliseconds(1)))
    // WAL stays with the file; the rest is each connection's own.
    try connection.query("PRAGMA journal_mode = WAL")
    try connection.execute(
      "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL"
        + (role == .reader ? "; PRAGMA query_only = ON" : ""))
  }

  var isInTransaction: Bool { connection.isInTransaction }
  var isAlive: Bool { true }
  var version: String { SQLiteConnection.libraryVersion }

  func run(_ statement: SQLTranslation, _ parameters: [DatabaseValue]) throws -> StatementResult {
    let values = try parameters.map(Self.parameter)
    let compiled = try self.statement(statement.sql)
    if role == .reader, !compiled.isReadOnly { throw NeedsWriter() }
    let before = connection.totalChanges
    try compiled.bind(values)
    defer {
      compiled.reset()
      compiled.clearBindings()
    }
    let header = Row.Header(compiled.columnNames)
    var rows: [Row] = []
    while try compiled.step() {
      rows.append(
        Row(header: header, cells: (0..<compiled.columnCount).map { Self.cell(compiled.value($0)) }))
    }
    let affected = connection.totalChanges == before ? 0 : connection.changes
    return StatementResult(rows: rows, affected: affected)
  }

  func runScript(_ sql: String) throws { try connection.execute(sql) }

  func begin(_ mode: TransactionMode) throws {
    guard mode.readOnly else { return try connection.execute("BEGIN IMMEDIATE") }
    try connection.beginSnapshot()
  }

  func commit() throws { try connection.execute("COMMIT") }

  func close() { prepared.removeAll() }

  private func statement(_ sql: String) throws -> SQLiteStatement {
    if let statement = prepared.value(sql) { return statement }
    let statement = try connection.prepare(sql)
    _ = prepared.insert(statement, for: sql)
    return statement
  }

  private static func parameter(_ value: DatabaseValue) throws -> SQLiteValue {
    switch value {
    case .null: return .null
    case .bool(let value): return .integer(value ? 1 : 0)
    case .integer(let value): return .integer(value)
    case .double(let value): return .real(value)
    case .decimal(let value):
      guard value.isFinite else {
        throw DatabaseError(.invalidValue, "SQLite can't store an exact number that is none (NaN).")
      }
      return .text(value.description)
    case .text(let value), .json(let value): return .text(value)
    case .bytes(let value): return .blob(value)
    case .uuid(let value): return .text(value.uuidString.lowercased())
    case .date(let value):
      guard let text = DateText.format(value) else { throw DatabaseError.dateOutOfRange }
      return .text(text)
    }
  }

  private static func cell(_ value: SQLiteValue) -> DatabaseCell {
    switch value {
    case .null: .null
    case .integer(let value): .integer(value)
    case .real(let value): .double(value)
    case .text(let value): .text(value, .untyped)
    case .textBytes(let value), .blob(let value): .bytes(value)
    }
  }
}

/// A statement that writes met a connection that only reads.
struct NeedsWriter: Error {}
