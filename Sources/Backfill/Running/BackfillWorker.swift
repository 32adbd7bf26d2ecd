internal import Catalog
internal import Codec
internal import Comparison
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress
internal import RecordSources
internal import Schema

/// One thread of a backfill: leases chunks and moves them, each in one transaction with its checkpoint. Errors that may
/// pass are met with new connections and another try.
final class BackfillWorker {
  /// From 0, among the workers of this process: those with high numbers rest first.
  private let number: Int
  private let backfill: Backfill
  private let run: Run
  private let queue: ChunkQueue
  private let membership: Membership
  private let pace: Pace
  private var sessions: [String: any SourceSession]
  private var target: Target?
  /// What the server may still have of connections that were lost.
  private var lost: [(process: Int, member: Member)] = []
  private var loader: (entity: String, isFresh: Bool, loader: ChunkLoader)?
  private var patience: Patience
  /// How many chunks the process had moved when this worker last failed to connect.
  private var seen = 0
  /// What this worker holds, for as long as it isn't known what became of it.
  private var lease: ChunkLease? {
    didSet { if let oldValue, lease == nil { queue.holdings.letGo(of: oldValue) } }
  }

  private struct Target {
    let connection: PostgresConnection
    let catalog: Catalog
    let member: Member
    /// The server's process; a connection that is lost doesn't know it any more.
    let process: Int
  }

  init(
    _ number: Int, backfill: Backfill, run: Run, queue: ChunkQueue, membership: Membership, pace: Pace,
    sessions: [String: any SourceSession]
  ) {
    self.number = number
    self.backfill = backfill
    self.run = run
    self.queue = queue
    self.membership = membership
    self.pace = pace
    self.sessions = sessions
    patience = Patience(limit: backfill.options.patience, stop: backfill.context.stop)
  }

  func work() throws {
    defer { giveBack() }
    while !backfill.context.stop.isSet {
      do {
        guard try step() else { break }
        patience.worked()
      } catch let lost as LeaseLost {
        // Others move what this worker held; there is other work.
        lease = nil
        loader = nil
        backfill.context.progress.note("\(lost)")
      } catch is StandStill {
        giveBack()
        lease = nil
        // Its staging tables went with the transaction.
        loader = nil
      } catch {
        // Its staging tables went with the transaction.
        loader = nil
        // Others may have done the rest meanwhile.
        if lease == nil, queue.hasEnded, Patience.mayPass(error) { break }
        bearWithScarcity(error)
        try patience.wait(after: error)
        try renew(after: error)
      }
    }
    // Others may be waiting for what this worker won't finish.
    queue.stop()
  }

  /// A worker that gets no connection is no reason to stop as long as others get on with the run.
  private func bearWithScarcity(_ error: any Error) {
    guard (error as? PostgresError)?.fault == .tooManyConnections else { return }
    let moved = queue.movedCount
    if moved != seen { patience.othersWork() }
    seen = moved
  }

  /// Does one piece of work; false when there is none left.
  private func step() throws -> Bool {
    let catalog = try connectedCatalog()
    if let lease {
      // A connection was lost. Was the chunk committed? Its row knows.
      switch try catalog.state(of: lease, in: run) {
      case .mine:
        guard let entity = try catalog.entity(run, lease.entity) else { throw CatalogError.noRow }
        try move(lease, entity)
      case .committed, .lost: break
      }
      self.lease = nil
      queue.moved()
      return true
    }
    switch try queue.next(worker: number, sessions: sessions, catalog: catalog) {
    case .move(let lease, let entity):
      self.lease = lease
      try move(lease, entity)
      self.lease = nil
      queue.moved()
    case .complete(let entity, let fence):
      if try complete(entity, fence) { queue.completed(entity) }
    case nil:
      return false
    }
    queue.changed()
    return true
  }

  // MARK: Connections

  /// The catalog on a connection of the member that this process is now.
  private func connectedCatalog() throws -> Catalog {
    let member = membership.member
    if let target, target.member == member, target.connection.isAlive { return target.catalog }
    forget()
    var settings = backfill.context.target
    settings.sessionSettings[Catalog.loadSetting] = "\(run.id)"
    let connection = try PostgresConnection(settings)
    let catalog = Catalog(connection)
    try catalog.adopt(member)
    try settleLost(catalog, member)
    target = Target(
      connection: connection, catalog: catalog, member: member, process: connection.backendProcess)
    return catalog
  }

  /// Gives the connection up, and remembers that the server may not have noticed.
  private func forget() {
    guard let target else { return }
    lost.append((target.process, target.member))
    target.connection.close()
    self.target = nil
    loader = nil
  }

  /// Makes sure that nothing is left of lost connections before their leases are looked at.
  private func settleLost(_ catalog: Catalog, _ member: Member) throws {
    guard !lost.isEmpty else { return }
    while let (process, owner) = lost.last {
      try LostConnection.end(process, of: owner, catalog)
      lost.removeLast()
    }
    try queue.holdings.releaseStrays(catalog, run, of: member)
    queue.changed()
  }

