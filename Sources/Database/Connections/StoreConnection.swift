internal import Postgres
internal import SQLite

/// A pooled connection: an actor whose thread is the only one to touch it.
actor StoreConnection {
  private let executor: ThreadExecutor
  private var driver: (any Driver)?
  /// Whether a request to end an earlier statement may still arrive at the server.
  private var isSuspect = false

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Starts the thread.
  private init(name: String) throws { executor = try ThreadExecutor(name: name) }

  deinit { executor.end() }

  /// A connection that is open.
  ///
  /// - Throws: ``DatabaseError``.
  static func open(
    name: String, _ make: @Sendable () throws -> any Driver
  ) async throws -> StoreConnection {
    let connection: StoreConnection
    do {
      connection = try StoreConnection(name: name)
    } catch {
      throw DatabaseError(.connection, String(describing: error))
    }
    try await connection.open(make)
    return connection
  }

  /// Connects.
  private func open(_ make: @Sendable () throws -> any Driver) throws {
    do { driver = try make() } catch { throw Self.translated(error, nil) }
  }

  /// Ends the connection.
  func close() {
    driver?.close()
    driver = nil
  }

  /// Whether the connection can serve another caller.
  var isReusable: Bool { !isSuspect && driver.map { $0.isAlive && !$0.isInTransaction } ?? false }

  /// The server's or library's version.
  var version: String { driver?.version ?? "" }

  /// Runs one statement.
  func run(
    _ statement: SQLTranslation, _ parameters: [DatabaseValue], _ token: StatementToken
  ) throws -> StatementResult {
    try perform(token) { driver in
      try driver.run(statement, parameters) { token.reason == nil }
    }
  }

  /// Runs statements without parameters.
  func runScript(_ sql: String, _ token: StatementToken) throws {
    try perform(token) { driver in
      try driver.runScript(sql) { token.reason == nil }
    }
  }

  /// Runs one command of transactions.
  func command(_ sql: String, _ token: StatementToken) throws { try perform(token) { try $0.command(sql) } }

  /// Begins a transaction.
  func begin(_ mode: TransactionMode, _ token: StatementToken) throws {
    try perform(token) { driver in
      try driver.begin(mode) { token.reason == nil }
    }
  }

  /// Commits, unless a statement has failed or has ended the transaction.
  func commit(_ token: StatementToken) throws {
    try perform(token) { driver in
      guard driver.isInTransaction else {
        throw DatabaseError(.usage, "The transaction was ended by a statement inside it.")
      }
      try driver.commit()
    }
  }

  /// Undoes what is open. Nothing cancels this.
  ///
  /// - Returns: whether the connection is in order.
  func rollBack() -> Bool {
    guard let driver, !isSuspect else { return false }
    guard driver.isInTransaction else { return driver.isAlive }
    do {
      try driver.command("ROLLBACK")
      return driver.isAlive
    } catch {
      // The connection is given up, and with it the transaction.
      return false
    }
  }

  private func perform<T>(_ token: StatementToken, _ body: (any Driver) throws -> T) throws -> T {
    guard let driver else { throw DatabaseError(.connection, "The connection is closed.") }
    defer { isSuspect = isSuspect || token.isUncertain }
    do {
      return try token.run(cancel: driver.cancel) { try body(driver) }
    } catch {
      throw Self.translated(error, token.reason)
    }
  }

  private static func translated(_ error: any Error, _ reason: StatementToken.Reason?) -> any Error {
    let translated: DatabaseError
    switch error {
    case let error as DatabaseError: translated = error
    case let error as PostgresError: translated = DatabaseError(error)
    case let error as SQLiteError: translated = DatabaseError(error)
    default: return error
    }
    // The statement ended because we asked for it, or the connection was given up for not ending it.
    if let reason, translated.kind == .cancelled || translated.kind == .connection {
      var error = StatementToken.error(for: reason)
      error.sqlState = translated.sqlState
      error.sqliteCode = translated.sqliteCode
      return error
    }
    return translated
  }
}
