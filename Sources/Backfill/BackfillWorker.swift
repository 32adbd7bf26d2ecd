internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress
internal import RecordSources
internal import Schema

/// One thread of a backfill: takes chunks and moves them, each in one transaction with its checkpoint.
final class BackfillWorker {
  private let backfill: Backfill
  private let run: Run
  private let queue: WorkQueue
  private let throttle: Throttle?
  private let sessions: [String: any SourceSession]
  private let connection: PostgresConnection
  private let catalog: Catalog
  private var loaders: [Int: ChunkLoader] = [:]
  /// How often a chunk is tried again after a deadlock or a serialization failure.
  private static let attempts = 5

  init(
    backfill: Backfill, run: Run, queue: WorkQueue, throttle: Throttle?,
    sessions: [String: any SourceSession]
  ) throws {
    self.backfill = backfill
    self.run = run
    self.queue = queue
    self.throttle = throttle
    self.sessions = sessions
    connection = try PostgresConnection(backfill.context.target)
    catalog = Catalog(connection)
  }

  func work() throws {
    while !backfill.context.stop.isSet {
      guard let work = try queue.next(sessions: sessions, catalog: catalog) else { return }
      let plan = backfill.plans[work.index]
      let begun = Date()
      let loader = try loader(for: work.index)
      if let chunk = work.chunk { try move(work, chunk, loader) }
      try catalog.addSeconds(run, entity: plan.entity.name, Date().timeIntervalSince(begun))
      if queue.finish(work.index) {
        try complete(plan, loader, isFresh: work.isFresh)
        queue.complete(work.index)
      }
    }
    // Others may be waiting for what this worker won't finish.
    queue.stop()
  }

  /// One loader for each entity that this worker meets; only the latest is kept, as its buffers are large.
  private func loader(for index: Int) throws -> ChunkLoader {
    if let loader = loaders[index] { return loader }
    let plan = backfill.plans[index]
    guard let session = sessions[plan.entity.store] else {
      throw SourceProblem(entity: plan.entity.name, message: "no source is configured for it")
    }
    let (progress, stop, throttle, name) = (
      backfill.context.progress, backfill.context.stop, throttle, plan.entity.name
    )
    let loader = ChunkLoader(
      plan: plan, session: session, connection: connection, setName: backfill.context.set.name, run: run.id,
      foreignKeys: try SchemaPlan([plan], set: backfill.context.set).liveForeignKeys(in: connection),
      onProgress: { count in
        progress.advance(entity: name, by: count)
        throttle?.take(count)
      },
      checkpoint: { if stop.isSet { throw BackfillInterruption() } })
    loader.judge = LimitJudge(plan, set: backfill.context.set.name, run: run, catalog: catalog)
    loaders = [index: loader]
    return loader
  }

  private func move(_ work: WorkQueue.Work, _ chunk: Chunk, _ loader: ChunkLoader) throws {
    let range = ChunkRange(lower: chunk.lower, upper: chunk.upper)
    var copies = work.isFresh
    for attempt in 1... {
      do {
        try connection.transaction {
          loader.encoder.resetUnmapped()
          try loader.judge?.beginChunk()
          var tally =
            copies
            ? try loader.copy(range)
            : try loader.merge(range, expectsNoRows: work.isFresh)
          if work.isRecount { (tally.landed, tally.unchanged) = (tally.landed + tally.unchanged, 0) }
          try loader.flushQuarantine()
          if tally.quarantined > 0 { try loader.judge?.check(tally) }
          if !work.isRecount {
            try catalog.addUnmapped(run, entity: loader.plan.entity.name, loader.encoder.unmapped)
          }
          StopPoint.reach(.beforeCheckpoint)
          try catalog.complete(run, entity: loader.plan.entity.name, chunk: chunk.number, tally)
          StopPoint.reach(.afterCheckpoint)
        }
        loader.settleQuarantine()
        return
      } catch let error as PostgresError {
        loader.dropQuarantine()
        if copies, error.isAboutOneRow {
          // Some row can't stand in the table: merging finds out which.
          copies = false
        } else if !error.isRetryable || error.isConnectionLost || attempt == Self.attempts {
          throw error
        }
      } catch let error as BackfillError {
        // The error says that these records are over the limit: they must be there to be looked at.
        try loader.saveQuarantine()
        throw error
      } catch {
        loader.dropQuarantine()
        throw error
      }
    }
  }

  /// After an entity's last chunk: records that waited for a record of their own kind, or for a unique value that a later
  /// record gave up, get another try, and entries that this run didn't meet again go.
  private func complete(_ plan: EntityPlan, _ loader: ChunkLoader, isFresh: Bool) throws {
    let name = plan.entity.name
    StopPoint.reach(.beforeComplete)
    // In a table that was empty no row changes, so that none gives up a value.
    let sqlStates =
      (plan.entity.references.contains { $0.entity == name } ? ["23503"] : []) + (isFresh ? [] : ["23505"])
    // First, so that only what this run met is tried again and counted.
    if backfill.options.limit == nil {
      try catalog.releaseOlder(set: backfill.context.set.name, entity: name, than: run.id)
    }
    var landed = 0
    repeat {
      landed = 0
      for state in sqlStates {
        landed += try Replay.pass(
          loader, catalog: catalog, set: backfill.context.set.name, run: run.id, entity: name, sqlState: state
        )
      }
    } while landed > 0
    try loader.judge?.beginChunk()
    try loader.judge?.check(Tally(), atEnd: true)
    try catalog.setDone(run, entity: name)
    StopPoint.reach(.afterComplete)
    backfill.context.progress.finish(entity: name)
  }
}
