internal import Synchronization

/// A transaction that is open: what `transaction { }` gives to its body, and good for nothing after it.
///
/// Statements of one transaction run one after the other, also when several tasks ask.
public final class Transaction: DatabaseAccess {
  private struct State {
    var isOpen = true
    var depth = 0
  }

  /// The database that answers.
  public let backend: DatabaseBackend
  private let connection: StoreConnection
  private let translations: Translations
  private let deadline: Deadline?
  private let state = Mutex(State())

  init(
    _ connection: StoreConnection, _ backend: DatabaseBackend, _ translations: Translations,
    deadline: Deadline?
  ) {
    self.connection = connection
    self.backend = backend
    self.translations = translations
    self.deadline = deadline
  }

  var isOpen: Bool { state.withLock { $0.isOpen } }

  func end() { state.withLock { $0.isOpen = false } }

  private func requireOpen() throws {
    guard isOpen else {
      throw DatabaseError(.usage, "The transaction has ended; use it only inside its own braces.")
    }
  }

  /// Runs one statement in the transaction. An error of Postgres' makes the whole transaction fail, unless a ``savepoint(_:)`` stands
  /// around it.
  ///
  /// - Throws: ``DatabaseError``.
  public func execute(
    _ sql: String, _ parameters: [(any DatabaseEncodable)?], deadline: Deadline?
  ) async throws -> ExecutionResult {
    try requireOpen()
    let translation = try translations.translation(of: sql, parameters: parameters.count)
    let values = parameters.map { $0?.databaseValue ?? .null }
    let result = try await withToken(deadline: .earlier(deadline, self.deadline)) {
      try await connection.run(translation, values, $0)
    }
    return ExecutionResult(rows: result.rows, affected: result.affected)
  }

  /// Runs `body` so that its work alone is undone when it throws, and the transaction goes on. They may be nested; don't run two
  /// beside each other.
  ///
  /// - Throws: what `body` throws, or a ``DatabaseError``.
  @discardableResult
  public func savepoint<T>(_ body: (Transaction) async throws -> T) async throws -> T {
    try requireOpen()
    let depth = state.withLock { state in
      state.depth += 1
      return state.depth
    }
    defer { state.withLock { $0.depth -= 1 } }
    let name = "kedge_\(depth)"
    try await withToken(deadline: deadline) { try await connection.runScript("SAVEPOINT \(name)", $0) }
    do {
      let value = try await body(self)
      try await withToken(deadline: deadline) { try await connection.runScript("RELEASE \(name)", $0) }
      return value
    } catch {
      // Not cancelled with the task: the transaction around may go on.
      try await connection.runScript("ROLLBACK TO \(name); RELEASE \(name)", StatementToken())
      throw error
    }
  }
}
