internal import Audit
internal import Executors
internal import Synchronization

/// One audit's turn under a lease: what it does to the lease's row.
final class Turn: Sendable {
  private let keeper: LeaseKeeper
  private let timetable: Timetable
  private let slot: Double
  private let clock: ServerClock
  private let next = Mutex<(appointment: Timetable.Appointment, missed: Int)?>(nil)

  init(keeper: LeaseKeeper, timetable: Timetable, slot: Double, clock: ServerClock) {
    self.keeper = keeper
    self.timetable = timetable
    self.slot = slot
    self.clock = clock
  }

  /// The audit to come, as this one's last transaction has written it down.
  func planned(_ chance: () -> Double) -> (appointment: Timetable.Appointment, missed: Int) {
    next.withLock { $0 } ?? timetable.next(after: slot, now: clock.now, chance: chance())
  }

  func tenure(_ chance: @escaping @Sendable () -> Double) -> AuditTenure {
    let lease = keeper.lease
    return AuditTenure(
      begin: { run, connection in try AuditLeases(connection).begin(run, lease) },
      check: { connection in try AuditLeases(connection).confirm(lease) },
      // With the result: a process that ends right afterwards leaves nothing to be done twice.
      finish: { [self] connection in
        let following = timetable.next(after: slot, now: clock.now, chance: chance())
        try AuditLeases(connection).plan(following.appointment, interval: timetable.interval, lease)
        next.withLock { $0 = following }
      })
  }
}

/// The server's clock as this process knows it: what it showed when the lease was taken, and the time since.
struct ServerClock: Sendable {
  private let clock: any ScheduleClock
  private let offset: Double

  init(_ clock: any ScheduleClock, now: Double) {
    self.clock = clock
    offset = now - clock.elapsed
  }

  var now: Double { clock.elapsed + offset }

  func wait(until moment: Double, unless flags: [StopFlag]) {
    clock.wait(until: moment - offset, unless: flags)
  }
}
