internal import Executors
internal import Migrations
internal import Postgres

/// Keeps two processes from seeding one set at once: an advisory lock, held by the session for the whole run, and by each transaction for
/// itself, so that it also holds where a pooler hands out another session with each transaction.
struct SeedLock {
  let connection: PostgresConnection
  let set: String

  private var key: String { "hashtextextended(\(quoteLiteral("kedge seed \(set)")), 0)" }

  /// Waits until no other session has it.
  func takeSession(_ options: SeedOptions) throws {
    let deadline = ContinuousClock.now + .seconds(options.patience)
    var hasSaid = false
    while try connection.query("SELECT pg_try_advisory_lock(\(key)) AS taken").first?.bool("taken") != true {
      guard !options.stop.isSet else { throw SeedError.interrupted }
      let holder = try holder()
      guard ContinuousClock.now < deadline else { throw SeedError.busy(set: set, holder: holder) }
      if !hasSaid { options.say("waiting for another process that seeds the set \"\(set)\": \(holder)") }
      hasSaid = true
      Pause.wait(0.2, unless: options.stop)
    }
  }

  func releaseSession() throws { _ = try connection.query("SELECT pg_advisory_unlock(\(key))") }

  /// Takes it until the end of the transaction.
  func takeTransaction() throws { _ = try connection.query("SELECT pg_advisory_xact_lock(\(key))") }

  private func holder() throws -> String {
    let row = try connection.query(
      """
      SELECT a.pid, a.usename, a.application_name, to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint) = \(key)
      """
    ).first
    guard let row else { return "it ended just now" }
    return "\(try row["application_name"] ?? "") of role \(try row["usename"] ?? ""), server process"
      + " \(try row["pid"] ?? ""), connected since \(try row["since"] ?? "") UTC"
  }
}
