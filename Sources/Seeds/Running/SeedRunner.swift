internal import Catalog
internal import Executors
public import Mapping
public import Postgres

/// Puts the seeds of a folder in place: rows of reference data, by their natural keys, as often as one likes.
///
/// For example:
/// ```swift
/// let seeds = try SeedFolder(path: "seeds/shop")
/// let report = try SeedRunner(connection, seeds, set).run()
/// ```
///
/// What a person changed or deleted stays as it is, unless a file or ``SeedOptions/isForced`` says otherwise. Each file is one transaction,
/// together with what is remembered of its rows in `kedge.seeds`.
public struct SeedRunner {
  let connection: PostgresConnection
  let folder: SeedFolder
  let set: MappingSet?

  /// - Parameters:
  ///   - connection: into the target. The role has to own schema `kedge`, or be a member of the role that does.
  ///   - folder: the files.
  ///   - set: says which table an entity has, and what Postgres owns. The phases that were set since are asked for. Without one, files
  ///     name tables.
  public init(_ connection: PostgresConnection, _ folder: SeedFolder, _ set: MappingSet?) {
    self.connection = connection
    self.folder = folder
    self.set = set
  }

  /// The name by which rows are remembered, and that two processes can't seed at once.
  var setName: String { self.set?.name ?? folder.name }

  /// Puts every file in place.
  ///
  /// - Returns: what became of the rows.
  /// - Throws: ``SeedErrors`` and ``SeedRefusal`` before anything is written; ``SeedError``, after which the files before the one that
  ///   failed are in place; `PostgresError`.
  @discardableResult
  public func run(_ options: SeedOptions = SeedOptions()) throws -> SeedReport {
    let cancel = connection.cancelHandle
    let registration = options.stop.onSet { cancel.cancel() }
    defer { registration.remove() }
    do {
      return try locked(options)
    } catch let error as PostgresError where options.stop.isSet && error.isCancelled {
      throw SeedError.interrupted
    }
  }

  private func locked(_ options: SeedOptions) throws -> SeedReport {
    let lock = SeedLock(connection: connection, set: setName)
    // A pooler makes up the process numbers that its clients see, and may hand out another session with each transaction.
    let process = try connection.query("SELECT pg_backend_pid() AS process").first?.int("process")
    guard process == connection.backendProcess else { return try checkedRun(options, lock) }
    try lock.takeSession(options)
    let report: SeedReport
    do {
      report = try checkedRun(options, lock)
    } catch {
      // A connection that is gone has no lock any more.
      if connection.isAlive { try lock.releaseSession() }
      throw error
    }
    try lock.releaseSession()
    return report
  }

  private func checkedRun(_ options: SeedOptions, _ lock: SeedLock) throws -> SeedReport {
    try SeedCheck(connection: connection, folder: folder, set: set, stop: options.stop).run()
    guard !options.isDry else { return try dryRun(options, lock) }
    try Catalog(connection).ensure()
    var seeds: [SeedReport.Seed] = []
    for file in folder.files {
      guard !options.stop.isSet else { throw SeedError.interrupted }
      let seed = try connection.transaction { try place(file, options, lock) }
      seeds.append(seed)
      options.say(
        "\(file.name): \(seed.inserted) inserted, \(seed.updated) updated, \(seed.unchanged) unchanged, \(seed.kept) kept"
      )
    }
    return try finish(seeds, options) { body in
      guard !options.stop.isSet else { throw SeedError.interrupted }
      return try connection.transaction {
        let set = try begin(lock)
        return try body(set)
      }
    }
  }

  /// Does everything in one transaction, and undoes it.
  private func dryRun(_ options: SeedOptions, _ lock: SeedLock) throws -> SeedReport {
    var report: SeedReport?
    do {
      try connection.transaction {
        try Catalog(connection).makeSeedTables()
        let seeds = try folder.files.map { try place($0, options, lock) }
        report = try finish(seeds, options) { body in try body(try begin(lock)) }
        throw Undo()
      }
    } catch is Undo {
      // The transaction was rolled back, as it should be.
    }
    return report ?? SeedReport(seeds: [], isDry: true)
  }

