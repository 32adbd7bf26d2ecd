internal import Synchronization

/// Connections that callers take turns with: opened when needed, never more than a number, waited for in order.
final class ConnectionPool: Sendable {
  /// What a waiting caller gets.
  private enum Grant {
    /// A connection that another has given back.
    case connection(StoreConnection)
    /// Leave to open one: the place is the caller's already.
    case place
  }

  private struct Waiter {
    let number: Int
    let continuation: CheckedContinuation<Grant, any Error>
  }

  private struct Idle {
    let connection: StoreConnection
    let since: ContinuousClock.Instant
  }

  private struct State {
    /// Open connections and those that are being opened or closed.
    var places = 0
    var idle: [Idle] = []
    var waiters: [Waiter] = []
    var nextWaiter = 0
    /// Callers on their way into the queue.
    var arriving: Set<Int> = []
    /// Those of them whose wait is over before it began.
    var givenUp: [Int: DatabaseError] = [:]
    var isClosed = false
    var isReaping = false
    var drained: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  private let limit: Int
  private let idleLimit: Duration
  private let waitLimit: Duration
  private let open: @Sendable () async throws -> StoreConnection

  /// - Parameters:
  ///   - limit: the most connections there may be.
  ///   - waitLimit: how long a caller waits for one.
  ///   - idleLimit: how long one stays that nobody needs.
  init(
    limit: Int, waitLimit: Duration, idleLimit: Duration,
    open: @escaping @Sendable () async throws -> StoreConnection
  ) {
    self.limit = limit
    self.waitLimit = waitLimit
    self.idleLimit = idleLimit
    self.open = open
  }

  /// The pool's figures now.
  var figures: PoolFigures {
    state.withLock {
      PoolFigures(
        limit: limit, open: $0.places, idle: $0.idle.count, waiting: $0.waiters.count)
    }
  }

  /// Lends a connection to `body`, and takes it back whatever happens.
  ///
  /// - Parameter body: returns, besides its value, whether the connection can serve another.
  func withConnection<T>(
    deadline: Deadline?, _ body: (StoreConnection) async -> (Result<T, any Error>, isReusable: Bool)
  ) async throws -> T {
    let connection = try await acquire(deadline)
    let (result, isReusable) = await body(connection)
    if isReusable { release(connection) } else { discard(connection) }
    return try result.get()
  }

  private func acquire(_ deadline: Deadline?) async throws -> StoreConnection {
    while true {
      switch try await grant(deadline) {
      case .place:
        do {
          if Task.isCancelled { throw StatementToken.error(for: .cancelled) }
          return try await open()
        } catch {
          freePlace()
          throw error
        }
      case .connection(let connection):
        // The server may have hung up while nobody used it.
        guard await connection.isReusable else {
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
  }

  private func grant(_ deadline: Deadline?) async throws -> Grant {
    let atOnce: (Grant?, Int) = try state.withLock { state in
      guard !state.isClosed else { throw DatabaseError.closed }
      if state.waiters.isEmpty, let idle = state.idle.popLast() { return (.connection(idle.connection), 0) }
      if state.waiters.isEmpty, state.places < limit {
        state.places += 1
        return (.place, 0)
      }
      state.nextWaiter += 1
      state.arriving.insert(state.nextWaiter)
      return (nil, state.nextWaiter)
    }
    if let grant = atOnce.0 { return grant }
    return try await wait(atOnce.1, until: Deadline.earlier(deadline, .after(waitLimit)))
  }

  private func wait(_ number: Int, until deadline: Deadline?) async throws -> Grant {
    let timer = deadline.map { deadline in
      Task { [weak self] in
        try await ContinuousClock().sleep(until: deadline.instant)
        self?.giveUp(
          number,
          DatabaseError(
            .timeout(.connection),
            "No connection of the pool became free in time; all \(self?.limit ?? 0) are in use."))
      }
    }
    defer { timer?.cancel() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let error: (any Error)? = state.withLock { state in
          state.arriving.remove(number)
          if let error = state.givenUp.removeValue(forKey: number) { return error }
          if state.isClosed { return DatabaseError.closed }
          state.waiters.append(Waiter(number: number, continuation: continuation))
          return nil
        }
        if let error { continuation.resume(throwing: error) } else { serveWaiters() }
      }
    } onCancel: {
      giveUp(number, StatementToken.error(for: .cancelled))
    }
  }

  /// Ends one caller's wait, if it still waits.
  private func giveUp(_ number: Int, _ error: DatabaseError) {
    let waiter: Waiter? = state.withLock { state in
      guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
        // Not yet in the queue, or served already.
        if state.arriving.contains(number) { state.givenUp[number] = error }
        return nil
      }
      return state.waiters.remove(at: index)
    }
    waiter?.continuation.resume(throwing: error)
  }

  /// Gives what is free to those who wait, the first first.
  private func serveWaiters() {
    while true {
      let due: (Waiter, Grant)? = state.withLock { state in
        guard !state.waiters.isEmpty else { return nil }
        if let idle = state.idle.popLast() {
          return (state.waiters.removeFirst(), .connection(idle.connection))
        }
        guard state.places < limit else { return nil }
        state.places += 1
        return (state.waiters.removeFirst(), .place)
      }
      guard let (waiter, grant) = due else { return }
      waiter.continuation.resume(returning: grant)
    }
  }

  private func release(_ connection: StoreConnection) {
    let isClosed = state.withLock { state in
      if !state.isClosed { state.idle.append(Idle(connection: connection, since: .now)) }
      return state.isClosed
    }
    if isClosed { discard(connection) } else { serveWaiters() }
  }

  /// Ends a connection; its place is free once the server knows.
  private func discard(_ connection: StoreConnection) {
    Task {
      await connection.close()
      freePlace()
    }
  }

  private func freePlace() {
    let drained = state.withLock { state in
      state.places -= 1
      defer { if state.places == 0 { state.drained = [] } }
      return state.places == 0 ? state.drained : []
    }
    for continuation in drained { continuation.resume() }
    serveWaiters()
  }

  /// Ends idle connections now, and those in use when they are given back; waits until all are gone.
  func close() async {
    let (waiters, idle) = state.withLock { state in
      state.isClosed = true
      defer {
        state.waiters = []
        state.idle = []
      }
      return (state.waiters, state.idle)
    }
    for waiter in waiters { waiter.continuation.resume(throwing: DatabaseError.closed) }
    for idle in idle { discard(idle.connection) }
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
}
