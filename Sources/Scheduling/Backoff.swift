internal import Foundation

/// Growing waits between tries, each shortened by chance so that many processes don't come back at once.
public struct Backoff: Sendable {
  /// Seconds of the first wait.
  public var first: Double
  /// Seconds that no wait exceeds.
  public var longest: Double
  private var failures = 0

  public init(first: Double, longest: Double) {
    self.first = first
    self.longest = longest
  }

  /// The wait after one more failure.
  ///
  /// - Parameter chance: 0 ..< 1.
  public mutating func wait(chance: Double) -> Double {
    let full = min(longest, first * pow(2, Double(min(failures, 30))))
    failures += 1
    return full * (0.5 + chance / 2)
  }

  /// All is well: the next failure is a first one.
  public mutating func reset() { failures = 0 }
}