  /// Replaces what an error has broken.
  private func renew(after error: any Error) throws {
    if let error = error as? PostgresError, !error.isConnectionLost { return }
    if error is PostgresError {
      forget()
    } else {
      let plans = backfill.plans
      for store in sessions.keys {
        guard let plan = plans.first(where: { $0.entity.store == store }) else { continue }
        sessions[store] = try Patience.retrying(
          limit: backfill.options.patience, stop: backfill.context.stop
        ) { try backfill.context.source(of: plan).openSessions(1).take() }
      }
    }
  }

  /// Lets others have what this worker didn't finish.
  private func giveBack() {
    guard let lease, let target, target.connection.isAlive else { return }
    // If this fails, the lease ends with the member.
    do { try target.catalog.release(run, lease) } catch { target.connection.close() }
  }

  /// One loader at a time, as its buffers are large.
  private func loader(for name: String, isFresh: Bool) throws -> ChunkLoader {
    if let loader, loader.entity == name, loader.isFresh == isFresh { return loader.loader }
    guard let plan = backfill.plans.first(where: { $0.entity.name == name }),
      let session = sessions[plan.entity.store], let target
    else { throw SourceProblem(entity: name, message: "no source is configured for it") }
    let (progress, stop, pace, number) = (backfill.context.progress, backfill.context.stop, pace, number)
    let hasRanges = try session.hasRanges(plan)
    let made = ChunkLoader(
      plan: plan, session: session, connection: target.connection, setName: backfill.context.set.name,
      run: run.id,
      foreignKeys: try SchemaPlan([plan], set: backfill.context.set).liveForeignKeys(in: target.connection),
      ownership: try .inRun(
        plan, set: backfill.context.set.name, isFresh: isFresh, session, target.connection),
      onProgress: { count in
        progress.advance(entity: name, by: count)
        pace.take(count, worker: number)
      },
      checkpoint: {
        if stop.isSet { throw BackfillInterruption() }
        if !hasRanges, pace.standsStill { throw StandStill() }
      })
    let (context, member) = (backfill.context, target.member)
    made.comparer = try .ifPossible(plan, session, made.ownership, target.connection) { order in
      try TargetReader(plan, order: order, target: context.target, stop: context.stop) {
        try Catalog($0).adopt(member)
        // Rows are to come at once, from the index: the range may turn out to be most of the table.
        _ = try $0.execute("SET enable_sort TO off; SET enable_bitmapscan TO off")
      }
    }
    made.batch = { min(ChunkLoader.batchRecords, pace.batch) }
    let sessions = sessions
    made.onReadEnd = { SourcePlaces.release(sessions) }
    made.judge = LimitJudge(plan, set: backfill.context.set.name, run: run, catalog: target.catalog)
    loader = (name, isFresh, made)
    return made
  }

  // MARK: Moving

  private func move(_ lease: ChunkLease, _ entity: RunEntity) throws {
    let loader = try loader(for: lease.entity, isFresh: entity.isFresh)
    // Keys that may be any record's are claimed in the same way whether there are rows or not.
    let copies = entity.isFresh && !loader.hasClaims
    do {
      do {
        try move(lease, entity, loader, copies: copies)
      } catch let error as PostgresError where copies && error.isAboutOneRow {
        // Some row can't stand in the table: merging finds out which.
        loader.dropQuarantine()
        try move(lease, entity, loader, copies: false)
      }
    } catch let error as BackfillError {
      // The error says that these records are over the limit: they must be there to be looked at.
      try loader.saveQuarantine()
      throw error
    }
  }

  private func move(_ lease: ChunkLease, _ entity: RunEntity, _ loader: ChunkLoader, copies: Bool) throws {
    guard let target else { return }
    let range = ChunkRange(lower: lease.chunk.lower, upper: lease.chunk.upper)
    let begun = ContinuousClock.now
    let (membership, pace, number) = (membership, pace, number)
    loader.yields = {
      ChunkSplit.isDue(
        since: begun, isHungry: membership.isHungry, wantsPause: pace.wantsPause(worker: number), bytes: $0)
    }
    defer { loader.yields = nil }
    try SourcePlaces.reserve(sessions, only: loader.plan.entity.store)
    defer { SourcePlaces.release(sessions) }
    try untilStopped(target.connection) {
      loader.encoder.resetUnmapped()
      try loader.judge?.beginChunk()
      var tally =
        copies ? try loader.copy(range) : try loader.merge(range, expectsNoRows: entity.isFresh)
      if entity.isRecount { (tally.landed, tally.unchanged) = (tally.landed + tally.unchanged, 0) }
      try loader.flushQuarantine()
      if tally.quarantined > 0 { try loader.judge?.check(tally) }
      if !entity.isRecount {
        try target.catalog.addUnmapped(run, entity: lease.entity, loader.encoder.unmapped)
      }
      if let bound = loader.endedAt {
        // Who is to stand still soon doesn't ask the source for more, nor does who would have to wait for it.
        let isParted = backfill.options.sourceCursors == nil && !pace.wantsPause(worker: number)
        try ChunkSplit.split(
          lease, at: bound, read: tally.read, isParted: isParted, loader, target.catalog, run)
      }
      StopPoint.reach(.beforeCheckpoint)
      let seconds = (ContinuousClock.now - begun) / .seconds(1)
      try target.catalog.complete(run, lease, tally, seconds: seconds)
      StopPoint.reach(.afterCheckpoint)
    }
    loader.settleQuarantine()
  }

