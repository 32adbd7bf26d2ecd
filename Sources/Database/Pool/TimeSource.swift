/// Where the time comes from: the machine's clock, or one that a test moves by hand.
public struct TimeSource: Sendable {
  /// The present moment.
  public var now: @Sendable () -> ContinuousClock.Instant
  /// Waits until a moment. Throws `CancellationError` when the task is cancelled.
  public var sleep: @Sendable (_ until: ContinuousClock.Instant) async throws -> Void

  /// A clock from its two parts.
  public init(
    now: @escaping @Sendable () -> ContinuousClock.Instant,
    sleep: @escaping @Sendable (_ until: ContinuousClock.Instant) async throws -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  /// The moment so long from now.
  func deadline(after duration: Duration) -> Deadline { .at(now().advanced(by: duration)) }

  /// The machine's clock.
  public static var system: TimeSource {
    TimeSource(now: { ContinuousClock.now }, sleep: { try await ContinuousClock().sleep(until: $0) })
  }
}
