internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress
internal import RecordSources
internal import Schema

/// This process' part in a run: moves chunks with its workers, then finishes the schema, or waits for the member that does.
struct BackfillMember {
  let backfill: Backfill
  let run: Run
  let schema: SchemaPlan
  let membership: Membership
  let pace: Pace

  private var context: BackfillContext { backfill.context }

  /// Works until the run is done.
  ///
  /// - Parameter first: the connection that the run was opened on. Like its followers it says, by a lock, that this process
  ///   takes part.
  /// - Returns: what the whole run has done.
  func work(from first: PostgresConnection) throws -> BackfillReport {
    var connection: PostgresConnection? = first
    // The server's side of the connection, which may outlive ours and would keep the lock of the run's end.
    var anchor: (process: Int, member: Member)?
    var patience = Patience(limit: backfill.options.patience, stop: context.stop)
    var isAnnounced = false
    while true {
      do {
        let catalog = Catalog(try connection ?? reconnect())
        connection = catalog.connection
        let member = membership.member
        try catalog.adopt(member)
        let process = catalog.connection.backendProcess
        if let anchor, anchor.process != process {
          try LostConnection.end(anchor.process, of: anchor.member, catalog)
        }
        anchor = (process, member)
        if !isAnnounced { try announce(catalog) }
        isAnnounced = true
        if let report = try go(on: catalog) { return report }
        patience.worked()
      } catch let error as PostgresError where context.stop.isSet && error.sqlState == "57014" {
        // Our own cancel request: see `finishSchema`.
        throw BackfillInterruption()
      } catch {
        try patience.wait(after: error)
        if connection?.isAlive != true { connection = nil }
      }
    }
  }

  private func reconnect() throws -> PostgresConnection {
    let connection = try PostgresConnection(context.target)
    let catalog = Catalog(connection)
    try catalog.lockShared(set: context.set.name)
    try catalog.verifyPhases(of: backfill.plans.map(\.entity), in: context.set.name)
    return connection
  }

  /// One step of the run; the report when it is done.
  private func go(on catalog: Catalog) throws -> BackfillReport? {
    let state = try catalog.state(of: run)
    if state.state == "done" { return try backfill.report(run, catalog) }
    guard state.state == "running" else {
      throw BackfillError.endedElsewhere(state.error ?? state.state)
    }
    if try !isMoved(catalog) {
      try pass()
      return nil
    }
    guard pace.waitWhileHeld() else { throw BackfillInterruption() }
    guard try catalog.tryLockFinish(run) else {
      waitForOthers()
      return nil
    }
    do { try finish(catalog) } catch {
      // Others may do what this one waits to try again; with a connection that is gone, so is the lock.
      if catalog.connection.isAlive { try catalog.unlockFinish(run) }
      throw error
    }
    try catalog.unlockFinish(run)
    return nil
  }

  private func finish(_ catalog: Catalog) throws {
    // Another member may have finished, or opened an entity again, before the lock was ours.
    guard try catalog.state(of: run).state == "running", try isMoved(catalog), try finishSchema(catalog)
    else { return }
    // Before the run says that it is done: it isn't if the sum doesn't hold.
    _ = try backfill.report(run, catalog)
    // A run that is done shows nobody at work who is gone.
    try catalog.sweep(run, except: membership.member)
    StopPoint.reach(.beforeFinish)
    try catalog.finish(run, state: "done", error: nil, report: nil)
    StopPoint.reach(.afterFinish)
  }

  private func isMoved(_ catalog: Catalog) throws -> Bool {
    try catalog.entities(run).values.allSatisfy(\.isDone)
  }

  private func waitForOthers() {
    let condition = NSCondition()
    let registration = context.stop.onSet {
      condition.lock()
      condition.broadcast()
      condition.unlock()
    }
    condition.lock()
    if !context.stop.isSet { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.2)) }
    condition.unlock()
    registration.remove()
  }

  // MARK: Moving

  /// Moves chunks until none is left, or the run ends.
  private func pass() throws {
    if context.stop.isSet { throw BackfillInterruption() }
    let queue = ChunkQueue(
      run, plans: backfill.plans, options: backfill.options, membership: membership, pace: pace)
    let workers = max(1, backfill.options.workers)
    var pools: [String: SessionPool] = [:]
    for store in Set(backfill.plans.map(\.entity.store)) {
      pools[store] = try context.sources[store]?.openSessions(workers)
    }
    let opened = pools
    _ = try parallel(workers, name: "kedge-backfill", stop: context.stop) { number in
      let worker = BackfillWorker(
        number, backfill: backfill, run: run, queue: queue, membership: membership, pace: pace,
        sessions: opened.compactMapValues { $0.take() })
      do { try worker.work() } catch {
        queue.stop()
        throw error
      }
    }
    if context.stop.isSet { throw BackfillInterruption() }
  }

  /// Tells the progress display what is to be expected: what the sources estimate, less what is done.
  private func announce(_ catalog: Catalog) throws {
    // Some sources count.
    let sessions = context.progress.mode == .quiet ? [:] : try backfill.openSessions()
    for plan in backfill.plans {
      let done = try catalog.tally(run, entity: plan.entity.name).tally.read
      let estimate = try sessions[plan.entity.store]?.estimatedCount(of: plan.entity)
      let expected = estimate.map { min($0, backfill.options.limit ?? .max) - done }
      context.progress.start(entity: plan.entity.name, total: expected.map { max(0, $0) })
    }
  }
}