  private struct Undo: Error {}

  /// Removes what left its file, or counts it.
  private func finish(
    _ seeds: [SeedReport.Seed], _ options: SeedOptions,
    inTransaction: ((MappingSet?) throws -> SeedReport.Seed?) throws -> SeedReport.Seed?
  ) throws -> SeedReport {
    let pruning = SeedPruning(
      connection: connection, memory: SeedMemory(connection: connection, set: setName), folder: folder,
      options: options)
    var report = SeedReport(seeds: seeds, isDry: options.isDry)
    for group in try pruning.groups() {
      let found = try inTransaction { try pruning.run(group, SeedOwnership(set: $0)) }
      guard let found else { continue }
      if let index = report.seeds.firstIndex(where: { $0.seed == found.seed && $0.table == found.table }) {
        report.seeds[index].removed += found.removed
        report.seeds[index].kept += found.kept
        report.seeds[index].left += found.left
        report.seeds[index].rows += found.rows
      } else {
        report.seeds.append(found)
      }
    }
    return report
  }

  // MARK: One file

  /// What every transaction begins with: the lock, the phases as they are, and who writes.
  ///
  /// - Returns: the set with its live phases, which stay until the transaction's end.
  private func begin(_ lock: SeedLock) throws -> MappingSet? {
    try lock.takeTransaction()
    _ = try connection.query("SELECT set_config('kedge.writer', 'kedge-admin', true)")
    guard let set else { return nil }
    _ = try connection.query(
      "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))",
      [.text(Catalog.phaseLock(set: set.name))])
    let live = try Catalog(connection).livePhases(of: set.name)
    // Guardrails may want to know which phases a writer has seen.
    _ = try connection.query("SELECT set_config('kedge.fence', $1, true)", [.text(String(live.epoch))])
    return try set.applying(live)
  }

  private func place(_ file: SeedFile, _ options: SeedOptions, _ lock: SeedLock) throws -> SeedReport.Seed {
    let ownership = SeedOwnership(set: try begin(lock))
    let log = folder.log()
    let preparation = SeedPreparation(connection: connection, ownership: ownership, log: log)
    guard let subject = preparation.subject(of: file) else {
      throw SeedErrors(diagnostics: log.diagnostics, isLate: !options.isDry)
    }
    if let entity = subject.entity, let refusal = ownership.refusal(of: file, entity) {
      throw SeedRefusal(reasons: [refusal])
    }
    guard let seed = try preparation.prepare(file, subject) else {
      throw SeedErrors(diagnostics: log.diagnostics, isLate: !options.isDry)
    }
    let staging = "kedge_seed_rows"
    do {
      guard
        try SeedStaging(connection: connection, seed: seed, table: staging, log: log).fill(),
        try SeedOverlap(connection: connection, folder: folder, memory: memory, log: log).check(
          seed, staging, preparation)
      else { throw SeedErrors(diagnostics: log.diagnostics, isLate: !options.isDry) }
      let placing = SeedPlacing(
        connection: connection, memory: memory, seed: seed, staging: staging,
        isForced: options.isForced || file.isForced)
      // Rows may refer to each other, and to rows that a statement after theirs brings.
      try connection.execute("SET CONSTRAINTS ALL DEFERRED")
      let report = try placing.run(rowLimit: options.rowLimit, reportsAll: options.reportsAll)
      try connection.execute("SET CONSTRAINTS ALL IMMEDIATE; DROP TABLE \(staging)")
      return report
    } catch let refusal as SeedRowRefusal {
      throw SeedError.failed(SeedFailure(refusal, in: seed, isDry: options.isDry))
    } catch let error as PostgresError
      where error.code == .server && !error.isCancelled && !error.isRetryable
    {
      throw SeedError.failed(
        SeedFailure(SeedRowRefusal(row: nil, cause: error), in: seed, isDry: options.isDry))
    }
  }

  private var memory: SeedMemory { SeedMemory(connection: connection, set: setName) }
}
