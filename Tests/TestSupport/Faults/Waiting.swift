internal import Foundation

/// Waits until something is so, and says what didn't come about when it isn't so in time.
///
/// - Parameters:
///   - what: what is waited for, as in "the server serves".
///   - limit: seconds to wait at most.
///   - condition: asked every few milliseconds; what it throws ends the wait.
/// - Throws: ``UnexpectedResult`` when the time is over.
public func waitUntil(_ what: String, limit: Double = 60, _ condition: () throws -> Bool) throws {
  let deadline = ContinuousClock.now + .seconds(limit)
  while try !condition() {
    guard ContinuousClock.now < deadline else {
      throw UnexpectedResult(description: "\(what): not within \(limit) seconds")
    }
    Thread.sleep(forTimeInterval: 0.01)
  }
}
