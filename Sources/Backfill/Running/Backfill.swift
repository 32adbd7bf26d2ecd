internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
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
    var context = context
    if let cursors = options.sourceCursors {
      let stop = context.stop
      context.sources = context.sources.mapValues {
        GatedSource(source: $0, gate: CursorGate(cursors, stop: stop))
      }
    }
    // A server that is silent for longer than anybody wants to wait isn't waited for.
    if let limit = context.target.stallLimit {
      context.target.stallLimit = max(1, min(limit, Int(options.patience)))
    }
    self.context = context
    self.options = options
    plans = context.plans.filter { options.entities.isEmpty || options.entities.contains($0.entity.name) }
  }

  /// Runs to the end, or to the first error that doesn't pass; in either case what is committed stays, and the next run
  /// goes on from it.
  public func run() throws -> BackfillReport {
    // What is wrong now is the address, the password or the database: no reason to wait.
    var connection: PostgresConnection?
    do {
      connection = try PostgresConnection(context.target)
    } catch let error as PostgresError where error.fault == .tooManyConnections {
      // There may be room in a moment: the server still counts a connection that was closed just now.
    }
    let pace = Pace(
      rate: nil, window: options.window, stop: context.stop, announce: context.teller("backfill"))
    if pace.wantsPause() {
      // No connection is kept through the day.
      connection?.close()
      connection = nil
      guard pace.waitWhileHeld() else { throw BackfillError.interrupted }
    }
    do { return try run(on: connection, pace) } catch let error as OutOfPatience {
      throw LockHolder.explained(error, plans, context.target)
    }
  }

  private func run(on first: PostgresConnection?, _ pace: Pace) throws -> BackfillReport {
    let schema = SchemaPlan(context.plans.filter { wanted($0.entity.name) }, set: context.set)
    let (connection, run, joined) = try begin(schema, pace, on: first)
    guard let membership = joined else { return try report(run, Catalog(connection)) }
    do {
      defer { membership.end() }
      return try BackfillMember(
        backfill: self, run: run, schema: schema, membership: membership, pace: pace
      ).work(from: connection)
    } catch {
      try conclude(run, error, on: connection)
      if error is BackfillInterruption { throw BackfillError.interrupted }
      throw error
    }
  }

  /// Makes the target ready and begins the run, or joins it. A connection that is lost on the way is replaced, and all of
  /// it done again.
  ///
  /// - Parameter first: a connection, where there is one already.
  /// - Returns: no membership where the run is done already.
  private func begin(_ schema: SchemaPlan, _ pace: Pace, on first: PostgresConnection?) throws -> (
    PostgresConnection, Run, Membership?
  ) {
    var connection = first
    var patience = Patience(limit: options.patience, stop: context.stop)
    var begun: Run?
    while true {
      var opened = begun
      var membership: Membership?
      do {
        let open = try connection ?? PostgresConnection(context.target)
        connection = open
        let catalog = Catalog(open)
        _ = try open.execute("SET lock_timeout TO '\(Catalog.lockTimeout)'")
        try catalog.ensure()
        try catalog.lockShared(set: context.set.name)
        try catalog.verifyPhases(of: plans.map(\.entity), in: context.set.name)
        try catalog.whileStarting(set: context.set.name, patience: options.patience) {
          let sessions = try openSessions()
          let run = try self.open(schema, catalog, sessions)
          // Found again after the connection was lost: it is what it was.
          if begun?.id != run.id { begun = run }
          opened = begun
          guard let run = opened, !run.isDone else { return }
          try furnish(run, schema, catalog, sessions)
          // Before others may start: they must see that somebody is at work.
          membership = try Membership(
            run, settings: context.target, workers: max(1, options.workers), lease: options.lease, pace: pace,
            limits: options.loadLimits)
        }
        StopPoint.reach(.runRecorded)
        guard let opened else { throw CatalogError.noRow }
        return (open, opened, membership)
      } catch let error as PostgresError where error.isRetryable {
        membership?.end()
        do { try patience.wait(after: error) } catch {
          if let opened { try conclude(opened, error, on: connection) }
          throw error is BackfillInterruption ? BackfillError.interrupted : error
        }
        if connection?.isAlive != true { connection = nil }
      } catch {
        membership?.end()
        if let opened { try conclude(opened, error, on: connection) }
        throw error is BackfillInterruption ? BackfillError.interrupted : error
      }
    }
  }

  /// Joins the unfinished run or begins one. Happens in one process at a time.
  private func open(_ schema: SchemaPlan, _ catalog: Catalog, _ sessions: [String: any SourceSession])
    throws -> Run
  {
    for plan in plans { try sessions[plan.entity.store]?.verify(plan) }
    let request = RunRequest(
      set: context.set.name, mapping: mappingDigest, source: sourceIdentity, entities: options.entities,
      limit: options.limit)
    return try catalog.open(
      request, join: options.join, isNew: options.isNew, tables: watched(schema),
      abandon: { try KeyMaking.finish(set: context.set.name, catalog) }
    ) {
      if try catalog.liveMembers(of: context.set.name) == 0 {
        for plan in plans { try sessions[plan.entity.store]?.verifyContents(of: plan) }
      }
      try prepare(schema, catalog)
    }
  }

  /// Writes down where each entity begins.
  private func furnish(
    _ run: Run, _ schema: SchemaPlan, _ catalog: Catalog, _ sessions: [String: any SourceSession]
  ) throws {
    // One rate for the run, whoever named it last. Who begins, or goes on alone, says by leaving it out that there is none.
    if options.rate != nil || !run.isShared { try catalog.set(rate: options.rate, run: run.id) }
    // Written down once: which tables were empty when the run began.
    let tables = watched(schema)
    let known = try catalog.entities(run)
    for plan in plans where known[plan.entity.name] == nil {
      let rows = try catalog.connection.query(
        "SELECT NOT EXISTS (SELECT FROM \(plan.table.sql)) AS is_empty")
      let claimsKeys =
        try sessions[plan.entity.store].map { try KeyOwnership.isNeeded(plan, $0, catalog.connection) }
        ?? true
      // Both or neither: that a table of claims is there is how a resumed run knows that its chunks fill one.
      try catalog.connection.transaction {
        try KeyClaims(plan, set: context.set.name).begin(catalog.connection, isNeeded: claimsKeys)
        try catalog.begin(run, entity: plan.entity.name, isFresh: rows.first?["is_empty"] == "t")
        for table in tables where table.entity == plan.entity.name { try catalog.remember(run, table) }
        if !claimsKeys { try postponeKey(of: plan, run, sessions[plan.entity.store], catalog) }
      }
    }
    if run.isResumed { try retryQuarantined(run, catalog, sessions) }
  }

  /// A session for each store: to open one for each entity would take a time that grows with their square, as opening a
  /// SQLite file reads the definitions of all its tables.
  func openSessions() throws -> [String: any SourceSession] {
    var sessions: [String: any SourceSession] = [:]
    for plan in plans where sessions[plan.entity.store] == nil {
      sessions[plan.entity.store] = try context.source(of: plan).openSessions(1).take()
    }
    return sessions
  }

  private func watched(_ schema: SchemaPlan) -> [WatchedTable] {
    schema.tables.map { table in
      WatchedTable(
        entity: table.entity, sql: table.table.sql, display: table.table.display,
        ownConstraints: schema.foreignKeys.filter { $0.table == table.table }.map(\.name))
    }
  }

  /// Writes down how the run ended, unless others go on with it. Where the server can't be reached any more the run stays
  /// "running", and is resumed all the same.
  private func conclude(_ run: Run, _ error: any Error, on connection: PostgresConnection?) throws {
    do {
      // A new connection may be one too many for the server.
      if let connection, connection.isAlive, !connection.isInTransaction {
        return try write(run, error, Catalog(connection))
      }
    } catch let lost as PostgresError where lost.isConnectionLost {
      // It had been lost, and nobody had noticed.
    } catch _ as PostgresError { return }
    do { try write(run, error, Catalog(try PostgresConnection(context.target))) } catch _ as PostgresError {}
  }

  private func write(_ run: Run, _ error: any Error, _ catalog: Catalog) throws {
    var isLimited = false
    if case BackfillError.quarantineLimit = error { isLimited = true }
    guard try isLimited || catalog.liveMembers(run) == 0 else { return }
    let isInterrupted = error is BackfillInterruption
    let shown: any Error = isInterrupted ? BackfillError.interrupted : error
    try catalog.finish(
      run, state: isInterrupted ? "interrupted" : "failed", error: "\(shown)", report: nil,
      isLimited: isLimited)
  }

  /// What the run has done, in all its processes.
  ///
  /// - Throws: ``BackfillError/unbalanced(entity:_:)``.
  func report(_ run: Run, _ catalog: Catalog) throws -> BackfillReport {
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

  private func wanted(_ name: String) -> Bool { plans.contains { $0.entity.name == name } }

  private var sourceIdentity: String {
    Set(plans.map(\.entity.store)).sorted().compactMap { context.sources[$0]?.identity }.joined(
      separator: " ")
  }

  /// What must be the same for an unfinished run to be continued: everything that decides what becomes of a record.
  private var mappingDigest: String {
    var text = ""
    for plan in plans {
      text += "\(plan.entity.name):\(plan.entity.collection):\(plan.table.display):\(plan.record)"
    }
    var digest = ByteBuffer(capacity: 64)
    var hex = ByteBuffer(capacity: 64)
    text.withUTF8 { SHA256.append(digestOf: UnsafeRawBufferPointer($0), to: &digest) }
    Hex.append(digest.bytes, to: &hex)
    return String(decoding: hex.bytes, as: UTF8.self)
  }

  private func prepare(_ schema: SchemaPlan, _ catalog: Catalog) throws {
    let connection = catalog.connection
    if options.createsSchema {
      try connection.transaction {
        for statement in schema.beforeLoad { _ = try connection.execute(statement.sql) }
      }
    }
    var blocking = try schema.differences(from: connection).filter(\.blocksWrites)
    if !blocking.isEmpty {
      // A run that goes on builds these keys after the rows.
      let away = Set(try catalog.postponedTables(of: context.set.name).map(\.table))
      blocking.removeAll {
        if case .otherKey(let table, let found, _) = $0 {
          found.isEmpty && away.contains(table.sql)
        } else {
          false
        }
      }
    }
    guard blocking.isEmpty else { throw BackfillError.schemaDiffers(blocking.map(\.description)) }
  }

  /// A run that stopped at its limit goes on once its records are mended: those that wait get another try first.
  private func retryQuarantined(_ run: Run, _ catalog: Catalog, _ sessions: [String: any SourceSession])
    throws
  {
    _ = try catalog.connection.execute("SET \(Catalog.loadSetting) TO '\(run.id)'")
    for plan in plans where plan.entity.quarantineLimit != nil {
      guard let session = sessions[plan.entity.store] else { continue }
      let keys = try SchemaPlan([plan], set: context.set).liveForeignKeys(in: catalog.connection)
      let loader = ChunkLoader(
        plan: plan, session: session, connection: catalog.connection, setName: context.set.name, run: run.id,
        foreignKeys: keys,
        ownership: try .inRun(
          plan, set: context.set.name,
          isFresh: try catalog.entity(run, plan.entity.name)?.isFresh ?? false, session, catalog.connection))
      _ = try Replay.pass(
        loader, catalog: catalog, set: context.set.name, run: run.id, entity: plan.entity.name)
    }
  }
}

/// Thrown inside the engine when the stop flag was set.
struct BackfillInterruption: Error {}
