internal import Synchronization

/// Connections that callers take turns with: opened when needed, never more than a number, waited for in order.
///
/// A caller is in the queue until a connection is handed to it, also while one is being opened; so it can leave at any time, by
/// cancellation or by its deadline, and what was opened for it serves the next.
final class ConnectionPool: Sendable {
  private let state = Mutex(PoolState())
  private let limit: Int
  private let idleLimit: Duration
  private let waitLimit: Duration
  private let time: TimeSource
  private let open: @Sendable () async throws -> StoreConnection

  /// - Parameters:
  ///   - limit: the most connections there may be.
  ///   - waitLimit: how long a caller waits for one.
  ///   - idleLimit: how long one stays that nobody needs.
  ///   - time: the clock.
  init(
    limit: Int, waitLimit: Duration, idleLimit: Duration, time: TimeSource,
    open: @escaping @Sendable () async throws -> StoreConnection
  ) {
    self.limit = limit
    self.waitLimit = waitLimit
    self.idleLimit = idleLimit
    self.time = time
    self.open = open
  }

  /// The pool's figures now.
  var figures: PoolFigures {
    state.withLock {
      PoolFigures(limit: limit, open: $0.places, idle: $0.idle.count, waiting: $0.waiters.count)
    }
  }

  /// Lends a connection to `body`, and takes it back whatever happens.
  ///
  /// - Parameter body: returns, besides its value, whether the connection can serve another.
  func withConnection<T>(
    deadline: Deadline?, _ body: (StoreConnection) async -> (Result<T, any Error>, isReusable: Bool)
  ) async throws -> T {
    let connection = try await acquire(.earlier(deadline, time.deadline(after: waitLimit)))
    let (result, isReusable) = await body(connection)
    if isReusable { release(connection) } else { discard(connection) }
    return try result.get()
  }

  // MARK: Taking

  private func acquire(_ deadline: Deadline?) async throws -> StoreConnection {
    let turn = state.withLock { $0.nextTurn() }
    while true {
      guard !Task.isCancelled else { throw StatementToken.error(for: .cancelled) }
      let connection = try await take(turn, deadline)
      guard await connection.isReusable else {
        // The server has hung up while nobody used it. The caller keeps its turn.
        discard(connection)
        continue
      }
      guard !Task.isCancelled else {
        release(connection)
        throw StatementToken.error(for: .cancelled)
      }
      return connection
    }
  }

  /// - Parameter number: the place in the queue.
  private func take(_ number: Int, _ deadline: Deadline?) async throws -> StoreConnection {
    if let atOnce = try state.withLock({ try $0.take(number) }) { return atOnce }
    let timer = deadline.map { deadline in
      Task { [weak self, time] in
        try await time.sleep(deadline.instant)
        self?.leave(number, .noConnectionInTime(self?.limit ?? 0))
      }
    }
    defer { timer?.cancel() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if let error = state.withLock({ $0.enqueue(number, continuation) }) {
          continuation.resume(throwing: error)
        } else {
          serve()
        }
      }
    } onCancel: {
      leave(number, StatementToken.error(for: .cancelled))
    }
  }

  /// Ends one caller's wait, if it still waits.
  private func leave(_ number: Int, _ error: DatabaseError) {
    state.withLock { $0.leave(number, error) }?.resume(throwing: error)
  }

  /// Gives what is free to those who wait, the first first, and opens what is wanting.
  private func serve() {
    while let (continuation, connection) = state.withLock({ $0.nextToServe() }) {
      continuation.resume(returning: connection)
    }
    while state.withLock({ $0.beginOpening(limit) }) {
      Task { await openOne() }
    }
  }

  private func openOne() async {
    do {
      let connection = try await open()
      state.withLock { $0.opening -= 1 }
      release(connection)
    } catch {
      // One attempt, one answer: whoever waits longest hears why, and the others' attempts are their own.
      let waiter = state.withLock { state in
        state.opening -= 1
        return state.popWaiter()
      }
      waiter?.resume(throwing: error)
      freePlace()
    }
  }

  // MARK: Giving back

  private func release(_ connection: StoreConnection) {
    let (isClosed, startsReaping) = state.withLock { state in
      guard !state.isClosed else { return (true, false) }
      state.idle.append(PoolState.Idle(connection: connection, since: time.now()))
      defer { state.isReaping = true }
      return (false, !state.isReaping)
    }
    if isClosed { discard(connection) } else { serve() }
    if startsReaping { startReaping() }
  }

  /// Ends a connection; its place is free once the server knows.
  private func discard(_ connection: StoreConnection) {
    Task {
      await connection.close()
      freePlace()
    }
  }

  private func freePlace() {
    for continuation in state.withLock({ $0.freePlace() }) { continuation.resume() }
    serve()
  }

  /// Ends connections that nobody has needed for too long, as long as there are idle ones.
  private func startReaping() {
    let (time, idleLimit) = (time, idleLimit)
    Task { [weak self] in
      while let next = self?.reap(idleLimit) { try await time.sleep(next) }
    }
  }

  /// - Returns: when to look again; nil if nothing is idle.
  private func reap(_ idleLimit: Duration) -> ContinuousClock.Instant? {
    let (expired, next) = state.withLock { $0.expired(before: time.now().advanced(by: .zero - idleLimit)) }
    for connection in expired { discard(connection) }
    return next.map { $0.advanced(by: idleLimit) }
  }

  /// Ends idle connections now, and those in use when they are given back; waits until all are gone.
  func close() async {
    let (waiters, idle) = state.withLock { $0.close() }
    for waiter in waiters { waiter.resume(throwing: DatabaseError.closed) }
    for connection in idle { discard(connection) }
    await withCheckedContinuation { continuation in
      let isDrained = state.withLock { state in
        if state.places > 0 { state.drained.append(continuation) }
        return state.places == 0
      }
      if isDrained { continuation.resume() }
    }
  }
}

extension DatabaseError {
  /// The facade has been closed.
  static let closed = DatabaseError(.closed, "The database has been closed and takes no calls any more.")

  static func noConnectionInTime(_ limit: Int) -> DatabaseError {
    DatabaseError(
      .timeout(.connection),
      "No connection of the pool became free in time: it has room for \(limit). Hold transactions for less long, or allow "
        + "more connections (poolSize).")
  }
}
