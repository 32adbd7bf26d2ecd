internal import Backfill
internal import Catalog
internal import Codec
internal import Comparison
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress
internal import RecordSources

/// One thread of an audit, with its sessions of the sources and its connections to the target.
final class AuditWorker {
  let context: BackfillContext
  let connection: PostgresConnection
  let ledger: AuditLedger
  private let audit: OpenAudit
  private let options: AuditOptions
  private let plans: [EntityPlan]
  private let pools: [String: SessionPool]
  private var sessions: [String: any SourceSession] = [:]
  /// What was made for the entity at hand.
  private var looks: ChunkLooks?
  private var reader: TargetReader?
  private var merge: ChunkMerge?
  private var entity = -1
  /// Ends what the server is at when the audit is to stop: a sort may take long.
  private let registration: StopFlag.Registration

  init(
    _ context: BackfillContext, _ plans: [EntityPlan], _ audit: OpenAudit, _ options: AuditOptions,
    pools: [String: SessionPool]
  ) throws {
    self.context = context
    self.plans = plans
    self.audit = audit
    self.options = options
    self.pools = pools
    connection = try PostgresConnection(context.target)
    let cancel = connection.cancelHandle
    registration = context.stop.onSet { _ = cancel.cancel() }
    ledger = AuditLedger(connection: connection, tenure: options.tenure)
  }

  deinit { registration.remove() }

  func session(of plan: EntityPlan) throws -> any SourceSession {
    if let session = sessions[plan.entity.store] { return session }
    guard let session = pools[plan.entity.store]?.take() else {
      throw SourceProblem(entity: plan.entity.name, message: "the source gave no session")
    }
    sessions[plan.entity.store] = session
    return session
  }

  /// Compares chunks until there are none.
  func work(_ queue: AuditQueue) throws {
    defer { reader?.close() }
    while let (entity, way, chunk) = try queue.next(self) {
      let begun = Date()
      do {
        let (tally, records, sampled) = try compare(entity, way, chunk, queue)
        let isDone = try queue.finish(
          entity, chunk, tally, records: records, sampled: sampled, seconds: Date().timeIntervalSince(begun),
          self)
        if isDone { context.progress.finish(entity: plans[entity].entity.name) }
      } catch is Disorder {
        forget()
        try queue.abandon(entity, self)
      } catch let error as PostgresError where error.sqlState == "57014" && context.stop.isSet {
        throw AuditError.interrupted
      }
    }
    if context.stop.isSet { throw AuditError.interrupted }
  }

  private func forget() {
    reader?.close()
    (looks, reader, merge, entity) = (nil, nil, nil, -1)
  }

  private func compare(_ number: Int, _ way: AuditWay, _ chunk: AuditChunk, _ queue: AuditQueue) throws -> (
    AuditTally, records: Int, sampled: Int
  ) {
    let plan = plans[number]
    let (progress, stop) = (context.progress, context.stop)
    let checkpoint: (Int) throws -> Void = { count in
      progress.advance(entity: plan.entity.name, by: count)
      if stop.isSet { throw AuditError.interrupted }
      // Another worker has found that the sides don't sort alike.
      if !chunk.isJoin, !queue.isCurrent(number) { throw Disorder() }
    }
    if entity != number { forget() }
    entity = number
    let looks =
      try self.looks
      ?? ChunkLooks(
        plan, context: context, run: audit.run.id, margin: options.margin, connection: connection,
        checkpoint: { if stop.isSet { throw AuditError.interrupted } })
    self.looks = looks
    let session = try session(of: plan)
    switch way {
    case .join:
      let (tally, records) = try EntityJoin(
        plan, looks: looks, setName: context.set.name, run: audit.run.id, checkpoint: checkpoint
      ).run(chunk: chunk.number, session)
      return (tally, records, 0)
    case .sample(let order):
      return try SampleChunk(
        plan, order: order, looks: looks, seed: audit.seed, oneIn: options.oneIn ?? 1, checkpoint: checkpoint
      ).run(chunk, session)
    case .ranges(let order), .whole(let order):
      let reader =
        try self.reader ?? TargetReader(plan, order: order, target: context.target, stop: context.stop)
      self.reader = reader
      let merge =
        self.merge
        ?? ChunkMerge(plan, order: order, reader: reader, looks: looks, checkpoint: checkpoint)
      self.merge = merge
      let (tally, records) = try merge.run(chunk, session)
      return (tally, records, 0)
    }
  }
}
