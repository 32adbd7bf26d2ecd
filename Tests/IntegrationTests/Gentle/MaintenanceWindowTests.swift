import Executors
import Foundation
import Synchronization
import Testing

@testable import Backfill

@Suite("Maintenance window")
struct MaintenanceWindowTests {
  private func zone(_ name: String) throws -> TimeZone { try #require(TimeZone(identifier: name)) }

  private func moment(_ text: String, _ zone: TimeZone) throws -> Date {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = zone
    format.dateFormat = "yyyy-MM-dd HH:mm:ss"
    return try #require(format.date(from: text))
  }

  @Test(
    "it opens at its first minute and closes at its last, also across midnight",
    arguments: [
      ("01:00-05:00", "2026-03-10 00:59:59", "2026-03-10 01:00"), ("01:00-05:00", "2026-03-10 01:00:00", nil),
      ("01:00-05:00", "2026-03-10 04:59:59", nil), ("01:00-05:00", "2026-03-10 05:00:00", "2026-03-11 01:00"),
      ("22:00-05:00", "2026-12-31 21:59:00", "2026-12-31 22:00"), ("22:00-05:00", "2026-12-31 23:59:59", nil),
      ("22:00-05:00", "2026-12-31 00:00:00", nil), ("22:00-05:00", "2026-12-31 05:00:00", "2026-12-31 22:00"),
      ("00:00-23:59", "2026-12-31 23:59:30", "2027-01-01 00:00"),
      ("23:00-00:00", "2026-02-28 00:00:00", "2026-02-28 23:00"),
    ])
  func opens(text: String, at now: String, until: String?) throws {
    let berlin = try zone("Europe/Berlin")
    let window = try #require(MaintenanceWindow(text, zone: berlin))
    #expect(window.description == text)
    #expect(window.opening(after: try moment(now, berlin)).map(window.text) == until)
  }

  @Test("clocks that change move it, and leave none out")
  func clocks() throws {
    let berlin = try zone("Europe/Berlin")
    // At 02:00 on that day it is 03:00 at once.
    let gone = try #require(MaintenanceWindow("02:30-04:00", zone: berlin))
    let before = try moment("2026-03-29 01:59:00", berlin)
    #expect(gone.opening(after: before).map(gone.text) == "2026-03-29 03:00")
    let window = try #require(MaintenanceWindow("01:00-05:00", zone: berlin))
    let opening = try #require(window.opening(after: try moment("2026-10-25 00:00:00", berlin)))
    #expect(window.text(opening) == "2026-10-25 01:00")
    // Five on the clocks comes after five hours, not four.
    #expect(window.opening(after: opening.addingTimeInterval(5 * 3600 - 1)) == nil)
    #expect(window.opening(after: opening.addingTimeInterval(5 * 3600)) != nil)
  }

  @Test(
    "anything else is no window",
    arguments: [
      "", "01:00", "01:00-", "-05:00", "1:00-5:00", "01:00-24:00", "01:60-05:00", "01:00-05:00-06:00",
      "01:00-01:00",
      "01.00-05.00", "01:00 - 05:00", "0١:00-05:00", "a1:00-05:00", "+1:00-05:00",
    ])
  func malformed(text: String) { #expect(MaintenanceWindow(text) == nil) }

  @Test("outside of it workers end their chunks and wait; inside they go on", .timeLimit(.minutes(10)))
  func pace() throws {
    let utc = try zone("UTC")
    let window = try #require(MaintenanceWindow("01:00-05:00", zone: utc))
    let clock = Mutex(try moment("2026-03-10 04:59:59", utc))
    let said = Mutex<[String]>([])
    let pace = Pace(
      rate: nil, window: window, stop: StopFlag(), now: { clock.withLock { $0 } },
      announce: { line in said.withLock { $0.append(line) } })
    #expect(!pace.wantsPause() && pace.waitWhileHeld() && pace.holdText == nil)
    clock.withLock { $0 = $0.addingTimeInterval(1) }
    #expect(pace.wantsPause() && pace.standsStill)
    let line = "waiting until 2026-03-11 01:00, as work is to be done between 01:00-05:00 only"
    #expect(pace.holdText == line)
    // The clock is set while a worker waits: the next look finds the window open.
    clock.withLock { $0 = $0.addingTimeInterval(20 * 3600 - 0.05) }
    let thread = try DedicatedThread(name: "worker") { #expect(pace.waitWhileHeld()) }
    while said.withLock({ $0.isEmpty }) { Thread.sleep(forTimeInterval: 0.001) }
    clock.withLock { $0 = $0.addingTimeInterval(0.05) }
    pace.set(load: LoadHold(working: 2, workers: 2, reason: ""))
    thread.join()
    #expect(said.withLock { $0 } == [line, "going on"])
  }
}
