import Database
import Synchronization

/// A clock that a test moves by hand.
final class TestClock: Sendable {
  private struct State {
    var now = ContinuousClock.now
    var sleepers: [(until: ContinuousClock.Instant, continuation: CheckedContinuation<Void, Never>)] = []
  }
  private let state = Mutex(State())

  var source: TimeSource {
    TimeSource(now: { self.state.withLock { $0.now } }, sleep: { await self.sleep($0) })
  }

  private func sleep(_ until: ContinuousClock.Instant) async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.now < until { state.sleepers.append((until, continuation)) }
        return state.now >= until
      }
      if isOver { continuation.resume() }
    }
  }

  func advance(by duration: Duration) {
    let due = state.withLock { state in
      state.now = state.now.advanced(by: duration)
      let now = state.now
      defer { state.sleepers.removeAll { $0.until <= now } }
      return state.sleepers.filter { $0.until <= now }
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  /// How many wait for the clock.
  var sleepers: Int { state.withLock { $0.sleepers.count } }
}

/// Waits until a condition holds, for twenty seconds at most; asks every few milliseconds.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
  let end = ContinuousClock.now.advanced(by: .seconds(20))
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
