internal import Dispatch
internal import Synchronization

/// Brings pieces from a task to a thread, one at a time: the task waits by suspending, the thread by blocking.
final class PieceChannel: Sendable {
  private struct State {
    var piece: [UInt8]?
    var end: Result<Void, any Error>?
    /// Whether nobody takes pieces any more.
    var isAbandoned = false
    var waitingTask: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  /// Signalled when there is something for the thread.
  private let filled = DispatchSemaphore(value: 0)

  /// Puts a piece in, and waits until the thread has taken it.
  ///
  /// - Returns: false if the thread has given up.
  func put(_ piece: [UInt8]) async -> Bool {
    await withCheckedContinuation { continuation in
      let isGone = state.withLock { state in
        if state.isAbandoned { return true }
        state.piece = piece
        state.waitingTask = continuation
        return false
      }
      if isGone { continuation.resume() } else { filled.signal() }
    }
    return state.withLock { !$0.isAbandoned }
  }

  /// No more pieces come.
  func finish() { end(.success(())) }

  /// No more pieces come, and what came is to be dropped.
  func fail(_ error: any Error) { end(.failure(error)) }

  private func end(_ end: Result<Void, any Error>) {
    state.withLock { if $0.end == nil { $0.end = end } }
    filled.signal()
  }

  /// The next piece; nil behind the last. For the thread.
  func next() throws -> [UInt8]? {
    while true {
      let (piece, end, task) = state.withLock { state in
        defer { (state.piece, state.waitingTask) = (nil, nil) }
        return (state.piece, state.end, state.waitingTask)
      }
      task?.resume()
      if case .failure(let error)? = end { throw error }
      if let piece { return piece }
      if end != nil { return nil }
      filled.wait()
    }
  }

  /// The thread takes no more. A task that waits goes on.
  func abandon() {
    let task = state.withLock { state in
      state.isAbandoned = true
      defer { state.waitingTask = nil }
      return state.waitingTask
    }
    task?.resume()
  }
}
