internal import Foundation
internal import Synchronization

/// Keeps all workers together under a number of records per second.
final class Throttle: Sendable {
  private let rate: Double
  private let state: Mutex<(begun: Date, used: Int)>

  init?(rate: Int?) {
    guard let rate, rate > 0 else { return nil }
    self.rate = Double(rate)
    state = Mutex((Date(), 0))
  }

  /// Takes part of the allowance; sleeps on the calling (dedicated) thread until it is there.
  func take(_ records: Int) {
    let wait: Double = state.withLock { state in
      state.used += records
      return Double(state.used) / rate - Date().timeIntervalSince(state.begun)
    }
    if wait > 0 { Thread.sleep(forTimeInterval: min(wait, 5)) }
  }
}
