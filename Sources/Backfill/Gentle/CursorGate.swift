internal import Executors
internal import Foundation

/// Lets at most so many of this process' workers read from a source at a time.
///
/// `@unchecked Sendable`: `free` is touched only while `condition` is locked.
final class CursorGate: @unchecked Sendable {
  private let condition = NSCondition()
  private let stop: StopFlag
  private var free: Int
  private var registration: StopFlag.Registration?

  init(_ cursors: Int, stop: StopFlag) {
    free = cursors
    self.stop = stop
    registration = stop.onSet { [weak self] in self?.wake() }
  }

  deinit { registration?.remove() }

  /// Waits for a place.
  ///
  /// - Throws: `BackfillInterruption` when the process is to end.
  func enter() throws {
    condition.lock()
    defer { condition.unlock() }
    while free == 0 {
      if stop.isSet { throw BackfillInterruption() }
      condition.wait()
    }
    free -= 1
  }

  func leave() {
    condition.lock()
    free += 1
    condition.signal()
    condition.unlock()
  }

  private func wake() {
    condition.lock()
    condition.broadcast()
    condition.unlock()
  }
}
