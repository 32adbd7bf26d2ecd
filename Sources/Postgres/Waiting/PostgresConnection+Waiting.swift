internal import CLibPQ
internal import Glibc

/// Every wait for the server goes through here: by the socket, and with a limit.
extension PostgresConnection {
  /// Hands a statement to libpq, which then sends it.
  func send(_ statement: (OpaquePointer) -> Int32) throws {
    let connection = try ready()
    silence.begin(cancels: cancelHandle.requestCount)
    guard statement(connection) == 1 else { throw failure() }
  }

  /// Sends what libpq holds back, to the last byte.
  ///
  /// - Throws: ``PostgresError`` if the connection is lost.
  func flush() throws {
    while true {
      let state = PQflush(handle)
      if state == 0 { return }
      guard state == 1 else { throw failure() }
      // Reading too: a server that can't get rid of its notices doesn't take our data.
      let isReadable = try wait(toWrite: true)
      guard !isReadable || PQconsumeInput(handle) == 1 else { throw failure() }
    }
  }

  /// The next result of what runs, or nil if there is none; the caller clears it.
  func nextResult() throws -> OpaquePointer? {
    while handle != nil, PQisBusy(handle) == 1 {
      // If reading fails, libpq makes a result of it.
      guard drainTLS() else { break }
      guard PQisBusy(handle) == 1 else { break }
      guard try receive() else { break }
    }
    return PQgetResult(handle)
  }

  /// The last result of what runs, as of several statements in one call. A first error stays, for what follows it is
  /// the end of the connection.
  func lastResult() throws -> OpaquePointer? {
    var last: OpaquePointer?
    var isWhole = false
    defer { if !isWhole { PQclear(last) } }
    while let result = try nextResult() {
      if PQresultStatus(last) == PGRES_FATAL_ERROR, last != nil {
        PQclear(result)
      } else {
        PQclear(last)
        last = result
      }
      let isCopy = [PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH].contains(PQresultStatus(last))
      // After the loss of the connection libpq would hand out the same error for ever.
      if isCopy || PQstatus(handle) == CONNECTION_BAD { break }
    }
    isWhole = true
    return last
  }

  /// Waits for more bytes of the server and gives them to libpq.
  ///
  /// - Returns: false if the connection is gone, which libpq knows by now.
  /// - Throws: ``PostgresError`` if the wait is over its limit; the connection is closed then.
  func receive() throws -> Bool {
    let state = PQflush(handle)
    _ = try wait(toWrite: state == 1)
    return PQconsumeInput(handle) == 1
  }

  /// Gives libpq what the TLS library has read already, of which the socket doesn't tell: at most one record, which two
  /// reads drain.
  ///
  /// - Returns: false if the connection is gone, which libpq knows by now.
  func drainTLS() -> Bool {
    guard PQsslInUse(handle) == 1 else { return true }
    return PQconsumeInput(handle) == 1 && PQconsumeInput(handle) == 1
  }

  /// Waits until the socket can be read, or written if that is wished, or a second has gone by.
  ///
  /// - Returns: whether it can be read.
  /// - Throws: ``PostgresError`` if the server counts as lost; the connection is closed then.
  private func wait(toWrite: Bool) throws -> Bool {
    var entry = pollfd(
      fd: PQsocket(handle), events: Int16(toWrite ? POLLIN | POLLOUT : POLLIN), revents: 0)
    let count = poll(&entry, 1, 1000)
    if count > 0 {
      silence.heard()
      return Int32(entry.revents) & ~POLLOUT != 0
    }
    // Whatever else poll complains of, libpq meets too and puts into words.
    if count < 0 { return errno != EINTR }
    silence.seconds += 1
    if cancelHandle.requestCount != silence.earlierCancels {
      silence.secondsSinceCancel += 1
      if silence.secondsSinceCancel >= silence.cancelLimit {
        throw lose(
          "it was told to cancel a statement, and didn't react within \(silence.cancelLimit) seconds")
      }
    }
    if let limit = silence.limit, silence.seconds >= limit { try judgeSilence(after: limit) }
    return false
  }

  private func judgeSilence(after limit: Int) throws {
    guard silence.asks else { throw lose("it was silent for \(limit) seconds") }
    let verdict = HealthProbe.ask(about: self)
    // The answer may have come meanwhile.
    var entry = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
    if poll(&entry, 1, 0) > 0 { return }
    switch verdict {
    case .working: silence.heard()
    case .gone(let reason): throw lose("it was silent for \(limit) seconds, and \(reason)")
    case .waiting(let reason):
      silence.denials += 1
      guard silence.denials < 2 else { throw lose("it was silent for \(limit) seconds, and \(reason)") }
      silence.seconds = max(0, limit - Silence.secondLook)
    case .unclear(let reason):
      silence.doubts += 1
      guard silence.doubts < Silence.mostDoubts else {
        throw lose("it was silent for \(limit * silence.doubts) seconds, and \(reason)")
      }
      silence.seconds = 0
    }
  }

  /// Gives the connection up, without waiting for anybody.
  private func lose(_ reason: String) -> PostgresError {
    var error = PostgresError(
      .connection, "the server at \(ConnectionAttempt.place(of: handle)), counts as lost: \(reason).",
      isConnectionLost: true)
    error.hint = "Check the server and the network between, and run the command again when both are well."
    close()
    loss = error
    return error
  }
}
