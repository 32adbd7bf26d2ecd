public import Backfill
internal import Catalog
internal import Executors
public import Mapping
internal import Postgres

/// What a cleaner is asked to do.
public struct CleanOptions: Sendable {
  /// Names of the entities that refer; empty for all.
  public var entities: [String] = []
  /// Writes; otherwise it only says what it would do.
  public var applies = false
  /// Orphans cleaned in one transaction, or read and changed together.
  public var batch = 500
  /// Seconds for which a reference has to lead nowhere before it counts as an orphan.
  public var margin = 0.0
  /// Orphans that the report lists, for each entity.
  public var listed = 20

  public init() {}
}

/// Does to orphans what the mapping's `on-delete` says, in the store that owns what refers. In small batches: each orphan is
/// looked at once more right before it is changed, and written down before and after in `kedge.audit_repairs`.
///
/// Synchronous: call it on a dedicated thread.
public struct Cleaner: Sendable {
  private let context: BackfillContext
  private let options: CleanOptions
  private let plans: [EntityPlan]
  private let featurePlans: [EntityPlan]

  /// - Throws: ``CleanRefusal`` for an entity that was asked for by name and that its old store still owns.
  public init(_ context: BackfillContext, featurePlans: [EntityPlan], options: CleanOptions)
    throws(CleanRefusal)
  {
    // What it mends is on the side that owns it.
    var context = context
    context.target = context.target.writing(as: "kedge-admin")
    self.context = context
    self.options = options
    func isWanted(_ plan: EntityPlan) -> Bool {
      options.entities.isEmpty || options.entities.contains(plan.entity.name)
    }
    plans = context.plans.filter(isWanted)
    self.featurePlans = featurePlans.filter(isWanted)
    let legacy = plans.first { $0.entity.phase == .legacy || $0.entity.phase == .shadow }
    if !options.entities.isEmpty, let legacy {
      throw CleanRefusal(entity: legacy.entity.name, phase: legacy.entity.phase.rawValue)
    }
  }

  public func run() throws -> CleanReport {
    let connection = try PostgresConnection(context.target)
    defer { connection.close() }
    let catalog = Catalog(connection)
    try catalog.ensure()
    let run = try catalog.start(kind: "clean", set: context.set.name)
    do {
      let report = try clean(run, catalog)
      try catalog.finish(run, state: "done", error: nil, report: nil)
      return report
    } catch {
      do { try catalog.finish(run, state: "failed", error: "\(error)", report: nil) } catch _ as PostgresError
      {}
      throw error
    }
  }

  private func clean(_ run: Run, _ catalog: Catalog) throws -> CleanReport {
    let audit = try ReferenceAudit(
      context: context, run: run.id, plans: plans, featurePlans: featurePlans, margin: options.margin)
    defer { audit.close() }
    let outcome = try audit.look()
    var report = CleanReport(run: run.id, isApplied: options.applies)
    for (plan, finding) in zip(audit.references, outcome.findings) {
      let rule = CleanRule(plan, set: context.set)
      var cleaned = CleanedReference(
        name: plan.name, entity: plan.entity.name,
        store: plan.entity.owner == .core ? "postgres" : plan.entity.store, action: rule.action,
        reason: rule.reason, orphans: finding.orphans, cleaned: 0)
      if options.applies, rule.action != .none, finding.orphans > 0 {
        try apply(plan, rule.action, audit, run, &cleaned)
      }
      report.references.append(cleaned)
    }
    let history = AuditHistory(catalog.connection, set: context.set.name, plans: plans + featurePlans)
    for plan in plans + featurePlans {
      report.samples += try history.first(options.listed, of: plan.entity.name, in: run.id)
    }
    return report
  }

  private func apply(
    _ plan: ReferencePlan, _ action: CleanAction, _ audit: ReferenceAudit, _ run: Run,
    _ cleaned: inout CleanedReference
  ) throws {
    let orphans = try audit.connection.query(
      "SELECT min(id) AS low, max(id) AS high FROM \(OrphanSuspects.table) WHERE reference = \(plan.number) AND stands"
    ).first
    guard let low = try orphans?.optionalInt("low"), let high = try orphans?.optionalInt("high") else {
      return
    }
    var first = low
    let records =
      plan.entity.owner == .core
      ? nil : try RecordCleaning(plan, action, audit, context: context, run: run.id)
    while first <= high {
      if context.stop.isSet { throw AuditError.interrupted }
      let last = first + max(1, options.batch) - 1
      do {
        let outcome =
          try records?.clean(first...last)
          ?? RowCleaning(plan: plan, action: action, audit: audit, run: run.id).clean(first...last)
        cleaned.cleaned += outcome.cleaned
        cleaned.gone += outcome.gone
      } catch let error as PostgresError where error.sqlState?.hasPrefix("23") ?? false {
        cleaned.reason = "a constraint keeps what refers: \(error)"
        return
      }
      first = last + 1
    }
  }
}
