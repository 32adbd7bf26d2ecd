internal import Backfill
internal import Catalog
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress
internal import RecordSources
internal import Synchronization

/// Compares all entities with several workers, then looks again at what is suspected.
struct Comparison {
  /// What became of one entity.
  struct Result: Sendable {
    var tally: AuditTally
    var seconds: Double
    var coverage: Double
    var bound: SampleBound?
    var isComplete: Bool { coverage >= 1 }
  }
  /// The confidence of a sample's bound.
  private static let confidence = 0.95

  private let context: BackfillContext
  private let plans: [EntityPlan]
  private let audit: OpenAudit
  private let options: AuditOptions

  init(_ context: BackfillContext, _ plans: [EntityPlan], _ audit: OpenAudit, _ options: AuditOptions) {
    self.context = context
    self.plans = plans
    self.audit = audit
    self.options = options
  }

  /// - Returns: one result for each plan.
  func run(_ connection: PostgresConnection) throws -> [Result] {
    let begun = Date()
    let ledger = AuditLedger(connection: connection)
    let workers = max(1, options.workers)
    var pools: [String: SessionPool] = [:]
    for plan in plans where pools[plan.entity.store] == nil {
      // One more, for what is asked here. All of them see one snapshot, where the store has any.
      pools[plan.entity.store] = try context.source(of: plan).openSessions(workers + 1)
    }
    let states = try open(ledger, pools)
    let queue = AuditQueue(
      states, run: audit.run,
      planner: ChunkPlanner(run: audit.run, chunkSize: max(1, options.chunkSize), oneIn: options.oneIn),
      stop: context.stop, deadline: options.budget.map { begun.addingTimeInterval($0) })
    let (shared, context, plans, audit, options) = (pools, context, plans, audit, options)
    _ = try parallel(workers, name: "kedge-audit", stop: context.stop) { _ in
      try AuditWorker(context, plans, audit, options, pools: shared).work(queue)
    }
    if context.stop.isSet { throw AuditError.interrupted }
    try settle(workers)
    return try states.map { try result($0, ledger) }
  }

  private func open(_ ledger: AuditLedger, _ pools: [String: SessionPool]) throws -> [EntityState] {
    var sessions: [String: any SourceSession] = [:]
    return try plans.enumerated().map { index, plan in
      guard let session = sessions[plan.entity.store] ?? pools[plan.entity.store]?.take() else {
        throw SourceProblem(entity: plan.entity.name, message: "the source gave no session")
      }
      sessions[plan.entity.store] = session
      try session.verify(plan)
      let state = EntityState(plan, index: index)
      // For the display, and for the share that is compared when the time ends.
      if context.progress.mode != .quiet || options.budget != nil {
        state.estimate = try session.estimatedCount(of: plan.entity)
      }
      state.take(try ledger.progress(audit.run, plan.entity.name))
      context.progress.start(entity: plan.entity.name, total: state.estimate)
      context.progress.advance(entity: plan.entity.name, by: state.records)
      if state.isDone { context.progress.finish(entity: plan.entity.name) }
      return state
    }
  }

  private func settle(_ workers: Int) throws {
    guard options.margin > 0 else { return }
    let patience = options.patience ?? max(10 * options.margin, 10)
    let limit = Date(timeIntervalSinceNow: patience)
    let next = Mutex(0)
    let (context, plans, audit, margin) = (context, plans, audit, options.margin)
    _ = try parallel(workers, name: "kedge-settle", stop: context.stop) { _ in
      let connection = try PostgresConnection(context.target)
      let settling = Settling(context: context, audit: audit, margin: margin, limit: limit)
      while !context.stop.isSet {
        let index = next.withLock { value in
          defer { value += 1 }
          return value
        }
        guard index < plans.count else { return }
        try settling.run(plans[index], connection)
      }
    }
    if context.stop.isSet { throw AuditError.interrupted }
  }

  private func result(_ state: EntityState, _ ledger: AuditLedger) throws -> Result {
    let name = state.plan.entity.name
    // Chunks and what was settled since; the differences that stand are in the table.
    var tally = try ledger.progress(audit.run, name).tally
    let standing = try ledger.confirmed(audit.run, name)
    tally.missing = standing[.missing] ?? 0
    tally.extra = standing[.extra] ?? 0
    tally.different = standing[.different] ?? 0
    tally.duplicates = standing[.duplicate] ?? 0
    tally.inFlight += standing[.inFlight] ?? 0
    var result = Result(tally: tally, seconds: state.seconds, coverage: state.coverage, bound: nil)
    if let oneIn = options.oneIn {
      let drifting = try ledger.drifting(audit.run, name)
      let coversExtras = if case .sample(.some) = state.way { true } else { false }
      result.bound = SampleBound(
        share: 1 / Double(oneIn), population: state.records, sampled: state.sampled, drifting: drifting,
        confidence: Self.confidence,
        upperShare: oneIn == 1
          ? Double(drifting) / Double(max(1, state.sampled))
          : ClopperPearson.upper(found: drifting, of: state.sampled, confidence: Self.confidence),
        coversExtras: coversExtras, seed: audit.seed)
    }
    return result
  }
}
