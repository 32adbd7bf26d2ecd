internal import Glibc

/// Something that has happened once and for all, and that threads can wait for.
final class WakeUp: Sendable {
  /// Can be read from once it has happened.
  let descriptor: Int32
  private let other: Int32

  init() throws(SocketProblem) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system("can't make a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (descriptor, other) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(other)
  }

  /// Says that it has happened. The byte is never read, so that all who wait find it.
  func set() {
    var byte: UInt8 = 1
    _ = write(other, &byte, 1)
  }

  /// Waits until it has happened, or the time is over.
  ///
  /// - Returns: whether it has happened.
  func wait(_ time: Duration) -> Bool {
    let end = ContinuousClock.now + time
    while true {
      let left = max(.zero, ContinuousClock.now.duration(to: end))
      var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&watched, 1, left.milliseconds) > 0 { return true }
      if left == .zero { return false }
    }
  }
}

extension Duration {
  /// For `poll`: rounded up, so that it isn't asked again for a rest of nothing.
  var milliseconds: Int32 {
    let (seconds, attoseconds) = components
    return Int32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
  }
}
