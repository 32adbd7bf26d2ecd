public import Foundation
internal import Synchronization

/// What time it is.
public protocol CoreClock: Sendable {
  /// The time now.
  var now: Date { get }
}

/// The system's clock.
public struct SystemClock: CoreClock {
  /// The system's clock.
  public init() {}
  /// The time now.
  public var now: Date { Date() }
}

/// A clock that stands still until it is set, for tests and for work on the past.
public final class SetClock: CoreClock {
  private let time: Mutex<Date>

  /// A clock that shows `time`.
  public init(_ time: Date) { self.time = Mutex(time) }

  /// The time that it shows.
  public var now: Date { time.withLock { $0 } }

  /// Puts it forward, or back.
  public func advance(by seconds: TimeInterval) { time.withLock { $0 += seconds } }
}
