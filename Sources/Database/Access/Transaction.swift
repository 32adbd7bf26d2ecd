internal import Synchronization

/// A transaction that is open: what `transaction { }` gives to its body, and good for nothing after it.
///
/// Statements of one transaction run one after the other, also when several tasks ask.
public final class Transaction: DatabaseAccess {
  private struct State {
    var isOpen = true
    var hasExpired = false
    /// Whether a statement has failed since the last savepoint that is still open began.
    var hasFailed = false
    var depth = 0
  }

  /// The database that answers.
  public let backend: DatabaseBackend
  private let connection: StoreConnection
  private let translations: Translations
  private let deadline: Deadline?
  private let statementTimeout: Duration?
  private let time: TimeSource
  private let state = Mutex(State())

  init(
    _ connection: StoreConnection, _ backend: DatabaseBackend, _ translations: Translations,
    deadline: Deadline?, statementTimeout: Duration?, time: TimeSource
  ) {
    self.connection = connection
    self.backend = backend
    self.translations = translations
    self.deadline = deadline
    self.statementTimeout = statementTimeout
    self.time = time
  }

  var isOpen: Bool { state.withLock { $0.isOpen } }

  /// Takes no statements any more.
  ///
  /// - Throws: ``DatabaseError`` if it can't be committed.
  func end() throws {
    let state = state.withLock { state in
      defer { state.isOpen = false }
      return state
    }
    if state.hasExpired { throw DatabaseError.transactionExpired }
    if state.hasFailed { throw DatabaseError.transactionFailed }
  }

  /// Takes no statements any more; it is about to be rolled back.
  func abandon() { state.withLock { $0.isOpen = false } }

  /// Ends it from outside when its time is over, so that its locks go even if its body hangs.
  func expire() async {
    let wasOpen = state.withLock { state in
      defer {
        state.hasExpired = state.isOpen || state.hasExpired
        state.isOpen = false
      }
      return state.isOpen
    }
    if wasOpen { _ = await connection.rollBack() }
  }

  private func requireUsable() throws {
    let state = state.withLock { $0 }
    if state.hasExpired { throw DatabaseError.transactionExpired }
    guard state.isOpen else {
      throw DatabaseError(.usage, "The transaction has ended; use it only inside its own braces.")
    }
    if state.hasFailed { throw DatabaseError.transactionFailed }
  }

  /// Runs one statement in the transaction. If it fails, the whole transaction can only be rolled back, unless a ``savepoint(_:)``
  /// stands around it: so Postgres has it, and here SQLite too.
  ///
  /// - Throws: ``DatabaseError``.
  public func execute(
    _ sql: String, _ parameters: [(any DatabaseEncodable)?], deadline: Deadline?
  ) async throws -> ExecutionResult {
    try requireUsable()
    let translation = try translations.translation(of: sql, parameters: parameters.count)
    let values = parameters.map { $0?.databaseValue ?? .null }
    let timeout = statementTimeout.map { time.deadline(after: $0) }
    do {
      let result = try await withToken(time, deadline: .earlier(.earlier(deadline, timeout), self.deadline)) {
        try await connection.run(translation, values, $0)
      }
      return ExecutionResult(rows: result.rows, affected: result.affected)
    } catch {
      state.withLock { $0.hasFailed = true }
      throw error
    }
  }

  /// Runs `body` so that its work alone is undone when it throws, and the transaction goes on. They may be nested; don't run two
  /// beside each other.
  ///
  /// - Throws: what `body` throws, or a ``DatabaseError``.
  @discardableResult
  public func savepoint<T>(_ body: (Transaction) async throws -> T) async throws -> T {
    try requireUsable()
    let depth = state.withLock { state in
      state.depth += 1
      return state.depth
    }
    defer { state.withLock { $0.depth -= 1 } }
    let name = "kedge_\(depth)"
    try await withToken(time, deadline: deadline) { try await connection.command("SAVEPOINT \(name)", $0) }
    do {
      let value = try await body(self)
      try requireUsable()
      try await withToken(time, deadline: deadline) { try await connection.command("RELEASE \(name)", $0) }
      return value
    } catch {
      // Not cancelled with the task: the transaction around may go on.
      if isOpen { await undo(name) }
      throw error
    }
  }

  /// Goes back to a savepoint. Where that fails, the whole transaction is lost, and the error that led here is the one to hear of.
  private func undo(_ name: String) async {
    do {
      try await connection.command("ROLLBACK TO \(name); RELEASE \(name)", StatementToken())
      state.withLock { $0.hasFailed = false }
    } catch {
      state.withLock { $0.hasFailed = true }
    }
  }
}

extension DatabaseError {
  static let transactionExpired = DatabaseError(
    .timeout(.transaction), "The transaction took longer than its deadline allows, and was rolled back.")
}
