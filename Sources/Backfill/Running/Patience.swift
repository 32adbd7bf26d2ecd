internal import Executors
internal import Foundation
internal import Postgres
internal import RecordSources

/// How long to try again after errors that may pass: a server that restarts, a lock that is held, a connection that was cut.
///
/// Waits grow from a tenth of a second to ten, each shortened by chance so that many workers don't come back at once. Not
/// the tries are counted but the time since work last went on.
struct Patience {
  /// Seconds without progress after which the error at hand is the end.
  let limit: Double
  private let stop: StopFlag
  private var failingSince: ContinuousClock.Instant?
  private var failures = 0

  init(limit: Double, stop: StopFlag) {
    self.limit = limit
    self.stop = stop
  }

  /// Work goes on: the next error has all the time again.
  mutating func worked() {
    failingSince = nil
    failures = 0
  }

  /// Others get on with the same run: time doesn't count, but the waits go on growing.
  mutating func othersWork() { failingSince = nil }

  /// Waits before another try.
  ///
  /// - Throws: `error` itself when it isn't one that passes, or when time is up; `BackfillInterruption` on Ctrl-C.
  mutating func wait(after error: any Error) throws {
    guard Self.mayPass(error) else { throw error }
    let now = ContinuousClock.now
    let since = failingSince ?? now
    failingSince = since
    failures += 1
    guard now - since < .seconds(limit) else { throw OutOfPatience(seconds: limit, last: error) }
    let longest = min(10, 0.1 * pow(2, Double(min(failures, 10) - 1)))
    let condition = NSCondition()
    let registration = stop.onSet {
      condition.lock()
      condition.broadcast()
      condition.unlock()
    }
    defer { registration.remove() }
    let until = Date(timeIntervalSinceNow: longest * Double.random(in: 0.5...1))
    condition.lock()
    while !stop.isSet, condition.wait(until: until) {}
    condition.unlock()
    if stop.isSet { throw BackfillInterruption() }
  }

  /// Runs `body` again and again until it ends well or patience does.
  static func retrying<T>(limit: Double, stop: StopFlag, _ body: () throws -> T) throws -> T {
    var patience = Patience(limit: limit, stop: stop)
    while true {
      do { return try body() } catch { try patience.wait(after: error) }
    }
  }

  static func mayPass(_ error: any Error) -> Bool {
    switch error {
    case let error as PostgresError: error.isRetryable
    case let error as any PassingError: error.mayPass
    default: false
    }
  }
}

/// An error that may pass didn't, in all the time that was allowed.
struct OutOfPatience: Error, CustomStringConvertible {
  let seconds: Double
  let last: any Error
  /// Who stands in the way, if it was a lock.
  var holders: [LockHolder] = []

  var description: String {
    "\(last)\n\(holders.map { "\($0)\n" }.joined())This went on for more than \(Int(seconds)) seconds (--patience), so the run stopped; what is finished is kept."
      + " Once the cause is gone, the same command goes on from there."
  }
}
