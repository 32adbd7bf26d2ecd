internal import Executors
internal import Foundation

/// How fast the workers of this process may go, and whether at all: steered from outside while they work.
///
/// `@unchecked Sendable`: every stored property is touched only while `condition` is locked.
final class Pace: @unchecked Sendable {
  private let condition = NSCondition()
  /// Records per second of this process; nil for no limit.
  private var rate: Double?
  private var begun = Date()
  private var used = 0
  private var isPaused = false
  private let stop: StopFlag
  private var registration: StopFlag.Registration?

  init(rate: Double?, stop: StopFlag) {
    self.rate = rate
    self.stop = stop
    registration = stop.onSet { [weak self] in self?.wake() }
  }

  deinit { registration?.remove() }

  /// Sets the limit of this process; what was used before doesn't count.
  func set(rate: Double?) {
    condition.lock()
    defer { condition.unlock() }
    guard rate != self.rate else { return }
    self.rate = rate
    begun = Date()
    used = 0
    condition.broadcast()
  }

  func set(isPaused: Bool) {
    condition.lock()
    defer { condition.unlock() }
    guard isPaused != self.isPaused else { return }
    self.isPaused = isPaused
    // A pause isn't time that may be made up for.
    begun = Date()
    used = 0
    condition.broadcast()
  }

  /// Takes part of the allowance; waits on the calling (dedicated) thread until it is there.
  func take(_ records: Int) {
    condition.lock()
    defer { condition.unlock() }
    used += records
    while !stop.isSet, let rate {
      let due = begun.addingTimeInterval(Double(used) / rate)
      guard due > Date() else { return }
      _ = condition.wait(until: due)
    }
  }

  /// Waits while the run is paused. Called between chunks, with no transaction open.
  func waitWhilePaused() {
    condition.lock()
    defer { condition.unlock() }
    while isPaused, !stop.isSet { condition.wait() }
  }

  /// Whether work should end at the next good place, since the run is to pause.
  var wantsPause: Bool {
    condition.lock()
    defer { condition.unlock() }
    return isPaused
  }

  private func wake() {
    condition.lock()
    condition.broadcast()
    condition.unlock()
  }
}
