import Audit
import Catalog
import Executors
import Postgres
import Scheduling
import Synchronization
import TestSupport
import Testing

/// Audits one after another, by a clock that a test moves; the target and its leases are real.
@Suite("Scheduled audits")
struct ScheduledAuditsTests {
  private static let interval = 3600.0

  /// A process that audits on a schedule.
  private final class Daemon: Sendable {
    let clock = HandClock()
    let stop = StopFlag()
    let lines = LogLines()
    let settings: PostgresSettings
    /// When each audit began, by the clock.
    let begun = Mutex<[Double]>([])

    init(_ target: TestPostgres) { settings = target.settings }

    /// - Parameter audit: what happens in each audit, with its number from 0; false for drift.
    func run(
      count: Int? = nil, every interval: Double = ScheduledAuditsTests.interval, lease: Int = 30,
      clock: (any ScheduleClock)? = nil, _ audit: @escaping @Sendable (Int, StopFlag) throws -> Bool
    ) throws -> ScheduledAudits.Ending {
      var options = ScheduledAudits.Options(
        set: "shop", timetable: Timetable(interval: interval, jitter: 0.1))
      (options.count, options.lease, options.clock, options.chance) = (
        count, lease, clock ?? self.clock, { 0.5 }
      )
      return try ScheduledAudits(
        options, target: settings, stop: stop, log: lines.log, service: ServiceNotifier(environment: [:])
      ) { [self] tenure, flag in
        let number = begun.withLock { begun in
          begun.append(self.clock.elapsed)
          return begun.count - 1
        }
        let connection = try PostgresConnection(settings)
        // As an audit does it.
        let run = try connection.transaction {
          let rows = try connection.query(
            "INSERT INTO kedge.runs (kind, set_name, fingerprint, source) VALUES ('audit', 'shop', '', '') RETURNING id"
          )
          let run = try rows[0].int("id")
          try tenure.begin(run, connection)
          return run
        }
        let isClean = try audit(number, flag)
        try connection.transaction {
          try tenure.finish(connection)
          try connection.execute("UPDATE kedge.runs SET state = 'done' WHERE id = \(run)")
        }
        return isClean ? 0 : 3
      }.run()
    }
  }

  private func offsets(_ target: TestPostgres) throws -> [String] {
    try target.rows(
      """
      SELECT round(extract(epoch FROM next_at - slot_at), 3), every, run, expires_at FROM kedge.audit_leases
      """)
  }

  @Test(
    "audits begin at once and then at each multiple, late by chance; the end has the last one's exit code")
  func regular() throws {
    let target = try TestPostgres()
    let daemon = Daemon(target)
    expectEqual(try daemon.run(count: 4) { number, _ in number < 3 }, .done(3))
    #expect(daemon.begun.withLock { $0 } == [0, 3780, 7380, 10980], "\(daemon.lines.text)")
    expectEqual(try offsets(target), ["180.000 | 3600 | ∅ | -infinity"])
    expectEqual(try target.value("SELECT count(*) FROM kedge.runs WHERE state = 'done'"), "4")
  }

