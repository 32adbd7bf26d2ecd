public import Executors
internal import Foundation

/// What a schedule takes the time from, and waits by. The only thing that tests put their own in place of.
public protocol ScheduleClock: Sendable {
  /// Seconds since some moment; it never goes back, and goes on while the machine sleeps.
  var elapsed: Double { get }

  /// Waits until ``elapsed`` has reached `deadline`, or one of the flags is set.
  func wait(until deadline: Double, unless flags: [StopFlag])
}

/// The machine's own clock.
public struct SteadyClock: ScheduleClock {
  private let origin = ContinuousClock.now

  public init() {}

  public var elapsed: Double { origin.duration(to: .now) / .seconds(1) }

  public func wait(until deadline: Double, unless flags: [StopFlag]) {
    let condition = NSCondition()
    let registrations = flags.map { flag in
      flag.onSet {
        condition.lock()
        condition.broadcast()
        condition.unlock()
      }
    }
    defer { for registration in registrations { registration.remove() } }
    condition.lock()
    defer { condition.unlock() }
    while !flags.contains(where: \.isSet) {
      let left = deadline - elapsed
      guard left > 0 else { return }
      // In pieces, for the condition waits by the wall clock, which somebody may set.
      _ = condition.wait(until: Date(timeIntervalSinceNow: min(left, 30)))
    }
  }
}
