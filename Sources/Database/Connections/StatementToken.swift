internal import Executors
internal import Synchronization

/// Lets others end one statement, and nothing but that statement.
///
/// The connection's thread says when the statement begins and ends; between the two a request to end it is passed on to the server
/// again and again, for a request that arrives before the server has begun is lost there.
final class StatementToken: Sendable {
  /// Why the statement is to end.
  enum Reason: Sendable {
    case cancelled
    case deadline
  }

  private struct State {
    var reason: Reason?
    var cancel: (@Sendable () -> Bool)?
    var isRunning = false
    var isCancelling = false
    var isUncertain = false
  }
  private let state = Mutex(State())
  private let statementEnded = Semaphore()
  private let cancellerEnded = Semaphore()

  /// Why the statement was asked to end, if it was.
  var reason: Reason? { state.withLock { $0.reason } }

  /// Whether a request to end the statement may still be on its way to the server, where it would end the next one.
  var isUncertain: Bool { state.withLock { $0.isUncertain } }

  /// Asks the statement to end: at once if it hasn't begun. Blocks nobody.
  func end(_ reason: Reason) {
    let starts = state.withLock { state in
      guard state.reason == nil else { return false }
      state.reason = reason
      guard state.isRunning else { return false }
      state.isCancelling = true
      return true
    }
    if starts { startCancelling() }
  }

  private func startCancelling() {
    do {
      try DedicatedThread(name: "cancel") { [self] in
        defer { cancellerEnded.signal() }
        var pause = 20
        repeat {
          let cancel = state.withLock { $0.isRunning ? $0.cancel : nil }
          guard let cancel else { return }
          if !cancel() { state.withLock { $0.isUncertain = true } }
          defer { pause = min(pause * 2, 1000) }
          if statementEnded.wait(milliseconds: pause) { return }
        } while true
      }.detach()
    } catch {
      // Without a thread to spare the statement goes on to its own end.
      cancellerEnded.signal()
    }
  }

  /// Runs a statement on the connection's thread. When it returns, no request to end it is under way any more.
  ///
  /// - Parameters:
  ///   - cancel: asks the server to end what runs, and says whether it took the request; called on another thread, and may
  ///     block there.
  /// - Throws: what `body` throws, or the error for the reason if the statement was asked to end before it began.
  func run<T>(cancel: @escaping @Sendable () -> Bool, _ body: () throws -> T) throws -> T {
    let early: Reason? = state.withLock { state in
      if state.reason == nil {
        state.isRunning = true
        state.cancel = cancel
      }
      return state.reason
    }
    if let early { throw Self.error(for: early) }
    defer {
      let mustWait = state.withLock { state in
        state.isRunning = false
        state.cancel = nil
        return state.isCancelling
      }
      if mustWait {
        statementEnded.signal()
        cancellerEnded.wait()
      }
    }
    return try body()
  }

  /// The error that the caller hears of.
  static func error(for reason: Reason) -> DatabaseError {
    switch reason {
    case .cancelled: DatabaseError(.cancelled, "The statement was cancelled with the task that ran it.")
    case .deadline:
      DatabaseError(
        .timeout(.statement), "The statement took longer than its deadline allows, and was cancelled.")
    }
  }
}