  @Test("an audit that takes longer than the interval leaves others out, and says so")
  func long() throws {
    let target = try TestPostgres()
    let daemon = Daemon(target)
    let clock = daemon.clock
    expectEqual(
      try daemon.run(count: 3) { number, _ in
        if number == 0 { clock.advance(by: 2.5 * Self.interval) }
        return true
      }, .done(0))
    #expect(daemon.begun.withLock { $0 } == [0, 10980, 14580])
    #expect(
      daemon.lines.all.contains("warning: the audit took longer than the interval: 2 audits were left out"))
  }

  @Test("a failed audit is tried again, sooner than the next slot, and ends nothing")
  func failing() throws {
    let target = try TestPostgres()
    let daemon = Daemon(target)
    expectEqual(
      try daemon.run(count: 2) { number, _ in
        guard number >= 3 else { throw UnexpectedResult(description: "no server answers") }
        return true
      }, .done(0))
    // 5, 10 and 20 seconds, each times three quarters; then the next slot.
    #expect(daemon.begun.withLock { $0 } == [0, 3.75, 11.25, 26.25, 3780])
    #expect(daemon.lines.text.contains("error: the audit failed: no server answers\nnext try in 4 s"))
  }

  @Test("a restart waits for what is left of the interval; one after an interrupted audit begins at once")
  func restart() throws {
    let target = try TestPostgres()
    expectEqual(try Daemon(target).run(count: 1) { _, _ in true }, .done(0))
    let second = Daemon(target)
    let stop = second.stop
    expectEqual(
      try second.run { _, flag in
        stop.set()
        #expect(flag.isSet, "what is asked of all is asked of the audit")
        throw AuditError.interrupted
      }, .interrupted)
    let waited = try #require(second.begun.withLock { $0 }.first)
    #expect(waited > 3000 && waited <= 3780, "\(waited)")
    expectEqual(try target.value("SELECT expires_at FROM kedge.audit_leases"), "-infinity")
    let third = Daemon(target)
    // By the server's clock it isn't time yet: only the second process' clock had gone on.
    try target.execute(
      "UPDATE kedge.audit_leases SET slot_at = clock_timestamp(), next_at = clock_timestamp()")
    expectEqual(try third.run(count: 1) { _, _ in true }, .done(0))
    #expect(third.begun.withLock { $0 } == [0])
    // What the second one didn't finish is no run at work any more.
    expectEqual(
      try target.rows("SELECT state FROM kedge.runs ORDER BY id"), ["done", "interrupted", "done"])
  }

  @Test("asked to stop between two audits, it gives the lease back and is idle")
  func idle() throws {
    let target = try TestPostgres()
    let daemon = Daemon(target)
    let clock = SteadyClock()
    let ending = Mutex<Result<ScheduledAudits.Ending, any Error>?>(nil)
    let thread = try DedicatedThread(name: "daemon") {
      let outcome = Result { try daemon.run(clock: clock) { _, _ in true } }
      ending.withLock { $0 = outcome }
    }
    try waitUntil("the first audit is over") { daemon.lines.text.contains("the next audit begins at") }
    daemon.stop.set()
    thread.join()
    expectEqual(try ending.withLock { try $0?.get() }, .idle)
    expectEqual(try offsets(target), ["180.000 | 3600 | ∅ | -infinity"])
  }

  @Test("a second process stands by, says for whom, and takes over")
  func standby() throws {
    let target = try TestPostgres()
    let (first, second) = (Daemon(target), Daemon(target))
    let endings = Mutex<[String: ScheduledAudits.Ending]>([:])
    func start(_ daemon: Daemon, _ name: String, count: Int?) throws -> DedicatedThread {
      try DedicatedThread(name: name) {
        do {
          let ending = try daemon.run(count: count, every: 1, lease: 3, clock: SteadyClock()) { _, flag in
            // The first is at work until it is asked to stop.
            if name == "first" { try waitUntil("it is stopped") { flag.isSet } }
            return true
          }
          endings.withLock { $0[name] = ending }
        } catch { Issue.record(error) }
      }
    }
    let one = try start(first, "first", count: nil)
    try waitUntil("the first one audits") { first.begun.withLock { $0.count } == 1 }
    let two = try start(second, "second", count: 1)
    try waitUntil("the second one stands by") { second.lines.text.contains("this process stands by") }
    #expect(second.lines.text.contains("the audits of the mapping set \"shop\" are run by process "))
    #expect(second.begun.withLock { $0 }.isEmpty)
    first.stop.set()
    one.join()
    two.join()
    #expect(endings.withLock { $0 } == ["first": .idle, "second": .done(0)])
    expectEqual(try target.value("SELECT fence FROM kedge.audit_leases"), "2")
  }

  @Test("who loses the lease in the middle of an audit ends it, writes nothing, and stands by")
  func lost() throws {
    let target = try TestPostgres()
    let daemon = Daemon(target)
    let settings = target.settings
    expectEqual(
      try daemon.run(count: 1, lease: 3) { number, flag in
        guard number == 0 else { return true }
        let other = try PostgresConnection(settings)
        try other.execute("UPDATE kedge.audit_leases SET expires_at = '-infinity'")
        let answer = try AuditLeases(other).acquire(
          set: "shop", as: LeaseHolder(identity: "b", host: "there", process: 2), seconds: 3, interval: 60)
        guard case .held = answer else { throw UnexpectedResult(description: "taken") }
        // The heartbeat finds out.
        try waitUntil("the audit is asked to end") { flag.isSet }
        // And goes away, in time for this one.
        return true
      }, .done(0))
    #expect(daemon.lines.text.contains("another process took over"), "\(daemon.lines.text)")
    #expect(daemon.lines.text.contains("are run by process 2 on there; this process stands by"))
    expectEqual(
      try target.rows("SELECT state FROM kedge.runs ORDER BY id"), ["interrupted", "done"])
    expectEqual(try target.value("SELECT fence FROM kedge.audit_leases"), "3")
  }

  @Test("a target that can't be had for a reason that won't pass ends it at once")
  func wrongTarget() throws {
    let target = try TestPostgres()
    try target.execute(
      "CREATE SCHEMA kedge; CREATE TABLE kedge.version (version int); INSERT INTO kedge.version VALUES (999)")
    #expect(throws: CatalogError.self) { try Daemon(target).run { _, _ in true } }
  }
}
