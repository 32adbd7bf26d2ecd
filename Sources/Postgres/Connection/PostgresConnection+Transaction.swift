internal import CLibPQ
internal import Executors

extension PostgresConnection {
  /// The isolation levels of SQL.
  private static let isolationLevels: Set<String> = [
    "READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE",
  ]

  /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
  ///
  /// If the connection is lost during the commit, the error's ``PostgresError/isConnectionLost`` is true, and only the
  /// data can tell whether the transaction was committed.
  ///
  /// - Parameters:
  ///   - isolation: `read committed`, `repeatable read` or `serializable`; nil for the server's default.
  ///   - readOnly: whether the server refuses writes.
  /// - Throws: what `body` throws, or a ``PostgresError``. After an error that `body` swallowed the server can't commit:
  ///   that throws too.
  public func transaction<T>(
    isolation: String? = nil, readOnly: Bool = false, _ body: () throws -> T
  ) throws -> T {
    _ = try ready()
    guard !isInTransaction else {
      throw PostgresError(.usage, "A transaction is open already; use a savepoint inside it.")
    }
    var begin = "BEGIN"
    if let isolation {
      guard Self.isolationLevels.contains(isolation.uppercased()) else {
        throw PostgresError(
          .usage,
          "There is no isolation level \"\(isolation)\"; use read committed, repeatable read or serializable."
        )
      }
      begin += " ISOLATION LEVEL \(isolation.uppercased())"
    }
    if readOnly { begin += " READ ONLY" }
    try execute(begin)

    do {
      let value = try body()
      try refuseOpenCopy()
      switch PQtransactionStatus(handle) {
      case PQTRANS_INTRANS:
        StopPoint.reach(.beforeCommit)
        try execute("COMMIT")
        StopPoint.reach(.afterCommit)
      case PQTRANS_INERROR:
        throw PostgresError(
          .usage,
          "The transaction can't be committed, for a statement in it failed and the error was passed over.")
      case PQTRANS_IDLE:
        throw PostgresError(.usage, "The transaction was ended by a statement inside it.")
      default:
        // Lost: this statement fails and says why.
        try execute("COMMIT")
      }
      return value
    } catch {
      rollBack(with: "ROLLBACK")
      throw error
    }
  }

  /// Runs `body` so that its work alone is undone when it throws, and the transaction around it goes on.
  ///
  /// - Throws: what `body` throws, or a ``PostgresError``.
  public func savepoint<T>(_ body: () throws -> T) throws -> T {
    _ = try ready()
    guard isInTransaction else {
      // If the connection is lost, this statement fails and says why.
      try execute("SELECT 1")
      throw PostgresError(.usage, "A savepoint needs a transaction around it.")
    }
    savepointDepth += 1
    defer { savepointDepth -= 1 }
    let name = "kedge_\(savepointDepth)"
    try execute("SAVEPOINT \(name)")
    do {
      let value = try body()
      try refuseOpenCopy()
      try execute("RELEASE SAVEPOINT \(name)")
      return value
    } catch {
      rollBack(with: "ROLLBACK TO SAVEPOINT \(name); RELEASE SAVEPOINT \(name)")
      throw error
    }
  }

  private func refuseOpenCopy() throws {
    // `ready` names the COPY that is open.
    _ = try ready()
  }

  /// Undoes work after an error, which is the one that the caller will hear of: should this fail too, it is because the
  /// connection is gone, and then the server rolls back by itself.
  private func rollBack(with sql: String) {
    abortCopyIn("the transaction is rolled back")
    abandonCopyOut()
    guard isInTransaction else { return }
    do {
      try execute(sql)
    } catch {
      // Gone, as said above.
      return
    }
  }
}
