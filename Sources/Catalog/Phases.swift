public import Mapping
internal import Postgres

/// Where a set's entities stand, and how that changes.
extension Catalog {
  /// The phases that were set; none where Kedge has no state in this target, or has one of an earlier version.
  public func livePhases(of set: String) throws -> LivePhases {
    let found = try connection.query("SELECT to_regclass('kedge.phases') IS NOT NULL AS found").first
    guard try found?["found"] == "t" else { return LivePhases() }
    var live = LivePhases()
    // In one statement, so that the epoch and the phases belong together.
    let rows = try connection.query(
      """
      SELECT e.epoch AS set_epoch, p.entity, p.phase, p.epoch
      FROM kedge.epochs e LEFT JOIN kedge.phases p USING (set_name) WHERE e.set_name = $1
      """, [.text(set)])
    for row in rows {
      live.epoch = try row.int("set_epoch")
      guard let entity = try row["entity"], let word = try row["phase"] else { continue }
      live.entities[entity] = LivePhases.Phase(word: word, epoch: try row.int("epoch"))
    }
    return live
  }

  /// The key of the advisory lock that a set's writers share and a change of phase takes alone. Triggers compute it alike.
  public static func phaseLock(set: String) -> String { "kedge phase \(set)" }

  /// Sets an entity's phase and begins a new epoch, in the caller's transaction. Waits until no guarded transaction that
  /// has passed the old fence is open; `lock_timeout` limits that.
  ///
  /// - Returns: the new epoch.
  /// - Throws: `PostgresError`.
  public func setPhase(
    of entity: String, in set: String, from old: Entity.Phase, to new: Entity.Phase, reason: String?
  ) throws -> Int {
    _ = try connection.query(
      "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [.text(Self.phaseLock(set: set))])
    let row = try connection.query(
      """
      INSERT INTO kedge.epochs VALUES ($1, 1)
      ON CONFLICT (set_name) DO UPDATE SET epoch = kedge.epochs.epoch + 1 RETURNING epoch
      """, [.text(set)]
    ).first
    guard let epoch = try row?.int("epoch") else { throw CatalogError.noRow }
    _ = try connection.query(
      """
      INSERT INTO kedge.phases (set_name, entity, phase, epoch) VALUES ($1, $2, $3, $4)
      ON CONFLICT (set_name, entity) DO UPDATE
        SET phase = EXCLUDED.phase, epoch = EXCLUDED.epoch, changed_at = clock_timestamp()
      """, [.text(set), .text(entity), .text(new.rawValue), .integer(epoch)])
    _ = try connection.query(
      """
      INSERT INTO kedge.phase_changes (set_name, entity, old_phase, new_phase, epoch, reason)
      VALUES ($1, $2, $3, $4, $5, $6)
      """,
      [
        .text(set), .text(entity), .text(old.rawValue), .text(new.rawValue), .integer(epoch),
        .optional(reason),
      ])
    return epoch
  }
}
