/// Why a reset doesn't begin: nothing was changed.
public struct ResetRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is in the way, and what to do.
  public let description: String

  /// Stores that are protected and would be emptied.
  init(protected stores: [String]) {
    let names = stores.map { "\"\($0)\"" }.joined(separator: ", ")
    description =
      "the store\(stores.count == 1 ? "" : "s") \(names) \(stores.count == 1 ? "is" : "are") marked \"protected: true\" in"
      + " set.yaml, so a reset doesn't empty \(stores.count == 1 ? "it" : "them"); nothing was changed"
  }

  init(_ description: String) { self.description = description }
}

/// A reset was stopped before its end.
public struct ResetInterrupted: Error, Sendable, Equatable, CustomStringConvertible {
  /// Whether anything was deleted, so that the rest has to follow.
  public let isBegun: Bool

  /// - Parameter isBegun: whether anything may have been deleted.
  public init(isBegun: Bool) { self.isBegun = isBegun }

  /// What to do now.
  public var description: String {
    isBegun
      ? "interrupted; what was decided to stay is written down: run the same command again to delete the rest"
      : "interrupted before anything was changed"
  }
}

/// A reset that can't be done, or not go on.
public struct ResetProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, and what to do.
  public let description: String

  init(_ description: String) { self.description = description }
}
