internal import CSQLite
public import Codec

/// One compiled statement. It keeps its connection alive and belongs to its thread.
public final class SQLiteStatement {
  /// The result's columns as SQLite names them.
  public let columnNames: [String]
  /// How many columns a row has; zero for statements without result.
  public let columnCount: Int
  /// The statement's text.
  public let sql: String
  private let statement: OpaquePointer
  private let connection: SQLiteConnection
  /// Reads texts of a UTF-16 database; nil for a UTF-8 one.
  private let wideText: SQLiteWideText?
  private var ranOutOfMemory = false

  init(_ sql: String, connection: SQLiteConnection) throws {
    var handle: OpaquePointer?
    var sqlText = sql
    let (code, isAlone) = sqlText.withUTF8 { text -> (Int32, Bool) in
      text.withMemoryRebound(to: CChar.self) { text in
        var tail: UnsafePointer<CChar>?
        let code = sqlite3_prepare_v2(
          connection.database, text.baseAddress, Int32(text.count), &handle, &tail)
        let used = tail.flatMap { tail in text.baseAddress.map { tail - $0 } } ?? text.count
        return (code, text[used...].allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) || $0 == 0x3B })
      }
    }
    guard code == SQLITE_OK else {
      throw SQLiteError(connection.database, code: code, sql: sql, path: connection.path)
    }
    guard let statement = handle, isAlone else {
      sqlite3_finalize(handle)
      throw SQLiteError(
        extendedCode: Int(SQLITE_MISUSE), message: "exactly one statement is expected", sql: sql,
        path: connection.path)
    }
    self.sql = sql
    self.statement = statement
    self.connection = connection
    columnCount = Int(sqlite3_column_count(statement))
    columnNames = (0..<sqlite3_column_count(statement)).map { column in
      sqlite3_column_name(statement, column).map { String(cString: $0) } ?? ""
    }
    wideText = connection.storesWideText ? SQLiteWideText() : nil
  }

  deinit { sqlite3_finalize(statement) }

  /// Sets all parameters, after a reset.
  ///
  /// - Throws: `SQLiteError`, also if there are more or fewer values than parameters.
  public func bind(_ values: [SQLiteValue]) throws {
    sqlite3_reset(statement)
    guard values.count == Int(sqlite3_bind_parameter_count(statement)) else {
      throw SQLiteError(
        extendedCode: Int(SQLITE_RANGE), message: "\(values.count) values don't fit the parameters", sql: sql,
        path: connection.path)
    }
    for (index, value) in values.enumerated() {
      let code = bind(value, at: Int32(index + 1))
      guard code == SQLITE_OK else { throw failure(code) }
    }
  }

  private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(statement, index)
    case .integer(let value): return sqlite3_bind_int64(statement, index, value)
    case .real(let value): return sqlite3_bind_double(statement, index, value)
    case .text(var value):
      return value.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          kedge_bind_text(statement, index, $0.baseAddress, UInt64($0.count))
        }
      }
    case .textBytes(let bytes):
      return bytes.withUnsafeBytes { bytes in
        kedge_bind_text(statement, index, bytes.bindMemory(to: CChar.self).baseAddress, UInt64(bytes.count))
      }
    case .blob(let bytes):
      return bytes.withUnsafeBytes { kedge_bind_blob(statement, index, $0.baseAddress, UInt64($0.count)) }
    }
  }

  /// Moves to the next row.
  ///
  /// - Returns: False at the end; the statement is then ready to run again.
  /// - Throws: `SQLiteError`.
  public func step() throws -> Bool {
    guard !ranOutOfMemory else { throw failure(SQLITE_NOMEM) }
    wideText?.removeAll()
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      sqlite3_reset(statement)
      return false
    case let code:
      let error = failure(code)
      sqlite3_reset(statement)
      throw error
    }
  }

  /// Whether it changes nothing in the file. `BEGIN` and its like count as such.
  public var isReadOnly: Bool { sqlite3_stmt_readonly(statement) != 0 }

  /// How many values the statement takes.
  public var parameterCount: Int { Int(sqlite3_bind_parameter_count(statement)) }

  /// The columns' names now: a change of the schema gives `SELECT *` others, when the statement next runs.
  public var currentColumnNames: [String] {
    (0..<sqlite3_column_count(statement)).map { column in
      sqlite3_column_name(statement, column).map { String(cString: $0) } ?? ""
    }
  }

  /// Forgets the values that were bound, so that none of them stays in memory.
  public func clearBindings() { sqlite3_clear_bindings(statement) }

  /// Makes the statement ready to run again, with the same parameters, and lets go of its read lock.
  public func reset() { sqlite3_reset(statement) }

  /// A value of the current row, by its own storage class: integers are `.int64`, texts `.string`, blobs `.binary`.
  ///
  /// Texts and blobs lie in SQLite's memory until the next `step` or `reset`, or until the same column is read again,
  /// which turns a text of a UTF-16 database back and forth. A text of a UTF-16 database whose
  /// surrogates don't pair comes as bytes that aren't UTF-8, so that it is refused rather than altered.
  public func rawValue(_ column: Int) -> RawValue {
    let column = Int32(truncatingIfNeeded: column)
    // One look-up serves kind, bytes and length. The value that it gives has no lock of its own, and needs none: a connection
    // belongs to one thread.
    guard let value = sqlite3_column_value(statement, column) else { return .null }
    switch sqlite3_value_type(value) {
    case SQLITE_INTEGER: return .int64(sqlite3_value_int64(value))
    case SQLITE_TEXT: return text(value, column)
    case SQLITE_FLOAT: return .double(sqlite3_value_double(value))
    case SQLITE_BLOB:
      let bytes = sqlite3_value_blob(value)
      let count = Int(sqlite3_value_bytes(value))
      return RawValue(
        kind: .binary, bytes: UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
    default: return .null
    }
  }

  /// All values of the current row, as `rawValue` gives them.
  ///
  /// - Parameters:
  ///   - slots: Room for `count` values, initialised.
  ///   - count: At most `columnCount`.
  public func fill(_ slots: UnsafeMutablePointer<RawValue>, count: Int) {
    for column in 0..<min(count, columnCount) { slots[column] = rawValue(column) }
  }

  /// A copy of a value of the current row.
  public func value(_ column: Int) -> SQLiteValue {
    let raw = rawValue(column)
    switch raw.kind {
    case .int64: return .integer(raw.integer)
    case .double: return .real(raw.double)
    case .binary: return .blob(Array(raw.bytes))
    case .string:
      return String(validating: raw.bytes, as: UTF8.self).map(SQLiteValue.text)
        ?? .textBytes(Array(raw.bytes))
    default: return .null
    }
  }

  private func text(_ value: OpaquePointer, _ column: Int32) -> RawValue {
    if let wideText, let broken = wideText.unpaired(statement, column) { return .string(broken) }
    guard let bytes = sqlite3_value_text(value) else {
      // Only for want of memory: the row isn't whole, and the next step says so before anything is committed.
      ranOutOfMemory = true
      return .null
    }
    return .string(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_value_bytes(value))))
  }

  private func failure(_ code: Int32) -> SQLiteError {
    connection.explained(SQLiteError(connection.database, code: code, sql: sql, path: connection.path))
  }
}
