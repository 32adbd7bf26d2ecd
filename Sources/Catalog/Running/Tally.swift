/// How many records a run, an entity or a chunk has read, and what became of them.
public struct Tally: Sendable, Equatable {
  public var read = 0
  public var landed = 0
  public var unchanged = 0
  public var quarantined = 0
  public var filtered = 0

  public init() {}

  /// Nothing is lost: every record read is exactly one of the four.
  public var isBalanced: Bool { read == landed + unchanged + quarantined + filtered }

  public static func += (left: inout Tally, right: Tally) {
    left.read += right.read
    left.landed += right.landed
    left.unchanged += right.unchanged
    left.quarantined += right.quarantined
    left.filtered += right.filtered
  }
}
