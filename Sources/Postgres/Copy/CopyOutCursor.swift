internal import CLibPQ

/// The rows of a `COPY … TO STDOUT`, pulled one by one, so that two streams can be merged.
///
/// For example:
/// ```swift
/// let cursor = try connection.openCopyOut("COPY (SELECT id FROM users ORDER BY id) TO STDOUT (FORMAT binary)")
/// defer { cursor.close() }
/// while let row = try cursor.nextBinaryRow() { compare(row) }
/// ```
///
/// Until its end is read or ``close()`` is called, the connection can do nothing else. Belongs to the connection's thread.
public final class CopyOutCursor {
  private let connection: PostgresConnection
  private var buffer: UnsafeMutablePointer<CChar>?
  private let copyNumber: Int
  private var isAtEnd = false
  private var hasReadHeader = false
  private var hasReadTrailer = false
  /// How many rows the server said it sent; known at the end.
  public private(set) var rowCount: Int?

  init(_ connection: PostgresConnection) {
    self.connection = connection
    copyNumber = connection.copyNumber
  }

  /// Whether the connection is still reading this COPY: a failed transaction around it has ended it too.
  private var isOpen: Bool {
    !isAtEnd && connection.activity == .copyOut && connection.copyNumber == copyNumber
  }

  deinit { close() }

  /// The next buffer as the server sent it, or nil at the end.
  ///
  /// In text format a buffer is one line, with its newline. In binary format it is one row; the header stands before the
  /// first row in the same buffer, and the trailer in a buffer of its own, or right after the header if there is no row.
  ///
  /// - Returns: bytes that are valid until the next call.
  /// - Throws: ``PostgresError``; the cursor is closed then.
  public func next() throws -> UnsafeRawBufferPointer? {
    releaseBuffer()
    guard isOpen else {
      guard isAtEnd else { throw PostgresError(.usage, "The COPY was ended before all of it was read.") }
      return nil
    }
    // Not into what the object keeps, which would be watched for overlapping accesses as long as the call takes.
    var piece: UnsafeMutablePointer<CChar>?
    let count = try connection.nextCopyData(&piece)
    buffer = piece
    if count > 0 { return UnsafeRawBufferPointer(start: piece, count: Int(count)) }
    isAtEnd = true
    connection.activity = .none
    if count == -1 {
      rowCount = try connection.finishCopy()
      return nil
    }
    let failure = connection.failure()
    _ = try connection.finishCopy()
    throw failure
  }

  /// The next row of a stream in binary format, without header and trailer, or nil at the end.
  ///
  /// Don't mix with ``next()`` on one cursor.
  ///
  /// - Returns: the row's field count and fields, valid until the next call.
  /// - Throws: ``PostgresError``; of code `protocol` if the stream isn't in binary format or ends too early.
  public func nextBinaryRow() throws -> UnsafeRawBufferPointer? {
    while let bytes = try next() {
      var row = bytes
      if !hasReadHeader {
        guard row.starts(with: CopyBinary.header) else {
          close()
          throw PostgresError(.protocol, "the stream doesn't begin as one of COPY's binary format.")
        }
        hasReadHeader = true
        row = UnsafeRawBufferPointer(rebasing: row[CopyBinary.header.count...])
      }
      // A row without fields would be as long, but begins with another count.
      if row.count > CopyBinary.trailer.count { return row }
      if row.elementsEqual(CopyBinary.trailer) {
        hasReadTrailer = true
      } else if !row.isEmpty {
        return row
      }
    }
    guard hasReadTrailer else {
      throw PostgresError(.protocol, "the COPY's stream ended without its trailer.")
    }
    return nil
  }

  /// Ends the cursor. If there is more to read, the statement is cancelled: a transaction around it has failed then, and
  /// can only be rolled back.
  public func close() {
    releaseBuffer()
    if isOpen { connection.abandonCopyOut() }
  }

  private func releaseBuffer() {
    PQfreemem(buffer)
    buffer = nil
  }
}
