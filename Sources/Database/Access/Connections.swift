internal import Postgres

/// The connections of one database: one pool for Postgres; for SQLite one that writes and several that read.
struct Connections: Sendable {
  /// For everything that may write.
  let main: ConnectionPool
  /// For what only reads; the same pool where writers don't exclude each other.
  let readers: ConnectionPool

  /// Pools that have no connection yet.
  init(_ configuration: DatabaseConfiguration, _ endpoints: EndpointHealth<PostgresSettings>) {
    let cacheSize = configuration.statementCacheSize
    func pool(
      _ limit: Int, open: @escaping @Sendable () async throws -> StoreConnection
    ) -> ConnectionPool {
      ConnectionPool(
        limit: limit, waitLimit: configuration.waitLimit, idleLimit: configuration.idleLimit,
        time: configuration.time, open: open)
    }
    switch configuration.target {
    case .postgres:
      main = pool(configuration.poolSize) {
        // Another server may be up where one can't be reached; a refusal would be the same everywhere.
        try await endpoints.first(where: { ($0 as? DatabaseError)?.isOutOfReach ?? false }) { settings in
          try await StoreConnection.open(name: "database") {
            try PostgresDriver(settings, statementCacheSize: cacheSize)
          }
        }
      }
      readers = main
    case .sqlite(let path):
      let lockTimeout = configuration.lockTimeout
      main = pool(1) {
        try await StoreConnection.open(name: "database-writer") {
          try SQLiteDriver(path, .writer, statementCacheSize: cacheSize, lockTimeout: lockTimeout)
        }
      }
      readers = pool(max(1, configuration.poolSize - 1)) {
        try await StoreConnection.open(name: "database-reader") {
          try SQLiteDriver(path, .reader, statementCacheSize: cacheSize, lockTimeout: lockTimeout)
        }
      }
    }
  }

  var figures: PoolFigures {
    guard main !== readers else { return main.figures }
    let (first, second) = (main.figures, readers.figures)
    return PoolFigures(
      limit: first.limit + second.limit, open: first.open + second.open, idle: first.idle + second.idle,
      waiting: first.waiting + second.waiting)
  }

  func close() async {
    await readers.close()
    if main !== readers { await main.close() }
  }
}

/// Runs one statement so that the task's cancellation and the deadline end it on the server.
func withToken<T>(
  _ time: TimeSource, deadline: Deadline?, _ body: (StatementToken) async throws -> T
) async throws -> T {
  let token = StatementToken()
  if Task.isCancelled { token.end(.cancelled) }
  if let deadline, deadline.hasPassed(time) { token.end(.deadline) }
  let timer = deadline.map { deadline in
    Task {
      try await time.sleep(deadline.instant)
      token.end(.deadline)
    }
  }
  defer { timer?.cancel() }
  return try await withTaskCancellationHandler {
    try await body(token)
  } onCancel: {
    token.end(.cancelled)
  }
}
