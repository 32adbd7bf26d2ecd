/// What an audit found of one entity.
public struct AuditTally: Sendable, Equatable {
  /// Source records that were compared (or are known to be missing).
  public var compared = 0
  public var matching = 0
  /// In the source, not in the target.
  public var missing = 0
  /// In the target alone.
  public var extra = 0
  public var different = 0
  /// References that lead nowhere.
  public var orphans = 0
  /// Source records that can't land, or wait in quarantine: known, and no drift.
  public var quarantined = 0
  /// Left out by a declared filter.
  public var filtered = 0
  /// Differences that were gone when looked at again.
  public var inFlight = 0
  /// Differences that `--repair` mended.
  public var repaired = 0
  /// Orphans that the mapping only counts (`enforce: none`): reported, no drift.
  public var toleratedOrphans = 0

  public init() {}

  /// Differences that stand.
  public var drift: Int { missing + extra + different + orphans - repaired }
}

/// One difference, as reports show it.
public struct AuditDifference: Sendable {
  public var entity: String
  /// `missing`, `extra`, `different` or `orphan`.
  public var kind: String
  /// The key's columns as text; digests where the column is personal.
  public var key: [String]
  /// Columns that differ, or that hold the orphaned reference.
  public var columns: [String]
  public var isRepaired: Bool
}

public struct AuditReport: Sendable {
  public struct EntityReport: Sendable {
    public var entity: String
    public var tally: AuditTally
    public var seconds: Double
    /// The first differences; the rest is in `kedge.audit_differences`.
    public var differences: [AuditDifference]
  }
  public var run: Int
  public var entities: [EntityReport]
  /// Whether any difference stands.
  public var hasDrift: Bool { entities.contains { $0.tally.drift > 0 } }
}

/// What stops an audit.
public enum AuditError: Error, Sendable, CustomStringConvertible {
  case noTable(entity: String, table: String)
  case schemaDiffers([String])
  case interrupted

  public var description: String {
    switch self {
    case .noTable(let entity, let table):
      "entity \"\(entity)\": the target has no table \(table) yet; run: kedge backfill"
    case .schemaDiffers(let differences):
      "the target's schema isn't what the mapping says, so its values can't be compared:\n"
        + differences.map { "  - \($0)" }.joined(separator: "\n")
    case .interrupted: "interrupted; an audit changes nothing, so it can simply be run again"
    }
  }
}
