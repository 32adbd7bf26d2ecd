/// What the copying of files found and did.
public struct FileCopyReport: Sendable, Equatable {
  /// Something that keeps a file from being at both places alike.
  public struct Problem: Sendable, Equatable {
    /// The file's name below the place that was copied from.
    public var name: String
    /// What's wrong with it.
    public var reason: String

    /// Describes a problem.
    public init(name: String, reason: String) {
      self.name = name
      self.reason = reason
    }
  }

  /// Files that were copied and verified; of a dry run, those that would be.
  public var copied = 0
  /// Their bytes.
  public var bytes = 0
  /// Files that were there already, the same.
  public var unchanged = 0
  /// Files at the destination with other bytes, which were replaced (they count as copied, too).
  public var overwritten = 0
  /// Files that are at the destination with other bytes, and were left alone.
  public var differing: [Problem] = []
  /// How many of them there are.
  public var differingCount = 0
  /// Files that couldn't be copied.
  public var failed: [Problem] = []
  /// How many of them there are.
  public var failedCount = 0
  /// Temporary files of processes that were killed, removed.
  public var abandoned = 0

  /// Problems that are named; of more, only the number is told.
  static let mostNamed = 100

  /// Whether every file of the source is at the destination, alike.
  public var isWhole: Bool { differingCount == 0 && failedCount == 0 }

  mutating func differs(_ name: String, _ reason: String) {
    differingCount += 1
    if differing.count < Self.mostNamed { differing.append(Problem(name: name, reason: reason)) }
  }

  mutating func fails(_ name: String, _ reason: String) {
    failedCount += 1
    if failed.count < Self.mostNamed { failed.append(Problem(name: name, reason: reason)) }
  }
}
