internal import CSQLite

/// One connection to a SQLite file, for one thread at a time: SQLite's own locks on it are off.
///
/// For example:
/// ```swift
/// let database = try SQLiteConnection(path: "shop.db", mode: .readOnly)
/// try database.beginSnapshot()
/// let users = try database.prepare("SELECT id, name FROM users ORDER BY id")
/// while try users.step() { … }
/// ```
public final class SQLiteConnection {
  /// What a connection may do.
  public enum Mode: Sendable {
    /// Reads, and changes nothing in the file. For a database in WAL mode that no program has open, SQLite itself puts
    /// an empty `-wal` and a `-shm` beside it, which stay; nobody can lock out writers without them.
    case readOnly
    /// Reads and writes a file that is there.
    case readWrite
    /// Reads and writes, and makes the file if there is none.
    case create
  }

  /// How long a statement waits for another program's lock, in milliseconds.
  public static var busyTimeout: Int32 { 10_000 }

  /// The file, as an absolute path.
  public let path: String
  /// Stops the running statement from another thread.
  public let cancelHandle: SQLiteCancel
  /// Whether SQLite was told that nobody changes the file: its folder is read-only, and nothing waits beside it.
  public let isImmutable: Bool
  let database: OpaquePointer
  /// Which file was opened.
  public let identity: SQLiteFileIdentity
  let file: SQLiteFile
  /// The file as the snapshot began, if it has to stay so: a database with a rollback journal.
  private(set) var stateInSnapshot: SQLiteFile.State?
  private let stateAtOpening: SQLiteFile.State?

  /// Opens a database file.
  ///
  /// - Parameter path: The file, taken as it stands: neither as a URI nor as a name of a database in memory.
  /// - Throws: `SQLiteError`: no such file, a folder, not a database, encrypted, locked, no permission.
  public init(path: String, mode: Mode) throws {
    let file = try SQLiteFile(path)
    if mode != .create { try file.requireFile() }
    let opened = try SQLiteOpening.open(file, mode)
    self.file = file
    self.path = file.path
    database = opened.database
    identity = opened.identity
    isImmutable = opened.isImmutable
    stateAtOpening = opened.isImmutable ? opened.state : nil
    cancelHandle = SQLiteCancel(opened.database)
  }

  deinit { cancelHandle.close() }

  /// Whether texts are stored as UTF-16. A database without a table may still change that.
  var storesWideText: Bool { SQLiteOpening.storesWideText(database) }

  /// Runs statements, and throws their rows away.
  ///
  /// - Throws: `SQLiteError`.
  public func execute(_ sql: String) throws {
    let code = sqlite3_exec(database, sql, nil, nil, nil)
    guard code == SQLITE_OK else {
      throw explained(SQLiteError(database, code: code, sql: sql, path: path))
    }
  }

  /// Compiles one statement.
  ///
  /// - Throws: `SQLiteError`, also for text that holds no statement or more than one.
  public func prepare(_ sql: String) throws -> SQLiteStatement {
    try SQLiteStatement(sql, connection: self)
  }

  /// Runs one statement and gathers all its rows: for small results.
  ///
  /// - Throws: `SQLiteError`.
  @discardableResult
  public func query(_ sql: String, _ values: [SQLiteValue] = []) throws -> [[SQLiteValue]] {
    let statement = try prepare(sql)
    try statement.bind(values)
    var rows: [[SQLiteValue]] = []
    while try statement.step() { rows.append((0..<statement.columnCount).map(statement.value)) }
    return rows
  }

  /// Begins to read one state of the database, which stays until `endSnapshot` whatever others commit.
  ///
  /// While it lasts, a database in WAL mode takes commits as usual but its `-wal` file can only grow; a database with a
  /// rollback journal makes writers wait.
  ///
  /// - Throws: `SQLiteError`.
  public func beginSnapshot() throws {
    try requireUnchanged()
    try requireSameFile()
    try execute("BEGIN")
    do {
      // BEGIN alone takes no snapshot: the first read does.
      try query("SELECT 1 FROM sqlite_schema LIMIT 1")
      // A checkpoint may write into the file of a database in WAL mode at any time.
      stateInSnapshot = try journalMode() == "wal" ? nil : file.state
    } catch {
      try execute("ROLLBACK")
      throw error
    }
  }

  /// Ends the snapshot. Statements that are still in the middle of their rows hold it: reset them first.
  ///
  /// - Throws: `SQLiteError`, also if the file was changed meanwhile in a way that no lock stops.
  public func endSnapshot() throws {
    let end = Result { try requireSameFile() }
    stateInSnapshot = nil
    try execute("COMMIT")
    try requireUnchanged()
    try end.get()
  }

  /// A number that changes when another connection has committed; compare it only with this connection's own.
  ///
  /// - Throws: `SQLiteError`.
  public func dataVersion() throws -> Int { try pragma("data_version").integer ?? 0 }

  /// How texts are stored: `UTF-8`, `UTF-16le` or `UTF-16be`. They are read as UTF-8 all the same.
  ///
  /// - Throws: `SQLiteError`.
  public func encoding() throws -> String { try pragma("encoding").text ?? "" }

  /// How commits are made durable: `wal`, `delete`, `truncate`, `persist`, `memory` or `off`.
  ///
  /// - Throws: `SQLiteError`.
  public func journalMode() throws -> String { try pragma("journal_mode").text ?? "" }

  func pragma(_ name: String) throws -> SQLiteValue {
    try query("PRAGMA \(name)").first?.first ?? .null
  }

  private func requireUnchanged() throws {
    guard isImmutable else { return }
    guard file.pendingChanges == nil, file.state == stateAtOpening else {
      throw SQLiteFile.error(
        kedge_busy_snapshot,
        "another program changed it while it was read from a read-only folder; run again with a copy of it.",
        path: path)
    }
  }
}

extension SQLiteConnection {
  /// A name of a table or column, fit to stand in a statement.
  public static func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }
}
