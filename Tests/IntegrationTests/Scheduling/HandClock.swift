import Executors
import Glibc
import Scheduling
import Synchronization

/// A clock that goes as fast as a test wants: whoever waits finds that the time has come.
final class HandClock: ScheduleClock {
  private let time = Mutex(0.0)

  var elapsed: Double { time.withLock { $0 } }

  func advance(by seconds: Double) { time.withLock { $0 += seconds } }

  func wait(until deadline: Double, unless flags: [StopFlag]) {
    // Not a wait for anything: who polls by this clock leaves others the processor.
    usleep(1000)
    guard !flags.contains(where: \.isSet) else { return }
    time.withLock { $0 = max($0, deadline) }
  }
}
