public import Audit
internal import Catalog
public import Executors
internal import Foundation
public import Postgres
public import Progress
internal import Synchronization

/// Audits of one mapping set, one after another, for as long as the process runs: one process at a time, by a lease in the
/// target; others stand by.
///
/// Synchronous: call it on a dedicated thread.
public struct ScheduledAudits: Sendable {
  /// How it came to its end.
  public enum Ending: Sendable, Equatable {
    /// It was asked to stop while no audit was at work.
    case idle
    /// It was asked to stop, and the audit at work was ended for it.
    case interrupted
    /// As many audits as were asked for are done; the last one's exit code.
    case done(Int32)
  }

  /// What to do and how.
  public struct Options: Sendable {
    public var set: String
    public var timetable: Timetable
    /// Seconds without a heartbeat after which another process takes over.
    public var lease = 30
    /// Audits after which to end; nil for none.
    public var count: Int?
    public var backoff = Backoff(first: 5, longest: 300)
    public var clock: any ScheduleClock = SteadyClock()
    /// 0 ..< 1, by chance.
    public var chance: @Sendable () -> Double = { Double.random(in: 0..<1) }

    public init(set: String, timetable: Timetable) {
      self.set = set
      self.timetable = timetable
    }
  }

  private let options: Options
  private let target: PostgresSettings
  private let stop: StopFlag
  private let log: Log
  private let service: ServiceNotifier
  private let audit: @Sendable (AuditTenure, StopFlag) throws -> Int32

  /// - Parameters:
  ///   - stop: asks all of it to end.
  ///   - service: who started the process and wants to know how it is.
  ///   - audit: one audit under the given lease, ended early by the given flag; the exit code that it alone would have.
  public init(
    _ options: Options, target: PostgresSettings, stop: StopFlag, log: Log, service: ServiceNotifier,
    audit: @escaping @Sendable (AuditTenure, StopFlag) throws -> Int32
  ) {
    self.options = options
    self.target = target
    self.stop = stop
    self.log = log
    self.service = service
    self.audit = audit
  }

  /// Runs until it is asked to stop.
  ///
  /// - Throws: what stands in the way of the first lease and won't pass by itself.
  public func run() throws -> Ending {
    defer { service.say(.stopping) }
    let holder = LeaseHolder.current()
    var done = 0
    var isReady = false
    while let keeper = try standBy(as: holder, &isReady) {
      defer { keeper.end() }
      if let ending = try serve(keeper, &done) { return ending }
      log.warn("\(AuditLeaseLost(set: options.set, by: nil)); this one stands by")
    }
    return .idle
  }

  // MARK: Standing by

  private var patience: Double { min(5, Double(options.lease) / 3) }

  /// Waits for the lease; nil when asked to stop.
  ///
  /// - Parameter isReady: whether the target was ever reached: from then on no error is taken for a wrong setting.
  private func standBy(as holder: LeaseHolder, _ isReady: inout Bool) throws -> LeaseKeeper? {
    var backoff = options.backoff
    var told: LeaseHolder?
    while !stop.isSet {
      var pause = patience
      do {
        let connection = try PostgresConnection(target)
        defer { connection.close() }
        try Catalog(connection).ensure()
        let answer = try AuditLeases(connection).acquire(
          set: options.set, as: holder, seconds: options.lease, interval: options.timetable.interval)
        service.say(.ready)
        isReady = true
        switch answer {
        case .held(let lease): return try keeper(lease)
        case .taken(let other):
          if told != other {
            log.info(
              "the audits of the mapping set \"\(options.set)\" are run by \(other); this process stands by")
          }
          told = other
          service.say(.status("standing by: \(other) runs the audits"))
        }
        backoff.reset()
      } catch let error as PostgresError where error.isRetryable || isReady {
        pause = backoff.wait(chance: options.chance())
        log.error("\(error)")
        log.info("next try in \(Self.text(pause))")
        // It has started up: the server it waits for may come back at any time.
        service.say(.ready)
        service.say(.status("the target can't be reached"))
      }
      service.say(.alive)
      options.clock.wait(until: options.clock.elapsed + pause, unless: [stop])
    }
    return nil
  }

  private func keeper(_ lease: HeldLease) throws -> LeaseKeeper {
    let third = min(10, Double(options.lease) / 3)
    return try LeaseKeeper(
      lease, settings: target, seconds: options.lease,
      interval: service.watchdog.map { min(third, $0 / 2) } ?? third,
      pulse: { [service] in service.say(.alive) })
  }

  // MARK: Auditing

  /// Audits under the lease until it is lost: nil then.
  private func serve(_ keeper: LeaseKeeper, _ done: inout Int) throws -> Ending? {
    let clock = ServerClock(options.clock, now: keeper.lease.now)
    var backoff = options.backoff
    var next = options.timetable.resumed(
      keeper.lease.stored, now: clock.now, chance: options.chance())
    if next.begins > clock.now { log.info("the next audit begins at \(Self.moment(next.begins))") }
    writeDown(next, keeper.lease)
    while true {
      service.say(.status("idle; the next audit begins at \(Self.moment(next.begins))"))
      clock.wait(until: next.begins, unless: [stop, keeper.lost])
      if stop.isSet { return .idle }
      if keeper.lost.isSet { return nil }
      service.say(.status("auditing since \(Self.moment(clock.now))"))
      let turn = Turn(keeper: keeper, timetable: options.timetable, slot: next.slot, clock: clock)
      do {
        let code = try whileHeld(keeper) { try audit(turn.tenure(options.chance), $0) }
        backoff.reset()
        done += 1
        if done == options.count { return .done(code) }
        let planned = turn.planned(options.chance)
        if planned.missed > 0 {
          log.warn(
            "the audit took longer than the interval: \(planned.missed) "
              + (planned.missed == 1 ? "audit was" : "audits were") + " left out")
        }
        next = planned.appointment
        log.info("the next audit begins at \(Self.moment(next.begins))")
      } catch is any TenureEnded {
        return nil
      } catch {
        if stop.isSet { return .interrupted }
        if keeper.lost.isSet { return nil }
        let wait = backoff.wait(chance: options.chance())
        next = options.timetable.retry(
          after: next.slot, now: clock.now, wait: wait, chance: options.chance())
        log.error("the audit failed: \(error)")
        log.info("next try in \(Self.text(next.begins - clock.now))")
        writeDown(next, keeper.lease)
      }
    }
  }

  /// Writes down when the next audit is due, where no audit's result does it.
  private func writeDown(_ next: Timetable.Appointment, _ lease: HeldLease) {
    do {
      let connection = try PostgresConnection(target)
      defer { connection.close() }
      try AuditLeases(connection).plan(next, interval: options.timetable.interval, lease)
    } catch {
      // This process knows it; another one that takes over would only audit at once.
      log.debug("when the next audit is due couldn't be written down: \(error)")
    }
  }

  /// Runs one audit with a flag that is set when all is to stop, or when the lease is lost.
  private func whileHeld<T>(_ keeper: LeaseKeeper, _ body: (StopFlag) throws -> T) rethrows -> T {
    let flag = StopFlag()
    let registrations = [stop, keeper.lost].map { $0.onSet { flag.set() } }
    defer { for registration in registrations { registration.remove() } }
    return try body(flag)
  }

  private static func moment(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds.rounded()).formatted(.iso8601)
  }

  private static func text(_ seconds: Double) -> String { "\(Int(seconds.rounded(.up))) s" }
}
