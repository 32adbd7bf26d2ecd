internal import Catalog
internal import Executors
public import Postgres

/// Applies and undoes the migrations of one set in one database.
///
/// For example:
/// ```swift
/// let runner = try MigrationRunner(connection, folder)
/// try runner.up()
/// ```
public struct MigrationRunner {
  /// Something that was done, or would be.
  public struct Step: Sendable, Equatable {
    /// The migration.
    public let file: MigrationFile
    /// Which way.
    public let direction: MigrationFile.Direction
    /// How long it took; 0 in a dry run.
    public let seconds: Double
  }

  let connection: PostgresConnection
  let folder: MigrationFolder
  let options: MigrationOptions
  let records: MigrationRecords
  let lock: MigrationLock
  /// Whether a pooler stands between, which may serve each transaction by another session.
  let isPooled: Bool

  /// - Throws: `PostgresError` if the server can't be asked.
  public init(
    _ connection: PostgresConnection, _ folder: MigrationFolder,
    options: MigrationOptions = MigrationOptions()
  )
    throws
  {
    self.connection = connection
    self.folder = folder
    self.options = options
    records = MigrationRecords(connection: connection, set: folder.set)
    lock = MigrationLock(connection: connection)
    // A pooler makes up the process numbers that its clients see.
    let process = try connection.query("SELECT pg_backend_pid() AS process").first?.int("process")
    isPooled = options.isPooled ?? (process != connection.backendProcess)
  }

  /// Where each migration stands. Writes nothing.
  ///
  /// - Throws: `PostgresError`, ``MigrationError``.
  public func status() throws -> MigrationStatus {
    MigrationStatus(files: folder.files, records: try records.all())
  }

  /// Applies what isn't applied, in order, each in a transaction of its own unless its file says otherwise.
  ///
  /// - Parameters:
  ///   - limit: the last number to apply; nil for all.
  ///   - isDry: whether nothing is written.
  /// - Returns: what was done, or would be.
  /// - Throws: ``MigrationError``, after which everything up to the failed migration stays; `PostgresError`.
  @discardableResult
  public func up(to limit: Int? = nil, isDry: Bool = false) throws -> [Step] {
    try checkNumber(limit)
    if isDry { return try plan(to: limit).map { Step(file: $0, direction: .up, seconds: 0) } }
    return try alone {
      var steps: [Step] = []
      for file in try plan(to: limit) {
        if let seconds = try apply(file, .up) {
          steps.append(Step(file: file, direction: .up, seconds: seconds))
          options.say("applied \(file.title) in \(Self.rounded(seconds)) s")
        }
      }
      return steps
    }
  }

  private func plan(to limit: Int?) throws -> [MigrationFile] {
    let status = try status()
    let problems = status.disagreements(allowsOutOfOrder: options.allowsOutOfOrder)
    guard problems.isEmpty else { throw MigrationError.disagreement(problems) }
    if let entry = status.entries.first(where: { $0.state == .partlyDown }) {
      throw MigrationError.notPossible(
        "\(entry.title) is undone in part; finish with 'kedge migrate down' before going up")
    }
    let done = Set(status.entries.filter { $0.state == .applied || $0.state == .baseline }.map(\.number))
    let files = folder.files.filter { !done.contains($0.number) && $0.number <= limit ?? .max }
    for file in files {
      if file.up.statements.isEmpty { throw MigrationError.empty(title: file.title, file: file.up.file) }
      if isPooled, !file.up.isTransaction { throw MigrationError.pooled(title: file.title) }
    }
    return files
  }

