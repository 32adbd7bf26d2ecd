internal import Foundation
internal import Synchronization

extension Session {
  /// Runs asynchronous work and waits for it. A command has a thread of its own, so no task waits with it.
  ///
  /// - Throws: what `body` throws.
  func waiting<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) throws -> T {
    let outcome = Outcome<T>()
    let ended = DispatchSemaphore(value: 0)
    Task {
      do { outcome.set(.success(try await body())) } catch { outcome.set(.failure(error)) }
      ended.signal()
    }
    ended.wait()
    return try outcome.get()
  }
}

/// What a task ended with.
private final class Outcome<T: Sendable>: Sendable {
  private let result = Mutex<Result<T, any Error>>(.failure(CancellationError()))
  func set(_ value: Result<T, any Error>) { result.withLock { $0 = value } }
  func get() throws -> T { try result.withLock { try $0.get() } }
}
