internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress
internal import RecordSources
internal import Schema

/// Moves core entities from their sources into Postgres: resumable, idempotent, nothing lost.
///
/// Synchronous: call it on a dedicated thread.
public struct Backfill: Sendable {
  let context: BackfillContext
  let options: BackfillOptions
  let plans: [EntityPlan]

  public init(_ context: BackfillContext, options: BackfillOptions) {
    self.context = context
    self.options = options
    plans = context.plans.filter { options.entities.isEmpty || options.entities.contains($0.entity.name) }
  }

  /// Runs to the end, or to the first error; in either case what is committed stays, and the next run goes on from it.
  public func run() throws -> BackfillReport {
    let connection = try PostgresConnection(context.target)
    let catalog = Catalog(connection)
    try catalog.ensure()
    StopPoint.reach(.beforeLease)
    try catalog.lock(set: context.set.name)
    StopPoint.reach(.afterLease)
    try verifySources()
    let schema = SchemaPlan(context.plans.filter { wanted($0.entity.name) }, set: context.set)
    try prepare(schema, connection)
    let run = try catalog.startOrResume(
      kind: "backfill", set: context.set.name, fingerprint: try fingerprint(), source: sourceIdentity)
    StopPoint.reach(.runRecorded)
    do {
      let report = try move(run, schema, catalog)
      StopPoint.reach(.beforeFinish)
      try catalog.finish(run, state: "done", error: nil, report: nil)
      StopPoint.reach(.afterFinish)
      return report
    } catch {
      let state = error is BackfillInterruption ? "interrupted" : "failed"
      // The connection may be what failed; the run then stays "running" and is resumed all the same.
      let shown: any Error = error is BackfillInterruption ? BackfillError.interrupted : error
      do { try catalog.finish(run, state: state, error: "\(shown)", report: nil) } catch _ as PostgresError {}
      if error is BackfillInterruption { throw BackfillError.interrupted }
      throw error
    }
  }

  private func wanted(_ name: String) -> Bool { plans.contains { $0.entity.name == name } }

  private var sourceIdentity: String {
    Set(plans.map(\.entity.store)).sorted().compactMap { context.sources[$0]?.identity }.joined(
      separator: " ")
  }

  /// What must be the same for an unfinished run to be continued: the mapping, the sources, what was asked for.
  private func fingerprint() throws -> String {
    var text = "\(sourceIdentity)|\(options.limit.map { "\($0) by \(options.chunkSize)" } ?? "all")|"
    for plan in plans {
      text += "\(plan.entity.name):\(plan.entity.collection):\(plan.table.display):\(plan.record)"
    }
    var digest = ByteBuffer(capacity: 64)
    var hex = ByteBuffer(capacity: 64)
    text.withUTF8 { SHA256.append(digestOf: UnsafeRawBufferPointer($0), to: &digest) }
    Hex.append(digest.bytes, to: &hex)
    return String(decoding: hex.bytes, as: UTF8.self)
  }

  private func verifySources() throws {
    for store in Set(plans.map(\.entity.store)) {
      let some = plans.filter { $0.entity.store == store }
      let session = try context.source(of: some[0]).openSessions(1).take()
      for plan in some { try session?.verify(plan) }
    }
  }

  private func prepare(_ schema: SchemaPlan, _ connection: PostgresConnection) throws {
    if options.createsSchema {
      try connection.transaction {
        for statement in schema.beforeLoad { _ = try connection.execute(statement.sql) }
      }
    }
    let blocking = try schema.differences(from: connection).filter(\.blocksWrites)
    guard blocking.isEmpty else { throw BackfillError.schemaDiffers(blocking.map(\.description)) }
  }

  // MARK: Moving

  private func move(_ run: Run, _ schema: SchemaPlan, _ catalog: Catalog) throws -> BackfillReport {
    try begin(run, catalog)
    if run.isResumed { try retryQuarantined(run, catalog) }
    try pass(run, catalog)
    try finishSchema(run, schema, catalog)
    var report = BackfillReport(run: run.id, isResumed: run.isResumed)
    for plan in plans {
      let (tally, seconds) = try catalog.tally(run, entity: plan.entity.name)
      guard tally.isBalanced else { throw BackfillError.unbalanced(entity: plan.entity.name, tally) }
      report.entities.append(
        .init(
          entity: plan.entity.name, tally: tally, seconds: seconds,
          unmapped: try catalog.unmapped(run, entity: plan.entity.name)))
    }
    return report
  }

  /// Writes down, once, which tables were empty when the run began.
  private func begin(_ run: Run, _ catalog: Catalog) throws {
    for plan in plans where try catalog.entity(run, plan.entity.name) == nil {
      let rows = try catalog.connection.query(
        "SELECT NOT EXISTS (SELECT FROM \(plan.table.sql)) AS is_empty")
      try catalog.begin(run, entity: plan.entity.name, isFresh: rows.first?["is_empty"] == "t")
    }
  }

  /// A run that stopped at its limit goes on once its records are mended: those that wait get another try first.
  private func retryQuarantined(_ run: Run, _ catalog: Catalog) throws {
    for plan in plans where plan.entity.quarantineLimit != nil {
      guard let session = try context.source(of: plan).openSessions(1).take() else { continue }
      let keys = try SchemaPlan([plan], set: context.set).liveForeignKeys(in: catalog.connection)
      let loader = ChunkLoader(
        plan: plan, session: session, connection: catalog.connection, setName: context.set.name, run: run.id,
        foreignKeys: keys)
      _ = try Replay.pass(
        loader, catalog: catalog, set: context.set.name, run: run.id, entity: plan.entity.name)
    }
  }

