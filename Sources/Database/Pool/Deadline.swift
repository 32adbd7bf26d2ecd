/// Until when something may take: waiting for a connection included.
public struct Deadline: Sendable, Hashable {
  /// The moment.
  public let instant: ContinuousClock.Instant

  /// At this moment.
  public static func at(_ instant: ContinuousClock.Instant) -> Deadline { Deadline(instant: instant) }

  /// So long from now.
  public static func after(_ duration: Duration) -> Deadline {
    Deadline(instant: ContinuousClock.now.advanced(by: duration))
  }

  /// The earlier of two, of which either may be absent.
  static func earlier(_ first: Deadline?, _ second: Deadline?) -> Deadline? {
    guard let first, let second else { return first ?? second }
    return first.instant < second.instant ? first : second
  }

  func hasPassed(_ time: TimeSource) -> Bool { time.now() >= instant }
}
