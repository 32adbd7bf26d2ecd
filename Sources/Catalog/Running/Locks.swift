internal import Postgres

/// Advisory locks of the target: they go with the connection that took them, however it ends.
extension Catalog {
  /// How long a statement of a run waits for a lock before it makes way and asks again.
  public static let lockTimeout = "2s"

  /// Keeps everybody else from writing this set's rows: replay and repair work alone.
  ///
  /// - Throws: ``CatalogError/busy(set:)``.
  public func lock(set: String) throws {
    try waitForLock("pg_advisory_lock(hashtext('kedge backfill'), hashtext($1))", set: set)
  }

  /// Says that this connection's process takes part in a backfill of the set, as others may.
  ///
  /// - Throws: ``CatalogError/busy(set:)`` while somebody works on it alone.
  public func lockShared(set: String) throws {
    try waitForLock("pg_advisory_lock_shared(hashtext('kedge backfill'), hashtext($1))", set: set)
  }

  /// Runs `body` while no other process of the set starts: what begins a run happens once.
  ///
  /// - Parameter patience: seconds to wait for another that starts; looking through a large file takes it minutes.
  /// - Throws: ``CatalogError/starting(set:by:)``, or what `body` throws.
  public func whileStarting<T>(set: String, patience: Double, _ body: () throws -> T) throws -> T {
    do {
      try waitForLock(
        "pg_advisory_lock(hashtext('kedge start'), hashtext($1))", set: set,
        seconds: max(1, Int(min(patience, 86_400))))
    } catch CatalogError.busy {
      throw CatalogError.starting(set: set, by: try starter(of: set))
    }
    let result: T
    do { result = try body() } catch {
      // The error at hand is what counts; should the connection be gone, so is the lock.
      do { try unlockStart(set) } catch _ as PostgresError {}
      throw error
    }
    try unlockStart(set)
    return result
  }

  /// The session that holds the start lock, for a person who wonders why it does so for so long.
  private func starter(of set: String) throws -> String? {
    try connection.query(
      """
      SELECT 'process ' || a.pid || coalesce(' from ' || host(a.client_addr), '') || ', there since '
        || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') AS starter
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.classid::bigint = hashtext('kedge start')::bigint & 4294967295
        AND l.objid::bigint = hashtext($1)::bigint & 4294967295
      """, [.text(set)]
    ).first?["starter"]
  }

  private func unlockStart(_ set: String) throws {
    _ = try connection.query("SELECT pg_advisory_unlock(hashtext('kedge start'), hashtext($1))", [.text(set)])
  }

  /// Takes on what only one member of a run may do at a time: indexes, constraints, the end. False if another is at it.
  public func tryLockFinish(_ run: Run) throws -> Bool {
    try connection.query(
      "SELECT pg_try_advisory_lock(hashtext('kedge finish'), $1::int) AS taken", [.integer(run.id)]
    ).first?["taken"] == "t"
  }

  public func unlockFinish(_ run: Run) throws {
    _ = try connection.query(
      "SELECT pg_advisory_unlock(hashtext('kedge finish'), $1::int)", [.integer(run.id)])
  }

  private func waitForLock(_ call: String, set: String, seconds: Int = 3) throws {
    // The server may need a moment to notice that an earlier process has ended, above all one that was killed.
    let before = try connection.query("SHOW lock_timeout").first?["lock_timeout"] ?? "0"
    _ = try connection.execute("SET lock_timeout TO '\(seconds)s'")
    do {
      _ = try connection.query("SELECT \(call)", [.text(set)])
    } catch let error as PostgresError where error.sqlState == "55P03" {
      throw CatalogError.busy(set: set)
    }
    _ = try connection.execute("SET lock_timeout TO '\(before)'")
  }
}
