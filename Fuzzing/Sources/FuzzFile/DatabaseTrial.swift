internal import Codec
internal import FuzzSupport
internal import SQLite

/// Reads a database the way a backfill does: its tables, then each one's rows in the order of its locator.
enum DatabaseTrial {
  /// Rows of a table that are read: a damaged page may lead back to itself.
  private static let rows = 500

  static func read(_ path: String) throws {
    let connection = try SQLiteConnection(path: path, mode: .readOnly)
    try connection.beginSnapshot()
    var failure: SQLiteError?
    // A view is a query that the file's author wrote: how long it runs says nothing about the reader.
    for table in try connection.tables() where table.kind == .table && table.isReadable {
      // Where one table is damaged, others may be sound.
      do {
        try connection.verifyStructure(of: table.name)
        try read(table, connection)
      } catch let error as SQLiteError { failure = error }
    }
    _ = try connection.dataVersion()
    try connection.endSnapshot()
    if let failure { throw failure }
  }

  private static func read(_ table: SQLiteTable, _ connection: SQLiteConnection) throws {
    let columns = table.columns.filter { $0.kind != .hidden }.map { SQLiteConnection.quoted($0.name) }
    let locator =
      table.rowIDName.map { [SQLiteConnection.quoted($0)] }
      ?? table.primaryKey.map(SQLiteConnection.quoted)
    let all = columns + locator
    guard !all.isEmpty else { return }
    let order = locator.isEmpty ? "" : " ORDER BY \(locator.joined(separator: ", "))"
    let statement = try connection.prepare(
      "SELECT \(all.joined(separator: ", ")) FROM \(SQLiteConnection.quoted(table.name))\(order)")
    var count = 0
    while count < rows, try statement.step() {
      count += 1
      for column in all.indices { touch(column, of: statement) }
    }
  }

  /// Every byte of the value is there to be read, and both ways of reading it agree on what it is.
  private static func touch(_ column: Int, of statement: SQLiteStatement) {
    let raw = statement.rawValue(column)
    var sum: UInt8 = 0
    for byte in raw.bytes { sum &+= byte }
    consumed = sum
    // Reading it the second time may move the bytes, so they aren't looked at any more.
    let value = statement.value(column)
    let agrees =
      switch value {
      case .null: raw.kind == .null
      case .integer(let integer): raw.kind == .int64 && raw.integer == integer
      case .real(let real): raw.kind == .double && raw.bits == real.bitPattern
      case .text, .textBytes: raw.kind == .string
      case .blob(let bytes): raw.kind == .binary && bytes.count == raw.bytes.count
      }
    expect(agrees, "a value is the same whichever way it is read: \(raw.kind)")
  }

  // SAFETY: libFuzzer calls its target from one thread.
  nonisolated(unsafe) private static var consumed: UInt8 = 0
}
