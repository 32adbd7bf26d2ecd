internal import Foundation
public import Postgres

/// Who may audit a mapping set on a schedule, as the target's catalog knows it. One row for each set; all times are the
/// server's.
public struct AuditLeases {
  private let connection: PostgresConnection

  public init(_ connection: PostgresConnection) { self.connection = connection }

  /// What asking for a lease came to.
  public enum Answer: Sendable {
    case held(HeldLease)
    /// Another process has it.
    case taken(LeaseHolder)
  }

  /// Takes the set's lease if nobody holds it: it was given back, or hasn't been renewed in time.
  ///
  /// An audit that its last holder didn't finish is marked as interrupted.
  ///
  /// - Parameters:
  ///   - seconds: how long it holds without being renewed.
  ///   - interval: seconds between audits, for whoever comes next.
  public func acquire(set: String, as holder: LeaseHolder, seconds: Int, interval: Double) throws -> Answer {
    try connection.transaction {
      // `run` stays the last holder's: it is looked at below.
      let rows = try connection.query(
        """
        INSERT INTO kedge.audit_leases AS l (set_name, holder, host, process, expires_at, every)
        VALUES ($1, $2, $3, $4::int, clock_timestamp() + make_interval(secs => $5::int), $6::float8)
        ON CONFLICT (set_name) DO UPDATE SET holder = excluded.holder, host = excluded.host, process = excluded.process,
          fence = l.fence + 1, acquired_at = clock_timestamp(),
          expires_at = clock_timestamp() + make_interval(secs => $5::int)
        WHERE l.expires_at <= clock_timestamp()
        RETURNING fence, run, every, extract(epoch FROM slot_at) AS slot_at, extract(epoch FROM next_at) AS next_at,
          extract(epoch FROM clock_timestamp()) AS now
        """,
        [
          .text(set), .text(holder.identity), .text(holder.host), .integer(holder.process), .integer(seconds),
          .text("\(interval)"),
        ])
      guard let row = rows.first else { return .taken(try self.holder(of: set) ?? .unknown) }
      let lease = HeldLease(
        set: set, holder: holder.identity, fence: try row.int("fence"), now: try number(row, "now") ?? 0,
        stored: try stored(row))
      if let run = try row.optionalInt("run") { try closeAbandoned(run, lease) }
      return .held(lease)
    }
  }

  private func stored(_ row: PostgresRow) throws -> Timetable.Stored? {
    guard let slot = try number(row, "slot_at"), let begins = try number(row, "next_at"),
      let interval = try number(row, "every")
    else { return nil }
    return Timetable.Stored(.init(slot: slot, begins: begins), interval: interval)
  }

  private func number(_ row: PostgresRow, _ name: String) throws -> Double? {
    try row[name].flatMap { Double($0) }
  }

  private func closeAbandoned(_ run: Int, _ lease: HeldLease) throws {
    _ = try connection.execute(
      """
      UPDATE kedge.runs SET state = 'interrupted', finished_at = clock_timestamp(),
        error = 'the process that ran it gave up its lease, or wasn''t heard of for longer than that'
      WHERE id = $1 AND state = 'running'
      """, [.integer(run)])
    _ = try connection.execute(
      "UPDATE kedge.audit_leases SET run = NULL WHERE set_name = $1", [.text(lease.set)])
  }

  /// Who holds the lease, or held it last; nil if nobody ever did.
  public func holder(of set: String) throws -> LeaseHolder? {
    let row = try connection.query(
      "SELECT holder, host, process FROM kedge.audit_leases WHERE set_name = $1", [.text(set)]
    ).first
    return try row.map {
      LeaseHolder(identity: try $0.text("holder"), host: try $0.text("host"), process: try $0.int("process"))
    }
  }

  /// How audits of a set on a schedule stand.
  public struct Standing: Sendable, Equatable {
    /// Who runs them, or ran them last.
    public var holder: LeaseHolder
    /// Whether that process was heard of within its lease.
    public var isAlive: Bool
    /// The audit at work; nil between two.
    public var run: Int?
    /// When the next one begins, in UTC: `2026-11-21 14:00:05`; nil before the first.
    public var next: String?
  }

  /// How audits of a set on a schedule stand; nil if there never were any.
  public func standing(of set: String) throws -> Standing? {
    let row = try connection.query(
      """
      SELECT expires_at > clock_timestamp() AS is_alive, run,
        to_char(next_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS next
      FROM kedge.audit_leases WHERE set_name = $1
      """, [.text(set)]
    ).first
    guard let row, let holder = try holder(of: set) else { return nil }
    return Standing(
      holder: holder, isAlive: try row.bool("is_alive"), run: try row.optionalInt("run"),
      next: try row["next"])
  }

  /// Says that the holder is alive. False when another has the lease.
  ///
  /// A lease that ran out and that nobody took is still the holder's.
  public func renew(_ lease: HeldLease, seconds: Int) throws -> Bool {
    try connection.execute(
      """
      UPDATE kedge.audit_leases SET expires_at = clock_timestamp() + make_interval(secs => $4::int)
      WHERE set_name = $1 AND holder = $2 AND fence = $3
      """, [.text(lease.set), .text(lease.holder), .integer(lease.fence), .integer(seconds)]) == 1
  }

  /// Makes sure, within a transaction, that the lease is the holder's until that transaction ends.
  ///
  /// - Throws: ``AuditLeaseLost``.
  public func confirm(_ lease: HeldLease) throws {
    let rows = try connection.query(
      "SELECT FROM kedge.audit_leases WHERE set_name = $1 AND holder = $2 AND fence = $3 FOR SHARE",
      [.text(lease.set), .text(lease.holder), .integer(lease.fence)])
    if rows.isEmpty { throw AuditLeaseLost(set: lease.set, by: try holder(of: lease.set)) }
  }

  /// Writes down which run is the audit at hand.
  ///
  /// - Throws: ``AuditLeaseLost``.
  public func begin(_ run: Int, _ lease: HeldLease) throws {
    try update("run = $4", [.integer(run)], lease)
  }

  /// Writes down when the next audit is due, and that none is at work.
  ///
  /// - Parameter interval: seconds between audits.
  /// - Throws: ``AuditLeaseLost``.
  public func plan(_ next: Timetable.Appointment, interval: Double, _ lease: HeldLease) throws {
    try update(
      """
      run = NULL, every = $4::float8, slot_at = to_timestamp($5::float8), next_at = to_timestamp($6::float8)
      """, [.text("\(interval)"), .text("\(next.slot)"), .text("\(next.begins)")], lease)
  }

  /// Gives the lease back, so that another needn't wait until it runs out.
  public func release(_ lease: HeldLease) throws {
    _ = try connection.execute(
      """
      UPDATE kedge.audit_leases SET expires_at = '-infinity'
      WHERE set_name = $1 AND holder = $2 AND fence = $3
      """, [.text(lease.set), .text(lease.holder), .integer(lease.fence)])
  }

  private func update(_ change: String, _ parameters: [PostgresParameter], _ lease: HeldLease) throws {
    let count = try connection.execute(
      "UPDATE kedge.audit_leases SET \(change) WHERE set_name = $1 AND holder = $2 AND fence = $3",
      [.text(lease.set), .text(lease.holder), .integer(lease.fence)] + parameters)
    if count != 1 { throw AuditLeaseLost(set: lease.set, by: try holder(of: lease.set)) }
  }
}
