import Database
import Synchronization

/// A clock that a test moves by hand.
final class TestClock: Sendable {
  private struct Sleeper {
    let number: Int
    let until: ContinuousClock.Instant
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var now = ContinuousClock.now
    var sleepers: [Sleeper] = []
    var nextNumber = 0
  }
  private let state = Mutex(State())

  var source: TimeSource {
    TimeSource(now: { self.state.withLock { $0.now } }, sleep: { try await self.sleep($0) })
  }

  private func sleep(_ until: ContinuousClock.Instant) async throws {
    let number = state.withLock { state in
      state.nextNumber += 1
      return state.nextNumber
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          let isOver = state.now >= until || Task.isCancelled
          if !isOver {
            state.sleepers.append(Sleeper(number: number, until: until, continuation: continuation))
          }
          return isOver
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      wake { $0.number == number }
    }
    try Task.checkCancellation()
  }

  private func wake(_ isDue: (Sleeper) -> Bool) {
    let due = state.withLock { state in
      defer { state.sleepers.removeAll(where: isDue) }
      return state.sleepers.filter(isDue)
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  func advance(by duration: Duration) {
    let now = state.withLock { state in
      state.now = state.now.advanced(by: duration)
      return state.now
    }
    wake { $0.until <= now }
  }

  /// How many wait for the clock.
  var sleepers: Int { state.withLock { $0.sleepers.count } }
}

/// Waits until a condition holds, for two minutes at most; asks every few milliseconds.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
  let end = ContinuousClock.now.advanced(by: .seconds(120))
  while try await !condition() {
    guard ContinuousClock.now < end else { return false }
    try await Task.sleep(for: .milliseconds(2))
  }
  return true
}

/// A value that several tasks of a test change.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func withLock<T: Sendable>(_ body: (inout Value) -> T) -> T { value.withLock { body(&$0) } }
}
