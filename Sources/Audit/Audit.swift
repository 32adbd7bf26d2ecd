public import Backfill
internal import Catalog
internal import Executors
internal import Foundation
public import Mapping
public import Postgres
internal import Progress
internal import RecordSources
internal import Schema
internal import Synchronization

/// What an audit is asked to do.
public struct AuditOptions: Sendable {
  /// Names of entities; empty for all.
  public var entities: [String] = []
  /// Makes the target right where it differs from the source, but for entities that Postgres owns.
  public var repairs = false
  /// The file to write a plan of repairs to, instead of repairing.
  public var plan: String?
  /// Threads, each with its own connections.
  public var workers = 2
  /// Source records in a chunk: the unit that is compared at once, and not again when the audit goes on.
  public var chunkSize = 20_000
  /// Differences that the report itself lists, for each entity.
  public var listed = 20
  /// Seconds for which a difference has to stand, unchanged on both sides, before it is drift; 0 for one fresh look.
  public var margin = 0.0
  /// Seconds after which records that keep changing are told of as in flight; nil for ten times the margin.
  public var patience: Double?
  /// The share of records to look at, above 0 and up to 1; nil for all.
  public var sample: Double?
  /// What the sample is drawn by; nil for a seed by chance. An audit that goes on keeps its own.
  public var seed: Int?
  /// Seconds after which no further chunk is begun; the next audit goes on from there.
  public var budget: Double?
  /// Gives an unfinished audit up and begins a new one.
  public var isNew = false
  /// Takes what the old stores of entities that Postgres owns hold now as what they have to stay.
  public var takesBaselines = false
  /// The lease that the audit runs under; nil for one that somebody started by hand.
  public var tenure: AuditTenure?
  /// Asks whoever installed rules inside the stores whether these are still there and unaltered; nil for not at all.
  public var guardrails: (@Sendable (PostgresConnection) throws -> [OwnershipFinding])?

  public init() {}

  /// One record in so many; nil for all.
  var oneIn: Int? { sample.map { max(1, Int((1 / max($0, 1e-9)).rounded())) } }
}

/// Compares every core entity with its source, and every reference with what it names. Changes nothing but Kedge's own
/// state, unless it repairs.
///
/// Synchronous: call it on a dedicated thread.
public struct Audit: Sendable {
  private let context: BackfillContext
  private let options: AuditOptions
  private let plans: [EntityPlan]
  /// Those whose old store is still the one to be right; of the others the old store must stand still.
  private let compared: [EntityPlan]
  /// Feature entities whose references are checked across stores.
  private let featurePlans: [EntityPlan]

  public init(_ context: BackfillContext, featurePlans: [EntityPlan] = [], options: AuditOptions) {
    self.context = context
    self.options = options
    func isWanted(_ plan: EntityPlan) -> Bool {
      options.entities.isEmpty || options.entities.contains(plan.entity.name)
    }
    plans = context.plans.filter(isWanted)
    compared = plans.filter { $0.entity.phase == .legacy || $0.entity.phase == .shadow }
    self.featurePlans = featurePlans.filter(isWanted)
  }

  public func run() throws -> AuditReport {
    if let file = options.plan { try PlanWriter.check(file) }
    let connection = try PostgresConnection(context.target)
    let catalog = Catalog(connection)
    try verify(connection)
    try catalog.ensure()
    if options.repairs { try Repair.takeSet(context, connection) }
    let ledger = AuditLedger(connection: connection)
    let audit = try ledger.open(AuditRequest(context, plans: plans, options: options), options: options)
    let run = audit.run
    if run.isResumed, context.progress.mode != .quiet {
      context.progress.note("audit: goes on with audit \(run.id), which wasn't finished (--new begins anew)")
    }
    do {
      let report = try compare(audit, connection, catalog)
      try connection.transaction {
        try options.tenure?.finish(connection)
        try ledger.end(run, isComplete: report.isComplete, report: report.stored)
      }
      return report
    } catch let error as any TenureEnded {
      // The run is no longer this process' to write to: whoever has the lease now has closed it, or goes on with it.
      throw error
    } catch {
      let isInterrupted =
        switch error {
        case AuditError.interrupted, RepairError.interrupted: true
        default: false
        }
      do {
        try catalog.finish(
          run, state: isInterrupted ? "interrupted" : "failed", error: isInterrupted ? nil : "\(error)",
          report: nil)
      } catch _ as PostgresError {}
      throw error
    }
  }

