/// What a guardrail says to a write.
public struct GuardDecision: Sendable, Equatable {
  public let reason: GuardReason
  /// Whether the write goes ahead.
  public let isAllowed: Bool

  /// - Parameter observes: whether the entity is only observed.
  public init(_ reason: GuardReason, observes: Bool = false) {
    self.reason = reason
    isAllowed = reason.isAllowed || (observes && !reason.isAlwaysRefused)
  }

  /// Whether it goes ahead although it is wrong, because the entity is only observed.
  public var isObserved: Bool { isAllowed && !reason.isAllowed }
}
