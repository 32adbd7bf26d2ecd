/// What a reset is asked to do.
public struct ResetOptions: Sendable {
  /// Deletes; otherwise it only says what would go.
  public var applies = false
  /// Records deleted by one statement.
  public var batch = 5_000
  /// Gives an unfinished reset up, and decides anew what stays.
  public var restarts = false

  /// The usual ones.
  public init() {}
}
