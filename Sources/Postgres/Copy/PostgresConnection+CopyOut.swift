internal import CLibPQ

extension PostgresConnection {
  /// Begins a `COPY … TO STDOUT` whose rows are pulled.
  ///
  /// - Throws: ``PostgresError``.
  public func openCopyOut(_ sql: String) throws -> CopyOutCursor {
    try beginCopy(sql, expecting: PGRES_COPY_OUT, kind: "COPY … TO STDOUT")
    activity = .copyOut
    return CopyOutCursor(self)
  }

  /// Makes the reading of long COPYs cheaper: a buffer's worth comes with each call of the system, and libpq's buffer begins with 16 KB,
  /// grows to hold what the server sends at once, and stays so.
  ///
  /// - Throws: ``PostgresError``.
  public func widenReceiving() throws { _ = try query("SELECT repeat(' ', \(Self.widePiece))") }

  /// Bytes; libpq doubles its buffer until they fit, to 128 KB.
  private static let widePiece = 100_000

  /// Runs a `COPY … TO STDOUT` and hands each buffer to `row`, as ``CopyOutCursor/next()`` returns them: in binary format
  /// with header and trailer.
  ///
  /// If `row` throws, the statement is cancelled and the connection can be used again; a transaction around it has failed.
  ///
  /// - Parameter row: gets bytes that are valid during the call.
  /// - Throws: what `row` throws, or a ``PostgresError``.
  public func copyOut(_ sql: String, _ row: (UnsafeRawBufferPointer) throws -> Void) throws {
    let cursor = try openCopyOut(sql)
    defer { cursor.close() }
    while let bytes = try cursor.next() { try row(bytes) }
  }

  /// Cancels the COPY that is being read and reads what is under way. Does nothing if none is open.
  func abandonCopyOut() {
    guard activity == .copyOut else { return }
    activity = .none
    // The cancel request has been dealt with by the server when this returns, so it can't hit a later statement.
    cancelHandle.cancel()
    do {
      var buffer: UnsafeMutablePointer<CChar>?
      while try nextCopyData(&buffer) > 0 {
        PQfreemem(buffer)
        buffer = nil
      }
      _ = try finishCopy()
    } catch {
      // The error of the cancellation, as is wished; or the connection is gone.
      return
    }
  }

  /// The next piece of the COPY that is being read; the caller frees it.
  ///
  /// - Returns: its length; -1 at the end, and -2 after an error that libpq tells of.
  func nextCopyData(_ buffer: inout UnsafeMutablePointer<CChar>?) throws -> Int32 {
    while true {
      var count = PQgetCopyData(handle, &buffer, 1)
      if count != 0 { return count }
      guard drainTLS() else { return -2 }
      if PQsslInUse(handle) == 1 {
        count = PQgetCopyData(handle, &buffer, 1)
        if count != 0 { return count }
      }
      guard try receive() else { return -2 }
    }
  }
}
