public import Catalog
public import Codec
public import Executors
public import Mapping
public import Postgres
public import Progress
public import RecordSources

/// What a backfill is asked to do.
public struct BackfillOptions: Sendable {
  /// Names of entities; empty for all core entities.
  public var entities: [String] = []
  /// Threads, each with its own connections.
  public var workers = 2
  /// Records in a chunk.
  public var chunkSize = 20_000
  /// Stops each entity after this many records.
  public var limit: Int?
  /// Records per second over all workers of the run, in all its processes; nil for as fast as it goes.
  public var rate: Int?
  /// Cursors that this process' workers may have open on a source at a time; nil for one each.
  public var sourceCursors: Int?
  /// The hours in which work may be done; nil for all.
  public var window: MaintenanceWindow?
  /// How much load the target may be under before workers rest.
  public var loadLimits = LoadLimits()
  /// Seconds for which an error that may pass is met with another try, counted since work last went on.
  public var patience: Double = 300
  /// Seconds without a heartbeat after which other processes may take over what this one holds.
  public var lease = 30
  /// The one run that may be continued; nil for the set's latest that isn't finished, or a new one.
  public var join: Int?
  /// Gives an unfinished run up and begins a new one.
  public var isNew = false
  /// The primary key of a table that is empty is built after its rows where the source holds at least so many records; nil for never.
  public var postponesKeysFrom: Int? = 100_000
  /// Creates schemas, tables, indexes and foreign keys that are missing.
  public var createsSchema = true

  public init() {}
}

/// What the engine needs to run: the set, its compiled core entities, and ways to open both sides.
public struct BackfillContext: Sendable {
  public var set: MappingSet
  /// In load order.
  public var plans: [EntityPlan]
  /// By the name of the store that the entities name.
  public var sources: [String: any RecordSource]
  /// Sessions made of it say that the mover writes, which guardrails in the database ask for.
  public var target: PostgresSettings
  public var progress: ProgressReporter
  public var stop: StopFlag

  public init(
    set: MappingSet, plans: [EntityPlan], sources: [String: any RecordSource], target: PostgresSettings,
    progress: ProgressReporter, stop: StopFlag
  ) {
    self.set = set
    self.plans = plans
    self.sources = sources
    self.target = target.writing(as: "kedge")
    self.progress = progress
    self.stop = stop
  }

  /// Tells in one line what everybody may want to know, unless nothing is to be said.
  func teller(_ subject: String) -> @Sendable (String) -> Void {
    let progress = progress
    return { line in if progress.mode != .quiet { progress.note("\(subject): \(line)") } }
  }

  public func source(of plan: EntityPlan) throws -> any RecordSource {
    guard let source = sources[plan.entity.store] else {
      throw SourceProblem(
        entity: plan.entity.name, message: "no source is configured for the store \"\(plan.entity.store)\"")
    }
    return source
  }
}

/// What a backfill did.
public struct BackfillReport: Sendable {
  public struct EntityReport: Sendable {
    public var entity: String
    public var tally: Tally
    public var seconds: Double
    /// Fields that nothing maps.
    public var unmapped: [UnmappedField]
  }
  /// Nil for a dry run.
  public var run: Int?
  public var isResumed = false
  public var entities: [EntityReport] = []

  public var total: Tally {
    entities.reduce(into: Tally()) { $0 += $1.tally }
  }
  /// Whether every record read is accounted for.
  public var isBalanced: Bool { entities.allSatisfy(\.tally.isBalanced) }
}

/// Why a backfill stopped before its end.
public enum BackfillError: Error, Sendable, CustomStringConvertible {
  case interrupted
  case unbalanced(entity: String, Tally)
  case quarantineLimit(entity: String, limit: QuarantineLimit, found: Int, read: Int, isDryRun: Bool = false)
  case schemaDiffers([String])
  /// Another process ended the run, and why.
  case endedElsewhere(String)

  public var description: String {
    switch self {
    case .interrupted: "interrupted; run the same command again to go on from the last finished chunk"
    case .endedElsewhere(let reason):
      "another process of this run ended it: \(reason)"
    case .unbalanced(let entity, let tally):
      "entity \"\(entity)\": \(tally.read) records were read, but \(tally.landed) landed, \(tally.unchanged) were"
        + " unchanged, \(tally.quarantined) quarantined and \(tally.filtered) filtered. The sum must hold: this is"
        + " a defect in kedge; please report it."
    case .quarantineLimit(let entity, let limit, let found, let read, isDryRun: true):
      "entity \"\(entity)\": \(found) records would be quarantined, more than its limit of \(limit), after \(read)"
        + " were read; the reasons stand above; mend the mapping or the source, or raise the limit"
    case .quarantineLimit(let entity, let limit, let found, let read, isDryRun: false):
      "entity \"\(entity)\": \(found) records are quarantined, more than its limit of \(limit), after \(read) were"
        + " read; see why with: kedge quarantine list --entity \(entity); then mend the mapping or the source, or raise"
        + " the limit, and run the same command again"
    case .schemaDiffers(let differences):
      "the target's schema isn't what the mapping says:\n"
        + differences.map { "  - \($0)" }.joined(separator: "\n")
        + "\nchange the mapping or the tables; see all of it with: kedge schema --diff"
    }
  }
}
