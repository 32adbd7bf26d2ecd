/// Lets so many pages run at a time: each starts servers of its own, and spends much of its time waiting for them.
actor PageTurns {
  static let shared = PageTurns(3)
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ free: Int) { self.free = free }

  /// Runs `body` when it is its turn.
  func take(_ body: @Sendable () async throws -> Void) async throws {
    if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    defer { next() }
    try await body()
  }

  /// The turn goes on to whoever has waited longest.
  private func next() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
