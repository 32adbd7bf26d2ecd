import Executors
import Foundation
import Testing

@testable import Backfill

@Suite("Rate")
struct RateLimitTests {
  private let start = Date(timeIntervalSince1970: 1_000_000)

  @Test("what is read is paid for in time, and a second that wasn't used may be made up for")
  func arithmetic() {
    var limit = RateLimit(rate: 100, now: start)
    /// When more may be read, in hundredths of a second.
    func due(_ records: Int, at seconds: Double) -> Double {
      (limit.take(records, at: start.addingTimeInterval(seconds)).timeIntervalSince(start) * 100).rounded()
    }
    #expect(due(50, at: 0) == 50)
    #expect(due(100, at: 0) == 150)
    // Two seconds later half a second is left over.
    #expect(due(30, at: 2) == 180)
    // After an hour away a second's worth is free, and no more.
    #expect(due(100, at: 3600) == 360_000)
    #expect(due(100, at: 3600) == 360_100)
  }

  @Test("whoever waits as told reads no more than the rate", arguments: [1.0, 7, 250, 40_000])
  func neverMore(rate: Double) {
    var limit = RateLimit(rate: rate, now: start)
    var now = start
    var read = 0
    while now.timeIntervalSince(start) < 60 {
      // Some batches take the source longer than the rate asks for.
      let begun = now.addingTimeInterval(Double(read % 5) / 10)
      read += limit.batch
      now = max(begun, limit.take(limit.batch, at: begun))
      #expect(Double(read) <= rate * (now.timeIntervalSince(start) + RateLimit.memory) + 1)
    }
    #expect(Double(read) >= rate * 30 || rate < 10)
  }

  @Test(
    "a low rate asks often, so that it is no flood with a long wait",
    arguments: [(1.0, 1), (10, 2), (400, 100), (4000, 1000), (1_000_000, 1000)])
  func batches(rate: Double, batch: Int) {
    #expect(RateLimit(rate: rate, now: start).batch == batch)
  }

  @Test("a pause wakes who waits for the rate, and a stop who waits for the pause", .timeLimit(.minutes(10)))
  func wakes() throws {
    let stop = StopFlag()
    let pace = Pace(rate: 0.001, stop: stop)
    let thread = try DedicatedThread(name: "reader") {
      pace.take(1000)
      #expect(pace.wantsPause())
      #expect(!pace.waitWhileHeld())
    }
    pace.set(isPaused: true)
    stop.set()
    thread.join()
  }

  @Test("another rate ends the wait for the old one", .timeLimit(.minutes(10)))
  func changes() throws {
    let pace = Pace(rate: 0.001, stop: StopFlag())
    let thread = try DedicatedThread(name: "reader") { pace.take(1) }
    pace.set(rate: 1_000_000)
    thread.join()
    pace.set(rate: nil)
    #expect(pace.batch == 1000)
  }

  @Test("under load the workers with high numbers rest, and the others go on")
  func load() {
    let pace = Pace(rate: nil, stop: StopFlag())
    pace.set(load: LoadHold(working: 1, workers: 4, reason: "too much"))
    #expect((0..<4).map { pace.wantsPause(worker: $0) } == [false, true, true, true])
    #expect(pace.holdText == "holding back: too much; 3 of 4 workers rest")
    #expect(pace.waitWhileHeld(worker: 0))
    // The target can wait for what is open; only a pause and the hours can't.
    #expect(!pace.standsStill)
    pace.set(isPaused: true)
    #expect(pace.wantsPause(worker: 0) && pace.standsStill)
    pace.set(isPaused: false)
    pace.set(load: nil)
    #expect(pace.holdText == nil)
  }
}
