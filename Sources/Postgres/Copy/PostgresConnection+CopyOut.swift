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
    var buffer: UnsafeMutablePointer<CChar>?
    while PQgetCopyData(handle, &buffer, 0) > 0 {
      PQfreemem(buffer)
      buffer = nil
    }
    // Ends with the error of the cancellation, or with success if the server was faster: both are as wished.
    while PQstatus(handle) != CONNECTION_BAD, let result = PQgetResult(handle) { PQclear(result) }
  }
}
