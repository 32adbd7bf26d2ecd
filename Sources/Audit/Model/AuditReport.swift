public import Foundation

/// What an audit found of one entity.
public struct AuditTally: Sendable, Equatable, Codable {
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
  /// Source records whose key another one has, too.
  public var duplicates = 0
  /// Source records that can't land, or wait in quarantine: known, and no drift.
  public var quarantined = 0
  /// Left out by a declared filter.
  public var filtered = 0
  /// Differences that were gone when looked at again, or that changed too lately to tell.
  public var inFlight = 0
  /// Differences that a rule of the mapping allows.
  public var tolerated = 0
  /// Differences that `--repair` mended.
  public var repaired = 0
  /// Orphans that the mapping only counts (`enforce: none`): reported, no drift.
  public var toleratedOrphans = 0

  public init() {}

  /// Differences that stand.
  public var drift: Int { missing + extra + different + orphans + duplicates - repaired }
}

/// One difference, as reports show it.
public struct AuditDifference: Sendable, Equatable, Codable {
  public var entity: String
  public var verdict: Verdict
  /// The key's columns as text; digests where the column is personal.
  public var key: [String]
  /// What differs; for an orphan, the columns that refer. Empty for `missing` and `extra`.
  public var columns: [ColumnEvidence]
  /// The rule that allows it, as the mapping has it: `tolerance score 0.001`.
  public var rule: String?
  /// For an orphan: the reference, as in ``ReferenceFinding/name``.
  public var reference: String?
  public var firstSeen: Date
  public var lastSeen: Date
  /// How often both sides were looked at.
  public var looks: Int
  public var isRepaired: Bool

  public init(
    entity: String, verdict: Verdict, key: [String], columns: [ColumnEvidence] = [], rule: String? = nil,
    reference: String? = nil, firstSeen: Date, lastSeen: Date, looks: Int = 1, isRepaired: Bool = false
  ) {
    self.entity = entity
    self.verdict = verdict
    self.key = key
    self.columns = columns
    self.rule = rule
    self.reference = reference
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
    self.looks = looks
    self.isRepaired = isRepaired
  }
}

/// What a sample says of the records that weren't looked at.
public struct SampleBound: Sendable, Equatable, Codable {
  /// The share of records that was asked for, 0 to 1.
  public var share: Double
  /// Records of the source, sampled and not.
  public var population: Int
  public var sampled: Int
  /// Sampled records with drift.
  public var drifting: Int
  /// The confidence of the bound, 0 to 1.
  public var confidence: Double
  /// With that confidence, at most this share of all records drifts, 0 to 1.
  public var upperShare: Double
  /// Whether rows that no source record has can be in the sample: they can't where keys don't sort as the source does.
  public var coversExtras: Bool
  /// What the records were drawn by: the same seed draws the same ones.
  public var seed: Int

  public init(
    share: Double, population: Int, sampled: Int, drifting: Int, confidence: Double, upperShare: Double,
    coversExtras: Bool = true, seed: Int = 0
  ) {
    self.share = share
    self.population = population
    self.sampled = sampled
    self.drifting = drifting
    self.confidence = confidence
    self.upperShare = upperShare
    self.coversExtras = coversExtras
    self.seed = seed
  }
}

/// What became of one declared reference.
public struct ReferenceFinding: Sendable, Equatable, Codable {
  /// `conversations.user_id → users.id`.
  public var name: String
  /// The entity that refers.
  public var entity: String
  /// The entity referred to.
  public var refersTo: String
  /// Whether the two live in different stores.
  public var isAcrossStores: Bool
  /// References that were looked up (elements, for an array of references).
  public var checked: Int
  public var orphans: Int
  /// Whether orphans count as drift.
  public var isEnforced: Bool

  public init(
    name: String, entity: String, refersTo: String, isAcrossStores: Bool, checked: Int, orphans: Int,
    isEnforced: Bool
  ) {
    self.name = name
    self.entity = entity
    self.refersTo = refersTo
    self.isAcrossStores = isAcrossStores
    self.checked = checked
    self.orphans = orphans
    self.isEnforced = isEnforced
  }
}

/// Something that isn't where, or as, the mapping says: ownership drift, not a record's.
public struct OwnershipFinding: Sendable, Equatable, Codable {
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Written in the old store, though Postgres owns the entity.
    case writtenInOldStore = "written-in-old-store"
    /// A table of the core schema that holds what a feature store owns.
    case featureDataInCore = "feature-data-in-core"
    /// A table or collection that no mapping declares.
    case undeclared
    /// A column, type, key, index or constraint that isn't as the mapping says.
    case schemaDiffers = "schema-differs"
    /// A guardrail that was installed and is gone or was altered.
    case guardrail
  }
  public var kind: Kind
  /// The store's name in the mapping; `postgres` for the target.
  public var store: String
  /// The table or collection.
  public var object: String
  public var entity: String?
  /// A sentence: what was found, and what to do.
  public var message: String
  /// Whether it counts as drift; what is only worth knowing doesn't.
  public var isDrift: Bool

  public init(
    kind: Kind, store: String, object: String, entity: String? = nil, message: String, isDrift: Bool
  ) {
    self.kind = kind
    self.store = store
    self.object = object
    self.entity = entity
    self.message = message
    self.isDrift = isDrift
  }
}

/// What an audit found.
public struct AuditReport: Sendable, Equatable {
  public struct EntityReport: Sendable, Equatable {
    public var entity: String
    public var tally: AuditTally
    public var seconds: Double
    /// The first differences; the rest is in `kedge.audit_differences`.
    public var differences: [AuditDifference]
    /// For a sample: what it says of the rest.
    public var bound: SampleBound?
    /// The share of the entity's key ranges that has been compared, 0 to 1; below 1 where the time budget ended.
    public var coverage = 1.0

    public init(
      entity: String, tally: AuditTally, seconds: Double, differences: [AuditDifference],
      bound: SampleBound? = nil, coverage: Double = 1
    ) {
      self.entity = entity
      self.tally = tally
      self.seconds = seconds
      self.differences = differences
      self.bound = bound
      self.coverage = coverage
    }
  }
  public var run: Int
  /// The mapping set's name.
  public var set: String
  public var startedAt: Date
  public var finishedAt: Date
  public var entities: [EntityReport]
  public var references: [ReferenceFinding] = []
  public var ownership: [OwnershipFinding] = []
  /// False where the time budget ended before everything was compared; the next audit goes on from there.
  public var isComplete = true

  public init(run: Int, set: String, startedAt: Date, finishedAt: Date, entities: [EntityReport]) {
    self.run = run
    self.set = set
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.entities = entities
  }

  /// Whether any difference stands.
  public var hasDrift: Bool {
    entities.contains { $0.tally.drift > 0 } || ownership.contains(where: \.isDrift)
  }
}
