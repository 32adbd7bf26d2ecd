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

extension Catalog {
  /// Whether entities are in the phases that the caller was told. Asked again once the set's lock is held, since a phase can
  /// be set between reading the mapping and beginning to write.
  ///
  /// - Throws: ``PhaseChanged``.
  public func verifyPhases(of entities: [Entity], in set: String) throws {
    let live = try livePhases(of: set)
    for entity in entities where entity.owner == .core {
      guard let stored = live.entities[entity.name], stored.word != entity.phase.rawValue else { continue }
      throw PhaseChanged(entity: entity.name, expected: entity.phase, found: stored.word)
    }
  }

  /// The latest changes of phases, newest first.
  ///
  /// - Parameter entity: those of one entity; nil for all.
  public func phaseChanges(in set: String, entity: String? = nil, limit: Int) throws -> [PhaseChange] {
    try connection.query(
      """
      SELECT entity, old_phase, new_phase, epoch, reason, changed_by,
        to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS changed_at
      FROM kedge.phase_changes WHERE set_name = $1 AND ($2::text IS NULL OR entity = $2) ORDER BY id DESC LIMIT $3
      """, [.text(set), .optional(entity), .integer(limit)]
    ).map { row in
      PhaseChange(
        entity: try row["entity"] ?? "", old: try row["old_phase"] ?? "", new: try row["new_phase"] ?? "",
        epoch: try row.int("epoch"), reason: try row["reason"], by: try row["changed_by"] ?? "",
        at: try row["changed_at"] ?? "")
    }
  }
}

/// One change of an entity's phase.
public struct PhaseChange: Sendable, Equatable {
  public var entity: String
  public var old: String
  public var new: String
  public var epoch: Int
  public var reason: String?
  /// The session's user.
  public var by: String
  /// In UTC, as `2027-01-31T12:00:00Z`.
  public var at: String
}

/// An entity isn't in the phase any more that a command was about to work by.
public struct PhaseChanged: Error, Sendable, Equatable, CustomStringConvertible {
  public let entity: String
  public let expected: Entity.Phase
  /// As it is stored.
  public let found: String

  public var description: String {
    "entity \"\(entity)\" went from phase \(expected.rawValue) to \(found) while this command was starting; run it again:"
      + " it then works by the new phase"
  }
}

extension Catalog {
  /// The sessions whose open transactions have passed the set's fence, for a person who wonders why a phase can't be set.
  public func phaseLockHolders(set: String) throws -> [String] {
    try connection.query(
      """
      SELECT 'process ' || a.pid || ' (' || coalesce(nullif(a.application_name, ''), 'no name') || '), in a transaction since '
        || to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' AS holder
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.pid <> pg_backend_pid()
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended($1, 0)
      ORDER BY a.xact_start
      """, [.text(Self.phaseLock(set: set))]
    ).compactMap { try $0["holder"] }
  }
}

extension Catalog {
  /// Whether rules of the set were installed into a store.
  public func hasGuards(set: String) throws -> Bool {
    let found = try connection.query("SELECT to_regclass('kedge.guard_objects') IS NOT NULL AS found").first
    guard try found?["found"] == "t" else { return false }
    return try connection.query(
      "SELECT EXISTS (SELECT FROM kedge.guard_objects WHERE set_name = $1) AS found", [.text(set)]
    ).first?["found"] == "t"
  }
}
