internal import CLibPQ
internal import Glibc
internal import Synchronization

/// Cancels what a connection is doing, from any thread and as often as needed.
///
/// `@unchecked Sendable` because the one stored pointer never changes and libpq's manual allows its use everywhere:
/// "PQcancel can safely be invoked from a signal handler … the PGcancel object is read-only as far as PQcancel is concerned,
/// so it can also be invoked from a thread that is separate from the one manipulating the PGconn object."
public final class PostgresCancel: @unchecked Sendable {
  /// Seconds that the caller waits for the server.
  private static let limit = 5

  private let pointer: OpaquePointer?
  private let requests = Atomic(0)
  /// Whether a request is under way on a thread of its own.
  private let isAsking = Atomic(false)

  init(connection: OpaquePointer) { pointer = PQgetCancel(connection) }

  deinit { PQfreeCancel(pointer) }

  /// How often a cancel was asked for: so the connection knows whether what it runs is meant to end.
  var requestCount: Int { requests.load(ordering: .acquiring) }

  /// Asks the server to cancel the statement that is running, which then fails with SQLSTATE `57014`. If the server doesn't
  /// react within 10 seconds, the connection counts as lost, and the statement ends with that error.
  ///
  /// If none is running, nothing happens; but a request sent just as one statement ends may hit the next. Waits 5
  /// seconds at most.
  ///
  /// - Parameter isAwaited: whether the caller waits for the server to take the request.
  /// - Returns: whether the server took the request; false where it isn't awaited.
  @discardableResult
  public func cancel(isAwaited: Bool = true) -> Bool {
    requests.add(1, ordering: .acquiringAndReleasing)
    // One at a time: against a server that hangs, each would leave a thread behind until the server's end.
    guard !isAsking.exchange(true, ordering: .acquiringAndReleasing) else { return false }
    let attempt = CancelAttempt(handle: self)
    guard attempt.start() else {
      isAsking.store(false, ordering: .releasing)
      return false
    }
    return isAwaited && attempt.wait(seconds: Self.limit)
  }

  /// Sends the request, for as long as the server leaves it open: libpq has no limit of its own here.
  fileprivate func ask() -> Bool {
    defer { isAsking.store(false, ordering: .releasing) }
    var reason = [CChar](repeating: 0, count: 256)
    return PQcancel(pointer, &reason, Int32(reason.count)) == 1
  }
}

/// One request on its own thread, which may outlive the wait for it.
private final class CancelAttempt: Sendable {
  private let handle: PostgresCancel
  /// Eventually one byte: 1 if the server took the request.
  private let ends: (reading: Int32, writing: Int32)

  init(handle: PostgresCancel) {
    self.handle = handle
    var pair: [Int32] = [-1, -1]
    if pipe(&pair) == 0 { for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) } }
    ends = (pair[0], pair[1])
  }

  deinit { for end in [ends.reading, ends.writing] where end >= 0 { close(end) } }

  /// - Returns: false if the system has no pipe or no thread to spare.
  func start() -> Bool {
    guard ends.reading >= 0 else { return false }
    let work = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let attempt = Unmanaged<CancelAttempt>.fromOpaque(argument).takeRetainedValue()
        var byte: UInt8 = attempt.handle.ask() ? 1 : 0
        _ = write(attempt.ends.writing, &byte, 1)
        return nil
      }, work.toOpaque())
    guard code == 0 else {
      work.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  func wait(seconds: Int) -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else { return false }
      var entry = pollfd(fd: ends.reading, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, Int32(left / .milliseconds(1)) + 1) > 0 else { continue }
      var byte: UInt8 = 0
      return read(ends.reading, &byte, 1) == 1 && byte == 1
    }
  }
}
