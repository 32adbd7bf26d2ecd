internal import CLibPQ

/// Cancels what a connection is doing, from any thread and as often as needed.
///
/// `@unchecked Sendable` because the one stored pointer never changes and libpq's manual allows its use everywhere:
/// "PQcancel can safely be invoked from a signal handler … the PGcancel object is read-only as far as PQcancel is concerned,
/// so it can also be invoked from a thread that is separate from the one manipulating the PGconn object."
public final class PostgresCancel: @unchecked Sendable {
  private let pointer: OpaquePointer?

  init(connection: OpaquePointer) { pointer = PQgetCancel(connection) }

  deinit { PQfreeCancel(pointer) }

  /// Asks the server to cancel the statement that is running, which then fails with SQLSTATE `57014`.
  ///
  /// If none is running, nothing happens; but a request sent just as one statement ends may hit the next.
  ///
  /// - Returns: whether the server took the request.
  @discardableResult
  public func cancel() -> Bool {
    var reason = [CChar](repeating: 0, count: 256)
    return PQcancel(pointer, &reason, Int32(reason.count)) == 1
  }
}
