import Audit
import Catalog
import Codec
import Postgres
import Scheduling
import TestSupport
import Testing

/// An audit whose process loses its lease while it is at work.
@Suite("Audit tenure")
struct AuditTenureTests {
  private static let things = """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields: { id: { from: _id, type: integer }, v: integer }
    """

  private func scene() throws -> (TestPostgres, Engine) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", (1...5).map { ["_id": BSONValue($0), "v": BSONValue($0)] })
    let engine = try Engine(mongo: mongo, into: target, Self.things)
    try engine.backfill()
    return (target, engine)
  }

  private func lease(_ target: TestPostgres, _ identity: String) throws -> HeldLease {
    let answer = try AuditLeases(target.connection).acquire(
      set: "test", as: LeaseHolder(identity: identity, host: "here", process: 1), seconds: 30, interval: 60)
    guard case .held(let lease) = answer else { throw UnexpectedResult(description: "taken") }
    return lease
  }

  /// What a schedule gives an audit.
  private func tenure(
    _ lease: HeldLease, checking: @escaping @Sendable () throws -> Void = {},
    finishing: @escaping @Sendable () throws -> Void = {}
  ) -> AuditTenure {
    AuditTenure(
      begin: { try AuditLeases($1).begin($0, lease) },
      check: {
        try checking()
        try AuditLeases($0).confirm(lease)
      },
      finish: {
        try finishing()
        try AuditLeases($0).plan(.init(slot: 10, begins: 20), interval: 60, lease)
      })
  }

  /// Another process finds the lease run out.
  private static func takeOver(_ settings: PostgresSettings) throws {
    let other = try PostgresConnection(settings)
    try other.execute("UPDATE kedge.audit_leases SET expires_at = '-infinity'")
    let answer = try AuditLeases(other).acquire(
      set: "test", as: LeaseHolder(identity: "b", host: "there", process: 2), seconds: 30, interval: 60)
    guard case .held = answer else { throw UnexpectedResult(description: "taken") }
  }

  @Test("an audit under a lease says which run it is, and its result and the next one's time come together")
  func finished() throws {
    let (target, engine) = try scene()
    let lease = try lease(target, "a")
    let settings = target.settings
    let report = try engine.audit(
      tenure: tenure(
        lease,
        finishing: {
          // Another's view, right before the end.
          let rows = try PostgresConnection(settings).query(
            "SELECT l.run || ' ' || r.state AS s FROM kedge.audit_leases l JOIN kedge.runs r ON r.id = l.run")
          guard try rows.map({ try $0.text("s") }) == ["2 running"] else {
            throw UnexpectedResult(description: "\(rows)")
          }
        }))
    #expect(report.run == 2 && !report.hasDrift)
    #expect(try target.value("SELECT is_scheduled FROM kedge.audits WHERE run = 2") == "t")
    expectEqual(
      try target.rows(
        "SELECT r.state, l.run, extract(epoch FROM l.next_at)::int FROM kedge.runs r, kedge.audit_leases l WHERE r.id = 2"
      ),
      ["done | ∅ | 20"])
  }

  @Test("who was paused for longer than the lease writes no result, and the next holder closes the run")
  func paused() throws {
    let (target, engine) = try scene()
    let lease = try lease(target, "a")
    let settings = target.settings
    let error = #expect(throws: AuditLeaseLost.self) {
      try engine.audit(
        tenure: tenure(lease, finishing: { try Self.takeOver(settings) }))
    }
    #expect(error.map { "\($0)" }?.contains("process 2 on there") == true)
    expectEqual(
      try target.rows("SELECT id, state, report, error IS NOT NULL FROM kedge.runs WHERE kind = 'audit'"),
      ["2 | interrupted | ∅ | t"])
    expectEqual(
      try target.rows("SELECT holder, fence, run, next_at FROM kedge.audit_leases"), ["b | 2 | ∅ | ∅"])
  }

  @Test("nor does it write down what a part of the audit found")
  func pausedEarlier() throws {
    let (target, engine) = try scene()
    let lease = try lease(target, "a")
    let settings = target.settings
    #expect(throws: AuditLeaseLost.self) {
      try engine.audit(
        tenure: tenure(lease, checking: { try Self.takeOver(settings) }))
    }
    expectEqual(try target.rows("SELECT chunk FROM kedge.audit_chunks WHERE is_done"), [])
    expectEqual(
      try target.rows("SELECT state, report FROM kedge.runs WHERE kind = 'audit'"), ["interrupted | ∅"])
  }

  @Test("who lost the lease before it began begins no run")
  func tooLate() throws {
    let (target, engine) = try scene()
    let old = try lease(target, "a")
    try target.execute("UPDATE kedge.audit_leases SET expires_at = '-infinity'")
    _ = try lease(target, "b")
    #expect(throws: AuditLeaseLost.self) { try engine.audit(tenure: tenure(old)) }
    expectEqual(try target.rows("SELECT id FROM kedge.runs WHERE kind = 'audit'"), [])
  }
}
