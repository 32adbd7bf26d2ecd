internal import CLibPQ

extension PostgresConnection {
  /// Bytes that one call of libpq gets, so that its own buffer stays small.
  private static let copyPiece = 256 << 10

  /// Begins a `COPY … FROM STDIN`. Then put data, and end or abort; until then no other statement can run.
  ///
  /// For example:
  /// ```swift
  /// try connection.beginCopyIn("COPY users (id, name) FROM STDIN (FORMAT binary)")
  /// try connection.putCopyData(rows)
  /// let count = try connection.endCopyIn()
  /// ```
  ///
  /// - Throws: ``PostgresError``.
  public func beginCopyIn(_ sql: String) throws {
    try beginCopy(sql, expecting: PGRES_COPY_IN, kind: "COPY … FROM STDIN")
    activity = .copyIn
  }

  /// Sends bytes of the stream, cut anywhere. The server may have refused an earlier row by now; ``endCopyIn()`` tells.
  ///
  /// - Throws: ``PostgresError`` if the connection is lost or no COPY is open. The COPY is over then.
  public func putCopyData(_ bytes: UnsafeRawBufferPointer) throws {
    guard activity == .copyIn else { throw PostgresError(.usage, "No COPY into the server is open.") }
    var rest = bytes
    while let start = rest.baseAddress, rest.count > 0 {
      let count = min(rest.count, Self.copyPiece)
      let taken = PQputCopyData(handle, start.assumingMemoryBound(to: CChar.self), Int32(count))
      guard taken >= 0 else { throw failedCopy(failure()) }
      // Nothing is left waiting, so that libpq's buffer doesn't grow. The system's own buffers keep the server busy.
      try flushCopy()
      if taken == 1 { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
    }
  }

  /// Ends the stream and waits for the server's word.
  ///
  /// - Returns: how many rows the server took.
  /// - Throws: ``PostgresError``; its `context` names the table, line and column that the server refused. Nothing of
  ///   the COPY has landed then, and the connection can be used again, unless it is lost.
  public func endCopyIn() throws -> Int {
    guard activity == .copyIn else { throw PostgresError(.usage, "No COPY into the server is open.") }
    while true {
      let taken = PQputCopyEnd(handle, nil)
      guard taken >= 0 else { throw failedCopy(failure()) }
      try flushCopy()
      if taken == 1 { break }
    }
    activity = .none
    return try finishCopy()
  }

  /// Ends the stream so that nothing of it lands. Does nothing if no COPY into the server is open.
  ///
  /// A transaction around it has failed then, and can only be rolled back.
  ///
  /// - Parameter reason: what the server's log will say.
  public func abortCopyIn(_ reason: String) {
    guard activity == .copyIn else { return }
    activity = .none
    do {
      while PQputCopyEnd(handle, reason) == 0 { try flush() }
      _ = try finishCopy()
    } catch {
      // The server's word that the COPY has failed, as is wished; or the connection is gone, and the COPY with it.
      return
    }
  }

  /// Starts a COPY of the kind that is expected.
  func beginCopy(_ sql: String, expecting status: ExecStatusType, kind: String) throws {
    try refuseNUL(in: sql)
    try send { PQsendQuery($0, sql) }
    let result = try lastResult()
    if PQresultStatus(result) == status {
      PQclear(result)
      copyNumber += 1
      return
    }
    PQclear(try checked(result))
    throw PostgresError(.usage, "The statement isn't a \(kind).")
  }

  /// Reads the results that follow a COPY, until there is none.
  ///
  /// - Returns: how many rows were copied.
  func finishCopy() throws -> Int {
    var rows = 0
    var failure: PostgresError?
    while let result = try nextResult() {
      defer { PQclear(result) }
      if PQresultStatus(result) == PGRES_COMMAND_OK {
        rows = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
      } else if failure == nil {
        failure = self.failure(result)
      }
      // After the loss of the connection libpq would hand out the same error for ever.
      if PQstatus(handle) == CONNECTION_BAD { break }
    }
    guard let failure else {
      if PQstatus(handle) == CONNECTION_BAD { throw self.failure() }
      return rows
    }
    throw failure
  }

  private func flushCopy() throws {
    do {
      try flush()
    } catch let error as PostgresError where handle != nil {
      throw failedCopy(error)
    }
  }

  /// Why sending failed: the server's last words if there are any, else libpq's.
  private func failedCopy(_ sending: PostgresError) -> PostgresError {
    activity = .none
    do {
      // Only after the end of the data does libpq look at what the server has said.
      while PQputCopyEnd(handle, "the data could not be sent") == 0 { try flush() }
      _ = try finishCopy()
      return sending
    } catch let error as PostgresError {
      return error.sqlState == nil ? sending : error
    } catch {
      return sending
    }
  }
}
