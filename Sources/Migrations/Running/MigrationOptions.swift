public import Executors

/// How migrations are run.
public struct MigrationOptions {
  /// Milliseconds that a statement waits for a lock before it lets others pass and tries again.
  public var lockTimeout = 2000
  /// Seconds that such tries go on, and that another runner is waited for.
  public var patience = 60.0
  /// Whether a migration may be applied behind one with a higher number.
  public var allowsOutOfOrder = false
  /// The wish to end.
  public var stop = StopFlag()
  /// Gets what a person wants to know meanwhile.
  public var say: (String) -> Void = { _ in }
  /// Whether a pooler stands between; nil to find out.
  var isPooled: Bool?

  /// The usual ones.
  public init() {}
}
