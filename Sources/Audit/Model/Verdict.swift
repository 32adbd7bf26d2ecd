/// What an audit says of a record that isn't simply alike on both sides.
public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
  /// In the source, not in the target.
  case missing
  /// In the target alone.
  case extra
  case different
  /// A reference that leads nowhere.
  case orphan
  /// Several source records have the key of one row.
  case duplicate
  /// The record can't land, or waits in quarantine: known, and no drift.
  case quarantined
  /// Seen to differ, but changed on either side too lately to tell.
  case inFlight = "in_flight"
  /// A difference that a rule of the mapping allows.
  case tolerated

  /// Whether it is drift: what stands, and no rule allows.
  public var isDrift: Bool {
    switch self {
    case .missing, .extra, .different, .orphan, .duplicate: true
    case .quarantined, .inFlight, .tolerated: false
    }
  }
}

/// How one column differs. Values are text as Postgres writes it; those of personal columns are digests.
public struct ColumnEvidence: Sendable, Equatable, Codable {
  /// A column of the entity's table, or the name of a child table.
  public var column: String
  /// Nil for NULL, and where the side has no row.
  public var source: String?
  public var target: String?

  public init(column: String, source: String? = nil, target: String? = nil) {
    self.column = column
    self.source = source
    self.target = target
  }
}
