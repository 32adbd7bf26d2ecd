internal import Synchronization

/// Runs `body` on `count` threads at once and waits for all of them.
///
/// The first error sets `stop`, so that the other bodies can end early; it is thrown after all have ended.
/// A body that finds `stop` set should return as soon as its work is in a clean state.
///
/// - Parameters:
///   - count: how many threads; `body` gets the numbers 0 ..< `count`.
///   - name: the threads' name; each thread's number is added to it.
///   - stop: set on the first error.
/// - Returns: each body's result, in the order of their numbers.
/// - Throws: the error that came first, or ``ThreadError``.
public func parallel<T: Sendable>(
  _ count: Int, name: String, stop: StopFlag, _ body: @escaping @Sendable (Int) throws -> T
) throws -> [T] {
  let outcomes = Outcomes<T>()
  var threads: [DedicatedThread] = []
  for index in 0..<max(0, count) {
    do {
      threads.append(
        try DedicatedThread(name: "\(name)-\(index)") {
          do {
            outcomes.succeeded(index, with: try body(index))
          } catch {
            outcomes.failed(with: error)
            stop.set()
          }
        })
    } catch {
      outcomes.failed(with: error)
      stop.set()
      break
    }
  }
  for thread in threads { thread.join() }
  return try outcomes.inOrder()
}

/// What the bodies of one ``parallel(_:name:stop:_:)`` returned or threw.
private final class Outcomes<T: Sendable>: Sendable {
  private struct State {
    var values: [Int: T] = [:]
    var firstError: (any Error)?
  }
  private let state = Mutex(State())

  func succeeded(_ index: Int, with value: T) {
    state.withLock { $0.values[index] = value }
  }

  func failed(with error: any Error) {
    state.withLock { if $0.firstError == nil { $0.firstError = error } }
  }

  func inOrder() throws -> [T] {
    try state.withLock { state in
      if let error = state.firstError { throw error }
      return state.values.sorted { $0.key < $1.key }.map(\.value)
    }
  }
}
