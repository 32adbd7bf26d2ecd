public import Backfill
internal import Catalog
internal import Codec
internal import Executors
internal import Mapping
internal import Postgres
internal import Progress
internal import RecordSources

/// Empties what a mapping declares, but for what its keep rules name and all that this refers to.
///
/// What stays is decided once, before anything goes, and written down; a reset that was stopped goes on by that. Synchronous:
/// call it on a dedicated thread.
public struct Reset {
  private let context: BackfillContext
  private let options: ResetOptions

  /// - Parameter context: its plans are those of all core entities, those without an older store among them. Mongo sources
  ///   must read from the primary: what is decided by must not be older than what goes.
  /// - Throws: ``ResetRefusal`` where a store that would be emptied is protected.
  public init(_ context: BackfillContext, options: ResetOptions) throws(ResetRefusal) {
    try ResetPlan.refuseProtected(context.set)
    // It works on the side that owns the data, sent by a person; and on copies of what the other side owns, which go with it.
    var context = context
    context.target = context.target.writing(as: "kedge-admin")
    context.target.sessionSettings["kedge.reset"] = "on"
    self.context = context
    self.options = options
  }

  /// Decides what stays, shows it to `confirm`, and deletes the rest unless that throws.
  ///
  /// - Returns: What went and what stays; without `applies`, what would.
  /// - Throws: ``ResetRefusal``, ``ResetProblem``, ``ResetInterrupted``, `CatalogError.busy` while others work on the set; what
  ///   a store throws.
  public func run(confirm: (ResetReport) throws -> Void) throws -> ResetReport {
    let connection = try PostgresConnection(context.target)
    defer { connection.close() }
    let catalog = Catalog(connection)
    if options.applies { try lock(catalog) }
    let plan = try ResetPlan(context.set, plans: context.plans, connection: connection)
    let sources = plan.emptied.filter { !$0.isRows }.compactMap { context.sources[$0.store]?.identity }
    let fingerprint = plan.fingerprint(sources: sources)
    let ledger = ResetLedger(connection: connection, set: context.set.name)
    let writers = Writers(context)
    var report: ResetReport
    if let unfinished = try ledger.unfinished(), !options.restarts {
      guard unfinished.fingerprint == fingerprint else {
        throw ResetProblem(
          "reset \(unfinished.id), begun at \(unfinished.startedAt) UTC, isn't finished, and the mapping, a phase or a store"
            + " isn't what it was then. Go back to that and run the same command again to delete the rest; or decide anew"
            + " with --restart")
      }
      report = try ResetSurvey(plan: plan, context: context, connection: connection, writers: writers)
        .resumed(unfinished, ledger)
    } else {
      report = try ResetSurvey(plan: plan, context: context, connection: connection, writers: writers).fresh()
    }
    guard options.applies else { return report }
    try confirm(report)
    if context.stop.isSet { throw ResetInterrupted(isBegun: report.isResumed) }
    try catalog.ensure()
    StopPoint.reach(.beforePlan)
    let reset = try report.reset ?? ledger.begin(plan, fingerprint: fingerprint, items: report.items)
    StopPoint.reach(.afterPlan)
    if report.isResumed { try correct(reset, plan, ledger, writers) }
    try remove(reset, plan, ledger, writers)
    StopPoint.reach(.beforeFinish)
    try ledger.finish(reset, plan)
    StopPoint.reach(.afterFinish)
    report.reset = reset
    report.items = try ledger.objects(of: reset).map(\.item)
    report.advice = advice(plan, report)
    return report
  }

  /// Nobody else moves, audits or repairs the set meanwhile.
  private func lock(_ catalog: Catalog) throws {
    try catalog.lock(set: context.set.name)
    if try catalog.isCurrent(), try catalog.liveMembers(of: context.set.name) > 0 {
      throw CatalogError.busy(set: context.set.name)
    }
    if try catalog.exists() { try catalog.verifyPhases(of: context.set.entities, in: context.set.name) }
    try KeyMaking.finish(set: context.set.name, catalog)
  }

  /// A process that was killed has deleted what it could no longer write down.
  private func correct(_ reset: Int, _ plan: ResetPlan, _ ledger: ResetLedger, _ writers: Writers) throws {
    for object in plan.emptied where !object.isRows {
      guard let entity = object.entities.first else { continue }
      try ledger.correct(object, of: reset, left: try writers.writer(of: object).count(of: entity))
    }
  }

  private func remove(_ reset: Int, _ plan: ResetPlan, _ ledger: ResetLedger, _ writers: Writers) throws {
    let done = try ledger.objects(of: reset)
    var unfinished = plan.objects.filter { object in
      !object.keepsAll
        && !done.contains { $0.isDone && $0.item.store == object.store && $0.item.object == object.name }
    }
    while let object = unfinished.first {
      let progress = context.progress
      let label = object.isRows ? object.name : "\(object.entity) (\(object.store))"
      progress.start(entity: label)
      func step(_ count: Int) throws {
        progress.advance(entity: label, by: count)
        if context.stop.isSet { throw ResetInterrupted(isBegun: true) }
      }
      try step(0)
      let left: Int
      switch object.place {
      case .rows(let name, _):
        guard let entity = object.entities.first, let table = plan.plan(of: entity) else {
          throw ResetProblem("the table \(name.display) has no plan; this is a defect in kedge")
        }
        try RowRemoval(
          plan: plan, table: table, object: object, ledger: ledger, reset: reset, batch: options.batch,
          unfinished: unfinished
        ).run(step)
        if object.isMain { try SequenceRestart(connection: ledger.connection).run(name) }
        left = try ResetSurvey.count(name, ledger.connection)
      case .records:
        guard let entity = object.entities.first else { return }
        let writer = try writers.writer(of: object)
        try RecordRemoval(
          object: object, entity: entity, kind: context.set.sourceKind(of: entity), writer: writer,
          ledger: ledger, reset: reset, batch: options.batch
        ).run(step)
        left = try writer.count(of: entity)
      }
      try ledger.finish(object, of: reset, kept: left)
      progress.finish(entity: label)
      unfinished.removeFirst()
    }
  }

  private func advice(_ plan: ResetPlan, _ report: ResetReport) -> [String] {
    var lines: [String] = []
    let files = plan.emptied.filter { object in
      !object.isRows && context.set.store(named: object.store)?.kind == .sqlite
    }.map(\.store)
    for store in Set(files).sorted() {
      lines.append(
        "the file of the store \"\(store)\" is as large as before; give its space back with VACUUM when nobody uses it"
      )
    }
    return lines
  }
}

/// Connections that delete, one for each store.
final class Writers {
  private let context: BackfillContext
  private var open: [String: any RecordWriter] = [:]

  init(_ context: BackfillContext) { self.context = context }

  func writer(of object: ResetObject) throws -> any RecordWriter {
    if let writer = open[object.store] { return writer }
    guard let source = context.sources[object.store] else {
      throw SourceProblem(
        entity: object.entity, message: "no source is configured for the store \"\(object.store)\"")
    }
    let writer = try source.openWriter()
    open[object.store] = writer
    return writer
  }
}