  /// Moves every chunk that isn't done.
  private func pass(_ run: Run, _ catalog: Catalog) throws {
    var states: [WorkQueue.EntityState] = []
    for plan in plans {
      guard let entity = try catalog.entity(run, plan.entity.name) else { continue }
      let (open, highest) = try catalog.openChunks(run, entity: plan.entity.name)
      let planned = (highest + 1) * options.chunkSize
      states.append(
        .init(
          plan: plan, dependencies: dependencies(of: plan), isFresh: entity.isFresh,
          isRecount: entity.isRecount, open: open, nextLower: entity.plannedTo, nextNumber: highest + 1,
          isPlanned: entity.isPlanned, remaining: options.limit.map { max(0, $0 - planned) },
          isDone: entity.isDone))
    }
    let queue = WorkQueue(states, chunkSize: options.chunkSize, run: run)
    let throttle = Throttle(rate: options.rate)
    let workers = max(1, options.workers)
    var pools: [String: SessionPool] = [:]
    for store in Set(plans.map(\.entity.store)) {
      pools[store] = try context.sources[store]?.openSessions(workers)
    }
    let opened = pools
    try announce(run, catalog)
    _ = try parallel(workers, name: "kedge-backfill", stop: context.stop) { _ in
      let worker = try BackfillWorker(
        backfill: self, run: run, queue: queue, throttle: throttle,
        sessions: opened.compactMapValues { $0.take() })
      do { try worker.work() } catch {
        queue.stop()
        throw error
      }
    }
    if context.stop.isSet { throw BackfillInterruption() }
  }

  /// Tells the progress display what is to be expected: what the sources estimate, less what is done.
  private func announce(_ run: Run, _ catalog: Catalog) throws {
    for plan in plans {
      let done = try catalog.tally(run, entity: plan.entity.name).tally.read
      let estimate = try context.source(of: plan).openSessions(1).take()?.estimatedCount(of: plan.entity)
      let expected = estimate.map { min($0, options.limit ?? .max) - done }
      context.progress.start(entity: plan.entity.name, total: expected.map { max(0, $0) })
    }
  }

  private func dependencies(of plan: EntityPlan) -> [Int] {
    plan.entity.references.compactMap { reference in
      guard reference.entity != plan.entity.name, reference.enforcement == .constraint else { return nil }
      return plans.firstIndex { $0.entity.name == reference.entity }
    }
  }

  // MARK: References

  private func exists(_ table: TableName, _ connection: PostgresConnection) throws -> Bool {
    try connection.query("SELECT to_regclass($1) IS NOT NULL AS found", [.text(table.sql)]).first?["found"]
      == "t"
  }

  /// Indexes and foreign keys, after the rows. Where a reference leads nowhere, the rows that hold it can't stay: they go
  /// back, and their entity's chunks are merged once more, which quarantines exactly those records.
  private func finishSchema(_ run: Run, _ schema: SchemaPlan, _ catalog: Catalog) throws {
    let connection = catalog.connection
    guard options.createsSchema else { return }
    for statement in schema.afterLoad {
      if context.stop.isSet { throw BackfillInterruption() }
      StopPoint.reach(.beforeIndex)
      _ = try connection.execute(statement.sql)
      StopPoint.reach(.afterIndex)
    }
    for _ in 0...(2 * schema.foreignKeys.count) {
      var reopened = false
      differences: for difference in try schema.differences(from: connection) {
        let key: ForeignKey
        switch difference {
        case .missingForeignKey(let missing), .unvalidatedForeignKey(let missing): key = missing
        default: continue
        }
        // Its table is moved by another run, which then adds the constraint.
        guard try exists(key.targetTable, connection) else { continue }
        if context.stop.isSet { throw BackfillInterruption() }
        StopPoint.reach(.beforeConstraint)
        if case .missingForeignKey = difference { _ = try connection.execute(key.addSQL) }
        do {
          _ = try connection.execute(key.validateSQL)
          StopPoint.reach(.afterConstraint)
        } catch let error as PostgresError where error.sqlState == "23503" {
          try connection.transaction {
            // Within one table, rows may refer to orphans: the key would refuse to let these go, and they become orphans
            // in turn.
            _ = try connection.execute(key.dropSQL)
            // What refers to these rows must not go with them unseen: those keys come back, and are validated, in the next
            // round, which then looks at their entities in the same way.
            for incoming in schema.foreignKeys where incoming.targetTable == key.table && incoming != key {
              _ = try connection.execute(incoming.dropSQL)
            }
            while try connection.execute("DELETE FROM \(key.table.sql) t WHERE \(key.orphanCondition)") > 0 {}
            _ = try connection.execute(key.addSQL)
            try catalog.reopen(run, entity: key.entity)
          }
          reopened = true
          // What was found before isn't so any more.
          break differences
        }
      }
      if !reopened { break }
      try pass(run, catalog)
    }
    for plan in plans { _ = try connection.execute("ANALYZE \(plan.table.sql)") }
  }
}

/// Thrown inside the engine when the stop flag was set.
struct BackfillInterruption: Error {}
