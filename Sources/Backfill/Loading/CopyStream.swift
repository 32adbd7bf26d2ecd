internal import Codec
internal import Executors
internal import Mapping
internal import Postgres

/// Sends row buffers to their tables with COPY BINARY over one connection.
///
/// An entity with a single table keeps one COPY open, so that encoding and the server overlap; with child tables each
/// batch is one COPY after another, parents first.
final class CopyStream {
  private let connection: PostgresConnection
  private let statements: [String]
  private var open: Int?

  /// - Parameter statements: one `COPY … FROM STDIN (FORMAT binary)` for each row buffer.
  init(_ connection: PostgresConnection, statements: [String]) {
    self.connection = connection
    self.statements = statements
  }

  static func statement(table: String, columns: [String]) -> String {
    let list = columns.map(quotedIdentifier).joined(separator: ", ")
    return "COPY \(table) (\(list)) FROM STDIN (FORMAT binary)"
  }

  /// Whether a COPY is under way: to the server such a session is at work, however slowly rows come.
  var isOpen: Bool { open != nil }

  /// Opens a COPY if none is under way, although there is nothing to send yet.
  func begin() throws { if open == nil { try begin(0) } }

  /// Sends what the buffers hold and empties them.
  func send(_ rows: [RowBuffer]) throws {
    for (index, buffer) in rows.enumerated() {
      try send(buffer.bytes.bytes, to: index)
      buffer.removeAll()
    }
  }

  /// Sends whole rows to the table of buffer `index`.
  func send(_ rows: UnsafeRawBufferPointer, to index: Int) throws {
    guard rows.count > 0 else { return }
    if open != index {
      try close()
      try begin(index)
    }
    try connection.putCopyData(rows)
  }

  private func begin(_ index: Int) throws {
    StopPoint.reach(.beforeCopy)
    try connection.beginCopyIn(statements[index])
    open = index
    try CopyBinary.header.withUnsafeBytes { try connection.putCopyData($0) }
  }

  /// Ends the open COPY, if there is one: only now does the server say whether it took the rows.
  func close() throws {
    guard open != nil else { return }
    open = nil
    try CopyBinary.trailer.withUnsafeBytes { try connection.putCopyData($0) }
    _ = try connection.endCopyIn()
    StopPoint.reach(.afterCopy)
  }

  /// Gives up the open COPY.
  func abort() {
    guard open != nil else { return }
    open = nil
    connection.abortCopyIn("the engine gave this chunk up")
  }
}
