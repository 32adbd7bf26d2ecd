internal import Glibc
internal import Synchronization

extension StopFlag {
  /// The process' flag for Ctrl-C: SIGINT and SIGTERM set it.
  ///
  /// The first signal sets the flag, whose actions then run on a thread of their own. A second one ends the process
  /// at once with exit code 130. Every call returns the same flag.
  public static func onInterrupt() -> StopFlag { interrupt.flag }

  private static let interrupt = Interrupt()
}

/// How many signals have come, and where the first one wakes the thread that sets the flag.
///
/// Both are touched before the handler is installed, so that the handler runs no lazy initialiser.
private let signalsSeen = Atomic<Int>(0)
private let wakeUp = Atomic<Int32>(-1)

/// Turns signals into a ``StopFlag``.
///
/// A plain signal handler, not a dispatch source: the latter needs the signal blocked or ignored in every thread, and
/// both would be handed down to the programs that we start. A handler isn't.
private final class Interrupt: Sendable {
  let flag = StopFlag()

  init() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let readEnd = ends[0]
    signalsSeen.store(0, ordering: .sequentiallyConsistent)
    wakeUp.store(ends[1], ordering: .sequentiallyConsistent)
    do {
      try DedicatedThread(name: "signals") { [flag] in
        var byte: UInt8 = 0
        while read(readEnd, &byte, 1) == -1 && errno == EINTR {}
        flag.set()
      }.detach()
    } catch {
      // Without the thread the signals keep their default meaning, which is to end the process.
      return
    }
    for number in [SIGINT, SIGTERM] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in
        // Only async-signal-safe calls from here on.
        if signalsSeen.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue > 0 { _exit(130) }
        let saved = errno
        var byte: UInt8 = 1
        _ = write(wakeUp.load(ordering: .sequentiallyConsistent), &byte, 1)
        errno = saved
      }
      action.sa_flags = SA_RESTART
      sigemptyset(&action.sa_mask)
      sigaction(number, &action, nil)
    }
  }
}
