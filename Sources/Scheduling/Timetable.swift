/// When audits begin: at the multiples of an interval, each a little late by chance, so that many machines that were started
/// together don't all begin together.
///
/// Times are seconds since 1970, by the clock of the target's server.
public struct Timetable: Sendable, Equatable {
  /// Seconds from one slot to the next.
  public var interval: Double
  /// How late an audit may begin, as a share of the interval: 0 to 0.5.
  public var jitter: Double

  public init(interval: Double, jitter: Double) {
    self.interval = interval
    self.jitter = jitter
  }

  /// One audit to come.
  public struct Appointment: Sendable, Equatable {
    /// Its place in the timetable, from which the next one is counted.
    public var slot: Double
    /// When it begins.
    public var begins: Double

    public init(slot: Double, begins: Double) {
      self.slot = slot
      self.begins = begins
    }
  }

  /// What a lease's row says of the audit to come.
  public struct Stored: Sendable, Equatable {
    public var appointment: Appointment
    /// The interval that it was made with.
    public var interval: Double

    public init(_ appointment: Appointment, interval: Double) {
      self.appointment = appointment
      self.interval = interval
    }
  }

  /// Where a process that has just got the lease goes on: at once when nothing was ever audited or the time has passed, else
  /// when its predecessor would have.
  ///
  /// - Parameter chance: 0 ..< 1.
  public func resumed(_ stored: Stored?, now: Double, chance: Double) -> Appointment {
    guard let stored else { return Appointment(slot: now, begins: now) }
    var next = stored.appointment
    if stored.interval != interval {
      // Counted from the last audit, as if it had always been so.
      next.slot += interval - stored.interval
      next.begins = next.slot + delay(chance)
    }
    guard next.begins <= now else { return next }
    let passed = ((now - next.slot) / interval).rounded(.down)
    next.slot += interval * max(0, passed)
    return Appointment(slot: next.slot, begins: now)
  }

  /// The audit after one that is over: at the next multiple of the interval that isn't past.
  ///
  /// - Parameter chance: 0 ..< 1.
  /// - Returns: the audit to come, and how many slots passed while the last one was at work.
  public func next(after slot: Double, now: Double, chance: Double) -> (appointment: Appointment, missed: Int)
  {
    let steps = max(1, ((now - slot) / interval).rounded(.up))
    let next = slot + interval * steps
    return (Appointment(slot: next, begins: next + delay(chance)), Int(steps) - 1)
  }

  /// Another try after a failure: when the wait is over, or at the next slot if that comes first.
  ///
  /// - Parameter chance: 0 ..< 1.
  public func retry(after slot: Double, now: Double, wait: Double, chance: Double) -> Appointment {
    let next = next(after: slot, now: now, chance: chance).appointment
    return now + wait < next.slot ? Appointment(slot: slot, begins: now + wait) : next
  }

  private func delay(_ chance: Double) -> Double { interval * jitter * chance }
}
