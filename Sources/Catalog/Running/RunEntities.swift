public import Codec
internal import Postgres

/// Where an entity stands in a run.
public struct RunEntity: Sendable {
  public var entity: String
  /// The target table was empty when the run began, so rows can go straight into it.
  public var isFresh: Bool
  /// The upper bound of the last chunk that was planned.
  public var plannedTo: BSONDocument?
  /// All chunks are planned.
  public var isPlanned: Bool
  /// The second pass after broken references were found: what was landed before counts as landed still.
  public var isRecount: Bool
  public var isDone: Bool
  /// The number of the next chunk.
  public var nextChunk: Int
  /// Records in the chunks planned so far, where each chunk is full.
  public var plannedRecords: Int
}

extension Catalog {
  private static let entityColumns =
    "entity, is_fresh, planned_to, is_planned, is_recount, is_done, next_chunk, planned_records"

  public func entity(_ run: Run, _ name: String) throws -> RunEntity? {
    try connection.query(
      "SELECT \(Self.entityColumns) FROM kedge.run_entities WHERE run = $1 AND entity = $2",
      [.integer(run.id), .text(name)]
    ).first.map(RunEntity.init)
  }

  /// Every entity of the run, by name.
  public func entities(_ run: Run) throws -> [String: RunEntity] {
    let rows = try connection.query(
      "SELECT \(Self.entityColumns) FROM kedge.run_entities WHERE run = $1", [.integer(run.id)])
    return Dictionary(
      try rows.map { (try $0["entity"] ?? "", try RunEntity($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Runs `body` with an entity that has chunks to plan, which nobody else can plan meanwhile: the first of `names` that
  /// no other process is planning. Nil if there is none.
  public func planning<T>(_ run: Run, of names: [String], _ body: (RunEntity) throws -> T) throws -> T? {
    guard !names.isEmpty else { return nil }
    return try connection.transaction {
      // The plan is durable no later than the chunk that follows from it.
      _ = try connection.execute("SET LOCAL synchronous_commit TO off")
      // Not FOR UPDATE: what a chunk's open transaction writes about its entity refers to this row, and would hide it.
      let row = try connection.query(
        """
        SELECT \(Self.entityColumns) FROM kedge.run_entities
        WHERE run = $1 AND entity = ANY ($2::text[]) AND NOT is_planned AND NOT is_done
        ORDER BY array_position($2::text[], entity) LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        """, [.integer(run.id), .text(arrayLiteral(names))]
      ).first
      return try row.map { try body(try RunEntity($0)) }
    }
  }

  public func begin(_ run: Run, entity: String, isFresh: Bool) throws {
    _ = try connection.execute(
      "INSERT INTO kedge.run_entities (run, entity, is_fresh) VALUES ($1, $2, $3)",
      [.integer(run.id), .text(entity), .boolean(isFresh)])
  }

  /// Takes on the completion of an entity whose chunks are all done: the first of `names` that nobody holds.
  public func leaseCompletion(_ run: Run, of names: [String], for member: Member) throws -> (
    entity: String, fence: Int
  )? {
    guard !names.isEmpty else { return nil }
    let row = try connection.query(
      """
      WITH f AS MATERIALIZED (
        SELECT entity FROM kedge.run_entities o
        WHERE run = $1 AND entity = ANY ($2::text[]) AND is_planned AND NOT is_done AND member IS NULL
          AND NOT EXISTS (SELECT FROM kedge.chunks c WHERE c.run = o.run AND c.entity = o.entity AND NOT c.is_done)
        LIMIT 1 FOR NO KEY UPDATE OF o SKIP LOCKED
      )
      UPDATE kedge.run_entities e SET member = $3, fence = e.fence + 1 FROM f
      WHERE e.run = $1 AND e.entity = f.entity RETURNING e.entity, e.fence
      """, [.integer(run.id), .text(arrayLiteral(names)), .integer(member.id)]
    ).first
    return try row.map { (try $0["entity"] ?? "", try $0.int("fence")) }
  }

  /// Gives an entity's completion back, for anybody to take on.
  public func releaseCompletion(_ run: Run, entity: String, fence: Int) throws {
    _ = try connection.execute(
      "UPDATE kedge.run_entities SET member = NULL WHERE run = $1 AND entity = $2 AND fence = $3",
      [.integer(run.id), .text(entity), .integer(fence)])
  }

  /// Makes sure, inside a transaction, that the completion is still this fence's, and keeps it so until the end.
  ///
  /// - Throws: ``LeaseLost``.
  public func holdCompletion(_ run: Run, entity: String, fence: Int) throws {
    let rows = try connection.query(
      "SELECT FROM kedge.run_entities WHERE run = $1 AND entity = $2 AND fence = $3 AND NOT is_done FOR NO KEY UPDATE",
      [.integer(run.id), .text(entity), .integer(fence)])
    guard !rows.isEmpty else { throw LeaseLost(entity: entity, chunk: nil) }
  }

  /// Marks the entity complete.
  ///
  /// - Throws: ``LeaseLost`` when somebody else has taken that on.
  public func setDone(_ run: Run, entity: String, fence: Int) throws {
    let changed = try connection.execute(
      """
      UPDATE kedge.run_entities SET is_done = true, member = NULL
      WHERE run = $1 AND entity = $2 AND fence = $3 AND NOT is_done
      """, [.integer(run.id), .text(entity), .integer(fence)])
    guard changed == 1 else { throw LeaseLost(entity: entity, chunk: nil) }
  }

  public func addReplayed(_ run: Run, entity: String, _ count: Int) throws {
    _ = try connection.execute(
      "UPDATE kedge.run_entities SET replayed = replayed + $3 WHERE run = $1 AND entity = $2",
      [.integer(run.id), .text(entity), .integer(count)])
  }

  /// Opens every chunk of the entity again, for a second pass that merges instead of copying.
  public func reopen(_ run: Run, entity: String) throws {
    _ = try connection.execute(
      """
      UPDATE kedge.run_entities SET is_fresh = false, is_recount = true, is_done = false, replayed = 0, member = NULL
      WHERE run = $1 AND entity = $2
      """, [.integer(run.id), .text(entity)])
    _ = try connection.execute(
      "UPDATE kedge.chunks SET is_done = false, member = NULL WHERE run = $1 AND entity = $2",
      [.integer(run.id), .text(entity)])
  }
}

extension RunEntity {
  init(_ row: PostgresRow) throws {
    self.init(
      entity: try row["entity"] ?? "", isFresh: try row["is_fresh"] == "t",
      plannedTo: try row.document("planned_to"),
      isPlanned: try row["is_planned"] == "t", isRecount: try row["is_recount"] == "t",
      isDone: try row["is_done"] == "t",
      nextChunk: try row.int("next_chunk"), plannedRecords: try row.int("planned_records"))
  }
}

/// Names as an array literal of SQL.
func arrayLiteral(_ names: [String]) -> String {
  let quoted = names.map { name in
    "\"" + name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
  }
  return "{" + quoted.joined(separator: ",") + "}"
}
