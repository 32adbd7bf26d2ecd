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
    var thread: DedicatedThread?
    let result = await withCheckedContinuation {
      (continuation: CheckedContinuation<Result<T, any Error>, Never>) in
      do {
        thread = try DedicatedThread(name: name) { continuation.resume(returning: Result { try body() }) }
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    // All that is left is the thread's end, in which C libraries clean up what they kept for it. A process that exits meanwhile
    // takes that away from under them, and Kerberos' library (below libpq) ends it with an abort.
    thread?.join()
    return try result.get()
  }
}