  /// A transaction that Ctrl-C ends wherever it is: merging a large chunk takes long, and what it has done goes back anyway.
  private func untilStopped(_ connection: PostgresConnection, _ body: () throws -> Void) throws {
    try interruptible(connection) { try connection.transaction(body) }
  }

  /// Work of the server that Ctrl-C ends wherever it is.
  private func interruptible<T>(_ connection: PostgresConnection, _ body: () throws -> T) throws -> T {
    let (stop, cancel) = (backfill.context.stop, connection.cancelHandle)
    let registration = stop.onSet { cancel.cancel(isAwaited: false) }
    defer { registration.remove() }
    do { return try body() } catch let error as PostgresError where stop.isSet && error.sqlState == "57014" {
      throw BackfillInterruption()
    }
  }

  /// After an entity's last chunk: records that waited for a record of their own kind, or for a value that a later record
  /// gave up, get another try, and entries that this run didn't meet again go.
  ///
  /// - Returns: false where its chunks have to be moved once more.
  private func complete(_ name: String, _ fence: Int) throws -> Bool {
    defer { queue.holdings.letGo(completion: name) }
    guard let catalog = target?.catalog else { return false }
    StopPoint.reach(.beforeComplete)
    do {
      guard let entity = try catalog.entity(run, name) else { throw CatalogError.noRow }
      guard try makeKey(of: entity, fence, catalog) else { return false }
      let loader = try loader(for: name, isFresh: entity.isFresh)
      // First, so that only what this run met is tried again and counted.
      if backfill.options.limit == nil {
        try catalog.releaseOlder(set: backfill.context.set.name, entity: name, than: run.id)
      }
      try retryWaiting(entity, fence, loader, catalog)
      try loader.judge?.beginChunk()
      try loader.judge?.check(Tally(), atEnd: true)
      try catalog.setDone(run, entity: name, fence: fence)
      StopPoint.reach(.afterComplete)
    } catch {
      if let target, target.connection.isAlive, !target.connection.isInTransaction {
        try catalog.releaseCompletion(run, entity: name, fence: fence)
      }
      throw error
    }
    backfill.context.progress.finish(entity: name)
    return true
  }

  /// Builds the primary key that was to wait for the rows.
  ///
  /// - Returns: false where the rows don't allow it: they are loaded again, with the key in place.
  private func makeKey(of entity: RunEntity, _ fence: Int, _ catalog: Catalog) throws -> Bool {
    for table in try catalog.postponedTables(of: backfill.context.set.name, run: run, entity: entity.entity) {
      let refusal = try interruptible(catalog.connection) {
        try KeyMaking.make(table, set: backfill.context.set.name, catalog) {
          try catalog.holdCompletion(run, entity: entity.entity, fence: fence)
        }
      }
      if let refusal {
        backfill.context.teller("backfill")("\(refusal)")
        return false
      }
    }
    return true
  }

  private func retryWaiting(
    _ entity: RunEntity, _ fence: Int, _ loader: ChunkLoader, _ catalog: Catalog
  ) throws {
    func pass(reason: String? = nil, sqlState: String? = nil) throws -> Int {
      try Replay.pass(
        loader, catalog: catalog, set: backfill.context.set.name, run: run.id, entity: entity.entity,
        reason: reason, sqlState: sqlState
      ) { try catalog.holdCompletion(run, entity: entity.entity, fence: fence) }
    }
    // In a table that was empty no row changes, so that none gives up a value.
    let refersToItself = loader.plan.entity.references.contains { $0.entity == entity.entity }
    let states = (refersToItself ? ["23503"] : []) + (entity.isFresh ? [] : ["23505"])
    var landed = 0
    repeat {
      landed = 0
      for state in states { landed += try pass(sqlState: state) }
    } while landed > 0
    // Whose key another record had in an earlier run, and nobody has in this one, lands after all.
    if backfill.options.limit == nil, loader.hasClaims, !loader.expectsNoRows {
      loader.retriesDuplicates = true
      defer { loader.retriesDuplicates = false }
      _ = try pass(reason: "duplicate_key")
    }
  }
}
