import Scheduling
import Testing

@Suite("Timetable")
struct TimetableTests {
  private let hourly = Timetable(interval: 3600, jitter: 0.1)

  private func appointment(_ slot: Double, _ begins: Double) -> Timetable.Appointment {
    .init(slot: slot, begins: begins)
  }

  @Test("the first audit begins at once")
  func first() {
    #expect(hourly.resumed(nil, now: 5000, chance: 0.9) == appointment(5000, 5000))
  }

  @Test(
    "the next one begins one interval after the slot of the last, late by chance, but never later and later")
  func next() {
    var slot = 0.0
    // Each audit begins late and takes a while; the slots stay where they are.
    for number in 1...20 {
      let (next, missed) = hourly.next(after: slot, now: slot + 360 + 120, chance: 0.99)
      #expect(next == appointment(Double(number) * 3600, Double(number) * 3600 + 356.4) && missed == 0)
      slot = next.slot
    }
    #expect(hourly.next(after: 0, now: 10, chance: 0).appointment.begins == 3600)
    #expect(Timetable(interval: 60, jitter: 0).next(after: 0, now: 1, chance: 0.7).appointment.begins == 60)
  }

  @Test(
    "after an audit that took longer than the interval comes the next multiple, and what passed is left out")
  func late() {
    let (next, missed) = hourly.next(after: 1000, now: 1000 + 2.5 * 3600, chance: 0)
    #expect(next == appointment(1000 + 3 * 3600, 1000 + 3 * 3600) && missed == 2)
    // Just in time.
    let (same, none) = hourly.next(after: 1000, now: 4600, chance: 0)
    #expect(same.slot == 4600 && none == 0)
  }

  @Test("a new process waits for what is left of the interval")
  func restart() {
    let stored = Timetable.Stored(appointment(3600, 3700), interval: 3600)
    #expect(hourly.resumed(stored, now: 100, chance: 0.5) == appointment(3600, 3700))
  }

  @Test("a process that comes too late begins at once, and keeps to the slots")
  func overdue() {
    let stored = Timetable.Stored(appointment(3600, 3700), interval: 3600)
    #expect(hourly.resumed(stored, now: 3800, chance: 0.5) == appointment(3600, 3800))
    // Half a day later: nothing is made up for.
    let resumed = hourly.resumed(stored, now: 3600 * 12.5, chance: 0.5)
    #expect(resumed == appointment(3600 * 12, 3600 * 12.5))
    #expect(hourly.next(after: resumed.slot, now: 3600 * 12.6, chance: 0).appointment.slot == 3600 * 13)
  }

  @Test("another interval counts from the last audit")
  func changed() {
    let stored = Timetable.Stored(appointment(3600, 3700), interval: 3600)
    // The last audit was at 0.
    #expect(
      Timetable(interval: 7200, jitter: 0).resumed(stored, now: 100, chance: 0.5) == appointment(7200, 7200))
    #expect(
      Timetable(interval: 600, jitter: 0.5).resumed(stored, now: 100, chance: 0.5) == appointment(600, 750))
    #expect(
      Timetable(interval: 60, jitter: 0).resumed(stored, now: 100, chance: 0.5) == appointment(60, 100))
  }

  @Test("a failed audit is tried again before the next slot, or at it")
  func retry() {
    #expect(hourly.retry(after: 0, now: 30, wait: 8, chance: 0) == appointment(0, 38))
    #expect(hourly.retry(after: 0, now: 3590, wait: 60, chance: 0.5) == appointment(3600, 3780))
  }

  @Test("waits grow, within bounds, and begin anew after a success")
  func backoff() {
    var backoff = Backoff(first: 5, longest: 60)
    #expect((0..<6).map { _ in backoff.wait(chance: 1) } == [5, 10, 20, 40, 60, 60])
    backoff.reset()
    #expect(backoff.wait(chance: 0) == 2.5)
  }
}
