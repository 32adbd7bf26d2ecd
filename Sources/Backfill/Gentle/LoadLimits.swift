/// How much load the target may be under before workers rest. Nil switches a limit off.
public struct LoadLimits: Sendable, Equatable {
  /// Seconds that a replica may be behind.
  public var lag: Double? = 30
  /// Seconds that a small write may take.
  public var latency: Double? = 2
  /// Checkpoints in a minute that came before their time, since so much was written. No limit unless one is asked for: a
  /// server that nobody uses yet is loaded fastest in this way.
  public var checkpoints: Int?

  public init() {}
}
