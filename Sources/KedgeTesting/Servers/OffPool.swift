internal import Executors

/// Runs what blocks on a thread of its own, as the threads of Swift's pool must not block.
func offPool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await BlockingThread.run(name: "kedge-testing", body)
}
