internal import Postgres

/// Keeps a second runner out of a database: an advisory lock.
///
/// Held by the session for a whole run, and by each transaction for itself, so that it also holds where a pooler hands out another
/// session with each transaction.
struct MigrationLock {
  let connection: PostgresConnection

  /// Two numbers, the same in every version. The first spells "kedg", the second "migr".
  private static let key = "1801806951, 1835624306"

  /// Takes the lock for the session. Returns who has it if it isn't free.
  func trySession() throws -> String? { try take("pg_try_advisory_lock") }

  /// Takes the lock until the end of the transaction.
  func tryTransaction() throws -> String? { try take("pg_try_advisory_xact_lock") }

  func releaseSession() throws { _ = try connection.query("SELECT pg_advisory_unlock(\(Self.key))") }

  private func take(_ function: String) throws -> String? {
    guard try connection.query("SELECT \(function)(\(Self.key)) AS taken").first?.bool("taken") != true else {
      return nil
    }
    let holder = try connection.query(
      """
      SELECT a.pid, a.usename, a.application_name, coalesce(host(a.client_addr), 'a local socket') AS address,
        to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND (l.classid, l.objid) = (\(Self.key)) AND l.objsubid = 2
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      """
    ).first
    guard let holder else { return "it ended just now" }
    let name = try holder["application_name"] ?? ""
    let role = try holder["usename"] ?? ""
    return
      "\(name) of role \(role) from \(try holder["address"] ?? ""), server process \(try holder["pid"] ?? ""),"
      + " connected since \(try holder["since"] ?? "") UTC"
  }
}
