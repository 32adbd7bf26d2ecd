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
  /// - Throws: ``CatalogError/busy(set:)``, or what `body` throws.
  public func whileStarting<T>(set: String, _ body: () throws -> T) throws -> T {
    try waitForLock("pg_advisory_lock(hashtext('kedge start'), hashtext($1))", set: set, seconds: 60)
    let result: T
    do { result = try body() } catch {
      // The error at hand is what counts; should the connection be gone, so is the lock.
      do { try unlockStart(set) } catch _ as PostgresError {}
      throw error
    }
    try unlockStart(set)
    return result
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
