/// What becomes of source fields that an entity doesn't name.
public struct UnmappedRule: Sendable, Equatable {
  public enum Others: String, Sendable, CaseIterable {
    /// Reported with their number, their kinds and an example.
    case count
    /// Left out, and not reported.
    case ignore
    /// Their records go to quarantine.
    case reject
  }
  /// Fields that are left out by name, whatever becomes of the others. In a path, `[]` stands for every element.
  public var ignored: [ValuePath]
  public var others: Others

  public init(ignored: [ValuePath] = [], others: Others = .count) {
    self.ignored = ignored
    self.others = others
  }
}

/// How many quarantined records an entity's run may have.
public enum QuarantineLimit: Sendable, Equatable, CustomStringConvertible {
  case records(Int)
  /// Of the records read, once there are ``percentBasis`` of them, and at the end.
  case percent(Double)

  /// Records that must have been read before a percentage means anything.
  public static let percentBasis = 1000

  /// Whether so many are too many.
  ///
  /// - Parameter atEnd: whether all records have been read, so that a share of few means something, too.
  public func isExceeded(quarantined: Int, read: Int, atEnd: Bool) -> Bool {
    switch self {
    case .records(let limit): quarantined > limit
    case .percent(let limit):
      (atEnd || read >= Self.percentBasis) && Double(quarantined) * 100 > Double(read) * limit
    }
  }

  /// As a mapping file says it: `100` or `1%`.
  public var description: String {
    switch self {
    case .records(let limit): "\(limit)"
    case .percent(let limit): limit == limit.rounded() ? "\(Int(limit))%" : "\(limit)%"
    }
  }
}
