/// The connections of one database: one pool for Postgres; for SQLite one that writes and several that read.
struct Connections: Sendable {
  /// For everything that may write.
  let main: ConnectionPool
  /// For what only reads; the same pool where writers don't exclude each other.
  let readers: ConnectionPool

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
  deadline: Deadline?, _ body: (StatementToken) async throws -> T
) async throws -> T {
  let token = StatementToken()
  if Task.isCancelled { token.end(.cancelled) }
  let timer = deadline.map { deadline in
    Task {
      try await ContinuousClock().sleep(until: deadline.instant)
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
