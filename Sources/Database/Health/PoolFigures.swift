/// How a pool is doing.
public struct PoolFigures: Sendable, Hashable {
  /// The most connections there may be.
  public var limit: Int
  /// Connections that are open, being opened or being closed.
  public var open: Int
  /// Open ones that nobody uses.
  public var idle: Int
  /// Callers that wait for one.
  public var waiting: Int
}