  private func verify(_ connection: PostgresConnection) throws {
    let differences = try SchemaPlan(compared, set: context.set).differences(from: connection).filter(
      \.blocksWrites)
    for difference in differences {
      if case .missingTable(let table) = difference {
        let owner = compared.first { $0.table == table || $0.children.contains { $0.table == table } }
        throw AuditError.noTable(entity: owner?.entity.name ?? table.name, table: table.display)
      }
    }
    if !differences.isEmpty { try Catalog(connection).verifyKeys(of: compared.map(\.table.sql)) }
    if !differences.isEmpty { throw AuditError.schemaDiffers(differences.map(\.description)) }
  }

  private func compare(_ audit: OpenAudit, _ connection: PostgresConnection, _ catalog: Catalog) throws
    -> AuditReport
  {
    let startedAt = Date(timeIntervalSinceNow: -audit.age)
    let run = audit.run
    let comparison = Comparison(context, compared, audit, options)
    let results = try comparison.run(connection)
    var tallies = results.map(\.tally)
    let isComplete = results.allSatisfy(\.isComplete)
    // Where the time ended before everything was compared, the audit that goes on looks at what is around the records.
    let referred = try isComplete ? references(run) : ReferenceOutcome()
    for (index, plan) in compared.enumerated() { tallies[index].add(referred.tallies[plan.entity.name]) }
    let mended = try RepairStep(context: context, plans: compared, run: run, options: options).run(connection)
    {
      tallies[$0].repaired += $1
    }
    var report = AuditReport(
      run: run.id, set: context.set.name, startedAt: startedAt, finishedAt: Date(), entities: [])
    report.references = referred.findings
    let owned = try isComplete ? ownership(run, connection) : OwnershipOutcome()
    report.ownership = owned.findings
    report.isComplete = isComplete
    let history = AuditHistory(connection, set: context.set.name, plans: plans + featurePlans)
    for (index, plan) in compared.enumerated() {
      report.entities.append(
        .init(
          entity: plan.entity.name, tally: tallies[index], seconds: results[index].seconds,
          differences: try history.first(options.listed, of: plan.entity.name, in: run.id),
          bound: results[index].bound,
          coverage: results[index].coverage))
    }
    for plan in plans.filter({ owned.notes[$0.entity.name] != nil }) + featurePlans {
      let name = plan.entity.name
      report.entities.append(
        .init(
          entity: name, tally: referred.tallies[name] ?? AuditTally(), seconds: referred.seconds[name] ?? 0,
          differences: try history.first(options.listed, of: plan.entity.name, in: run.id)))
      report.entities[report.entities.count - 1].note = owned.notes[name]
    }
    report.repair = mended.repair
    report.plannedRepairs = mended.planned
    return report
  }

  private func references(_ run: Run) throws -> ReferenceOutcome {
    let audit = try ReferenceAudit(
      context: context, run: run.id, plans: plans, featurePlans: featurePlans, margin: options.margin)
    defer { audit.close() }
    return try audit.look()
  }

  private func ownership(_ run: Run, _ connection: PostgresConnection) throws -> OwnershipOutcome {
    var outcome = try OwnershipAudit(
      context: context, plans: plans, isWhole: options.entities.isEmpty, run: run.id,
      takesBaselines: options.takesBaselines
    ).run(connection)
    if let guardrails = options.guardrails { outcome.findings += try guardrails(connection) }
    return outcome
  }
}
