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

  /// How long SQLite itself waits for a lock before we look whether the wait is still wanted.
  private static let slice = 25

  private let connection: SQLiteConnection
  private var prepared: RecentlyUsed<String, SQLiteStatement>
  private let role: Role
  private let lockTimeout: Duration
  let cancel: @Sendable () -> Bool

  init(_ path: String, _ role: Role, statementCacheSize: Int, lockTimeout: Duration) throws {
    connection = try SQLiteConnection(path: path, mode: .create)
    prepared = RecentlyUsed(capacity: statementCacheSize)
    self.role = role
    self.lockTimeout = lockTimeout
    let handle = connection.cancelHandle
    cancel = {
      handle.cancel()
      return true
    }
    connection.waitForLocks(milliseconds: Self.slice)
    // WAL stays with the file, and turning it on needs the file alone; the rest is each connection's own.
    let mode = try waiting(while: { true }) { try connection.query("PRAGMA journal_mode = WAL") }
    guard mode.first?.first?.text == "wal" else {
      throw DatabaseError(
        .connection,
        "The SQLite file \"\(path)\" can't be used in WAL mode, which readers beside a writer need; put it on a local disk "
          + "whose folder can be written to.")
    }
    try connection.execute("PRAGMA foreign_keys = ON" + (role == .reader ? "; PRAGMA query_only = ON" : ""))
  }

  var isInTransaction: Bool { connection.isInTransaction }
  var isAlive: Bool { true }
  var version: String { SQLiteConnection.libraryVersion }

  func run(
    _ statement: SQLTranslation, _ parameters: [DatabaseValue], while isWanted: () -> Bool
  ) throws -> StatementResult {
    let values = try parameters.map(Self.parameter)
    let compiled = try waiting(while: isWanted) { try self.statement(statement.sql) }
    if role == .reader, !compiled.isReadOnly {
      throw connection.isInTransaction ? DatabaseError.readOnlyTransaction : NeedsWriter()
    }
    defer { compiled.clearBindings() }
    return try waiting(while: isWanted) {
      let before = connection.totalChanges
      try compiled.bind(values)
      defer { compiled.reset() }
      var rows: [Row] = []
      var header: Row.Header?
      while try compiled.step() {
        // Only now, for the first step compiles the statement anew if the schema has changed.
        let columns = header ?? Row.Header(compiled.currentColumnNames)
        header = columns
        rows.append(Row(header: columns, cells: columns.names.indices.map { Self.cell(compiled.value($0)) }))
      }
      let affected = connection.totalChanges == before ? 0 : connection.changes
      return StatementResult(rows: rows, affected: affected)
    }
  }

  func runScript(_ sql: String, while isWanted: () -> Bool) throws {
    try waiting(while: isWanted) { try connection.execute("BEGIN IMMEDIATE") }
    try connection.execute(sql)
    try connection.execute("COMMIT")
  }

  func command(_ sql: String) throws { try connection.execute(sql) }

  func begin(_ mode: TransactionMode, while isWanted: () -> Bool) throws {
    try waiting(while: isWanted) {
      guard mode.readOnly else { return try connection.execute("BEGIN IMMEDIATE") }
      try connection.beginSnapshot()
    }
  }

  func commit() throws { try connection.execute("COMMIT") }

  func close() { prepared.removeAll() }

  /// Tries again what another process' lock has stopped, in slices, for as long as it is wanted and the limit allows. Inside a
  /// transaction there is nothing to wait for: it holds its lock.
  private func waiting<T>(while isWanted: () -> Bool, _ body: () throws -> T) throws -> T {
    let end = ContinuousClock.now.advanced(by: lockTimeout)
    while true {
      do {
        return try body()
      } catch let error as SQLiteError where error.isRetryable && !connection.isInTransaction {
        guard isWanted() else { throw DatabaseError(.cancelled, "The wait for SQLite's lock was ended.") }
        guard ContinuousClock.now < end else { throw error }
      }
    }
  }

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
    case .text(let value), .json(let value):
      guard !value.utf8.contains(0) else {
        throw DatabaseError(
          .invalidValue, "A text holds a NUL character, which Postgres can't store; both backends refuse it.")
      }
      return .text(value)
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

extension DatabaseError {
  static let readOnlyTransaction = DatabaseError(
    .readOnly, "The statement writes, and the transaction was begun as one that only reads.")
}
