/// Where blocking work runs when asynchronous code needs it.
public enum BlockingThread {
  /// Runs `body` on a thread of its own, with a stack of 16 MB, and suspends the caller until it ends.
  ///
  /// For example:
  /// ```swift
  /// let rows = try await BlockingThread.run(name: "count") { try countRows() }
  /// ```
  ///
  /// Cancelling the task doesn't end `body`: give it a ``StopFlag`` or the store's own cancel handle.
  ///
  /// - Throws: what `body` throws, or ``ThreadError``.
  public static func run<T: Sendable>(
    name: String = "kedge", _ body: @escaping @Sendable () throws -> T
  ) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try DedicatedThread(name: name) {
          continuation.resume(with: Result { try body() })
        }.detach()
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }
}
