import Audit
import Catalog
import Executors
import Postgres
import Scheduling
import Synchronization
import TestSupport
import Testing

/// Who may audit a set on a schedule, asked of the catalog itself.
@Suite("Audit lease")
struct AuditLeaseTests {
  private let target: TestPostgres
  private let leases: AuditLeases

  init() throws {
    target = try TestPostgres()
    try Catalog(target.connection).ensure()
    leases = AuditLeases(target.connection)
  }

  private static let first = LeaseHolder(identity: "a", host: "one", process: 1)
  private static let second = LeaseHolder(identity: "b", host: "two", process: 2)

  private func acquire(_ holder: LeaseHolder, set: String = "shop") throws -> AuditLeases.Answer {
    try leases.acquire(set: set, as: holder, seconds: 30, interval: 3600)
  }

  private func held(_ holder: LeaseHolder, set: String = "shop") throws -> HeldLease {
    guard case .held(let lease) = try acquire(holder, set: set) else {
      throw UnexpectedResult(description: "the lease is another's")
    }
    return lease
  }

  private func expire() throws {
    try target.execute("UPDATE kedge.audit_leases SET expires_at = clock_timestamp() - interval '1 second'")
  }

  @Test("one holder at a time, the next after it gave the lease back or let it run out; each set has its own")
  func exclusive() throws {
    let lease = try held(Self.first)
    #expect(lease.fence == 1 && lease.stored == nil)
    guard case .taken(let holder) = try acquire(Self.second) else {
      throw UnexpectedResult(description: "held")
    }
    #expect(holder == Self.first && "\(holder)" == "process 1 on one")
    #expect(try held(Self.second, set: "other").fence == 1)
    try leases.release(lease)
    let after = try held(Self.second)
    #expect(after.fence == 2)
    guard case .taken(let next) = try acquire(Self.first) else { throw UnexpectedResult(description: "held") }
    #expect(next == Self.second)
    try expire()
    #expect(try held(Self.first).fence == 3)
  }

  @Test("who is late renews as long as nobody else came, and can do nothing afterwards")
  func late() throws {
    let lease = try held(Self.first)
    try expire()
    #expect(try leases.renew(lease, seconds: 30))
    guard case .taken = try acquire(Self.second) else { throw UnexpectedResult(description: "held") }
    try expire()
    _ = try held(Self.second)
    #expect(try !leases.renew(lease, seconds: 30))
    let error = #expect(throws: AuditLeaseLost.self) { try leases.confirm(lease) }
    #expect(error?.by == Self.second)
    #expect(throws: AuditLeaseLost.self) { try leases.begin(1, lease) }
    #expect(throws: AuditLeaseLost.self) {
      try leases.plan(.init(slot: 1, begins: 1), interval: 60, lease)
    }
    try leases.release(lease)
    guard case .taken = try acquire(Self.first) else {
      throw UnexpectedResult(description: "a lease was given back by somebody who didn't hold it")
    }
  }

  @Test("when the next audit is due outlasts the holder")
  func due() throws {
    let lease = try held(Self.first)
    try leases.plan(.init(slot: 7200.25, begins: 7300.5), interval: 3600, lease)
    try leases.release(lease)
    let next = try held(Self.second)
    #expect(next.stored == Timetable.Stored(.init(slot: 7200.25, begins: 7300.5), interval: 3600))
    #expect(next.now > 1_700_000_000)
  }

  @Test("nobody takes over between the look at the fence and the commit")
  func confirmed() throws {
    let lease = try held(Self.first)
    try expire()
    let settings = target.settings
    let answer = Mutex<Result<AuditLeases.Answer, any Error>?>(nil)
    var taker: DedicatedThread?
    try target.connection.transaction {
      try leases.confirm(lease)
      taker = try DedicatedThread(name: "taker") {
        let outcome = Result {
          try AuditLeases(PostgresConnection(settings)).acquire(
            set: "shop", as: Self.second, seconds: 30, interval: 3600)
        }
        answer.withLock { $0 = outcome }
      }
      let watcher = try PostgresConnection(settings)
      try waitUntil("the other one waits for the row") {
        try watcher.query(
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).count == 1
      }
    }
    taker?.join()
    guard case .held(let next) = try answer.withLock({ try $0?.get() }) else {
      throw UnexpectedResult(description: "it didn't get the lease afterwards")
    }
    #expect(next.fence == 2)
  }
}
