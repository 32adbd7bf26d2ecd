public import Postgres

/// What hooks were last told of each set, in the target's catalog.
public struct AuditNotices {
  private let connection: PostgresConnection

  public init(_ connection: PostgresConnection) { self.connection = connection }

  /// The ``DriftNotice/state`` that hooks were last told of; empty for none yet.
  public func told(of set: String) throws -> String {
    let row = try connection.query("SELECT told FROM kedge.audit_notices WHERE set_name = $1", [.text(set)])
      .first
    return try row?.text("told") ?? ""
  }

  /// Hooks know of this audit now.
  public func remember(_ notice: DriftNotice) throws {
    _ = try connection.execute(
      """
      INSERT INTO kedge.audit_notices (set_name, told, run) VALUES ($1, $2, $3)
      ON CONFLICT (set_name) DO UPDATE SET told = excluded.told, run = excluded.run, told_at = clock_timestamp()
      """, [.text(notice.set), .text(notice.state), .integer(notice.run)])
  }
}
