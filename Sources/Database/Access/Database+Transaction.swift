/// The transaction that the present task is inside of.
enum CurrentTransaction {
  struct Entry: Sendable {
    let database: ObjectIdentifier
    let transaction: Transaction
  }
  @TaskLocal static var entries: [Entry] = []
}

extension Database {
  /// Runs `body` in a transaction: commits when it returns; rolls back when it throws, when the task is cancelled or the deadline comes.
  ///
  /// Inside, use the transaction that `body` gets: the database's own calls would run outside of it and are refused. On SQLite one
  /// transaction that isn't `readOnly` runs at a time (`BEGIN IMMEDIATE`), others wait for it.
  ///
  /// - Parameters:
  ///   - isolation: what it may see of others; nil for the server's default.
  ///   - readOnly: whether writes are refused.
  ///   - retries: how often `body` may run again after another transaction got in its way (see ``DatabaseError/isRetryable``). It
  ///     must do nothing that can't be repeated.
  ///   - deadline: for all of it, with the wait for a connection and all repetitions.
  /// - Throws: what `body` throws, or a ``DatabaseError``.
  @discardableResult
  public func transaction<T>(
    isolation: IsolationLevel? = nil, readOnly: Bool = false, retries: Int = 0, deadline: Deadline? = nil,
    _ body: (Transaction) async throws -> T
  ) async throws -> T {
    try requireNoTransaction()
    let mode = TransactionMode(isolation: isolation, readOnly: readOnly)
    let pool = readOnly ? connections.readers : connections.main
    var attempt = 0
    while true {
      do {
        return try await pool.withConnection(deadline: deadline) { connection in
          await transaction(mode, on: connection, deadline, body)
        }
      } catch let error as DatabaseError where error.isRetryable && attempt < retries {
        attempt += 1
        if let deadline, deadline.hasPassed(configuration.time) { throw error }
        // Those that got in each other's way should not meet again at once.
        let pause = Duration.milliseconds(Int.random(in: 1...(2 << min(attempt, 7))))
        do {
          try await Task.sleep(for: pause)
        } catch {
          throw StatementToken.error(for: .cancelled)
        }
      }
    }
  }

  private func transaction<T>(
    _ mode: TransactionMode, on connection: StoreConnection, _ deadline: Deadline?,
    _ body: (Transaction) async throws -> T
  ) async -> (Result<T, any Error>, isReusable: Bool) {
    let transaction = Transaction(
      connection, backend, translations, deadline: deadline, statementTimeout: configuration.statementTimeout,
      time: configuration.time)
    let timer = deadline.map { deadline in
      Task { [time = configuration.time] in
        try await time.sleep(deadline.instant)
        await transaction.expire()
      }
    }
    let result = await result(of: transaction, mode, on: connection, deadline, body)
    timer?.cancel()
    // What ends the transaction from outside must not meet the connection's next user.
    _ = await timer?.result
    if case .success = result { return (result, await connection.isReusable) }
    return (result, await connection.rollBack())
  }

  private func result<T>(
    of transaction: Transaction, _ mode: TransactionMode, on connection: StoreConnection,
    _ deadline: Deadline?, _ body: (Transaction) async throws -> T
  ) async -> Result<T, any Error> {
    do {
      try await withToken(configuration.time, deadline: deadline) { try await connection.begin(mode, $0) }
      let entry = CurrentTransaction.Entry(database: ObjectIdentifier(self), transaction: transaction)
      let entries = CurrentTransaction.entries + [entry]
      let value = try await CurrentTransaction.$entries.withValue(entries) { try await body(transaction) }
      try transaction.end()
      if Task.isCancelled { throw StatementToken.error(for: .cancelled) }
      try await withToken(configuration.time, deadline: deadline) { try await connection.commit($0) }
      return .success(value)
    } catch {
      transaction.abandon()
      return .failure(error)
    }
  }

  func requireNoTransaction() throws {
    let isInside = CurrentTransaction.entries.contains {
      $0.database == ObjectIdentifier(self) && $0.transaction.isOpen
    }
    guard !isInside else {
      throw DatabaseError(
        .usage,
        "This call stands inside a transaction of the same database and would not be part of it; "
          + "use the transaction that the braces get (or savepoint, for a transaction inside).")
    }
  }
}