  /// Undoes the latest migration, or all behind a number, the latest first.
  ///
  /// - Parameters:
  ///   - limit: the last number to keep, 0 to undo everything; nil to undo one.
  ///   - isDry: whether nothing is written.
  /// - Returns: what was done, or would be.
  /// - Throws: ``MigrationError``, `PostgresError`.
  @discardableResult
  public func down(to limit: Int? = nil, isDry: Bool = false) throws -> [Step] {
    if limit != 0 { try checkNumber(limit) }
    if isDry { return try planDown(to: limit).map { Step(file: $0, direction: .down, seconds: 0) } }
    return try alone {
      var steps: [Step] = []
      for file in try planDown(to: limit) {
        if let seconds = try apply(file, .down) {
          steps.append(Step(file: file, direction: .down, seconds: seconds))
          options.say("undid \(file.title) in \(Self.rounded(seconds)) s")
        }
      }
      return steps
    }
  }

  private func planDown(to limit: Int?) throws -> [MigrationFile] {
    let status = try status()
    let entries = status.entries.filter { $0.record != nil }.reversed()
    let chosen = limit.map { limit in entries.filter { $0.number > limit } } ?? Array(entries.prefix(1))
    return try chosen.map { entry in
      if entry.state == .changed || entry.state == .missing {
        throw MigrationError.disagreement(
          status.disagreements(allowsOutOfOrder: true).filter { $0.hasPrefix(entry.title) })
      }
      if entry.state == .partlyUp {
        throw MigrationError.notPossible(
          "\(entry.title) is applied in part; finish it with 'kedge migrate up', or say how it stands with"
            + " 'kedge migrate repair --mark-applied \(entry.number)' or '--mark-pending \(entry.number)'")
      }
      if entry.record?.isBaseline == true { throw MigrationError.baselineStays(title: entry.title) }
      guard let file = folder.files.first(where: { $0.number == entry.number }) else {
        throw MigrationError.unknownNumber(entry.number, known: folder.files.map(\.number))
      }
      guard let part = file.down, !part.statements.isEmpty else {
        throw MigrationError.noWayBack(title: file.title, file: (file.down ?? file.up).file)
      }
      if isPooled, !part.isTransaction { throw MigrationError.pooled(title: file.title) }
      return file
    }
  }

  func checkNumber(_ number: Int?) throws {
    guard let number, !folder.files.contains(where: { $0.number == number }) else { return }
    throw MigrationError.unknownNumber(number, known: folder.files.map(\.number))
  }

  /// - Returns: how long it took, or nil if another runner has done it meanwhile.
  private func apply(_ file: MigrationFile, _ direction: MigrationFile.Direction) throws -> Double? {
    guard !options.stop.isSet else { throw MigrationError.interrupted }
    guard let part = file.part(direction) else { return nil }
    let start = ContinuousClock.now
    let isDone =
      part.isTransaction
      ? try inTransaction(file, part, direction, start) : try stepwise(file, part, direction, start)
    return isDone ? Self.seconds(since: start) : nil
  }

  // MARK: One runner at a time

  /// Runs `body` while no other runner works on this database, with Kedge's tables in place.
  func alone<T>(_ body: () throws -> T) throws -> T {
    if isPooled {
      // Each transaction takes the lock for itself.
      try Catalog(connection).ensure()
      return try body()
    }
    try waitForLock { try lock.trySession() }
    let result: T
    do {
      try Catalog(connection).ensure()
      result = try body()
    } catch {
      // A connection that is gone has no lock any more.
      if connection.isAlive { try lock.releaseSession() }
      throw error
    }
    try lock.releaseSession()
    return result
  }

  func waitForLock(_ take: () throws -> String?) throws {
    let deadline = ContinuousClock.now + .seconds(options.patience)
    var hasSaid = false
    while let holder = try take() {
      guard !options.stop.isSet else { throw MigrationError.interrupted }
      guard ContinuousClock.now < deadline else { throw MigrationError.busy(holder: holder) }
      if !hasSaid { options.say("waiting for another process that migrates this database: \(holder)") }
      hasSaid = true
      Pause.wait(0.2, unless: options.stop)
    }
  }

  static func seconds(since start: ContinuousClock.Instant) -> Double {
    ContinuousClock.now.duration(to: start) / .seconds(-1)
  }

  private static func rounded(_ seconds: Double) -> String { String((seconds * 10).rounded() / 10) }
}
