package import Executors
internal import Foundation

/// Waits between tries.
package enum Pause {
  /// Waits that long, or until the flag is set.
  package static func wait(_ seconds: Double, unless stop: StopFlag) {
    let condition = NSCondition()
    let registration = stop.onSet {
      condition.lock()
      condition.broadcast()
      condition.unlock()
    }
    defer { registration.remove() }
    let end = ContinuousClock.now + .seconds(seconds)
    condition.lock()
    defer { condition.unlock() }
    while !stop.isSet {
      let left = ContinuousClock.now.duration(to: end) / .seconds(1)
      guard left > 0 else { return }
      _ = condition.wait(until: Date(timeIntervalSinceNow: left))
    }
  }
}
