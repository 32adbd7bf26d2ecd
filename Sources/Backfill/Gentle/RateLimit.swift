internal import Foundation

/// How many records may be read in a second: says when the next may be, and waits for nothing itself.
struct RateLimit {
  /// Records per second.
  let rate: Double
  /// What wasn't used in the last so many seconds may be made up for; older leave is gone, so that a source that was away
  /// isn't met with a flood.
  static let memory: Double = 1
  private var free: Date

  init(rate: Double, now: Date) {
    self.rate = rate
    free = now
  }

  /// Counts records that were read.
  ///
  /// - Returns: when more may be read.
  mutating func take(_ records: Int, at now: Date) -> Date {
    free = max(free, now.addingTimeInterval(-Self.memory)).addingTimeInterval(Double(records) / rate)
    return free
  }

  /// Records after which to ask again: a quarter of a second's, so that a low rate isn't a flood and a long wait.
  var batch: Int { max(1, min(1000, Int(rate / 4))) }
}
