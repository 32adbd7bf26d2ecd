public import Codec
internal import Postgres

/// A key range of an entity: the unit of work and of checkpoint.
public struct Chunk: Sendable {
  public var number: Int
  public var lower: BSONDocument?
  public var upper: BSONDocument?
  /// Records that were in the range when it was planned; nil where nobody counted.
  public var size: Int?

  public init(number: Int, lower: BSONDocument?, upper: BSONDocument?, size: Int? = nil) {
    self.number = number
    self.lower = lower
    self.upper = upper
    self.size = size
  }
}

/// The right to move one chunk, and the number that proves it when the chunk is committed.
public struct ChunkLease: Sendable {
  public var entity: String
  public var chunk: Chunk
  public var member: Member
  /// Counts the leases of this chunk. Whoever leases it next makes this one worthless.
  public var fence: Int
}

/// What a member worked on belongs to another by now; nothing of it may be committed.
public struct LeaseLost: Error, Sendable, CustomStringConvertible {
  public var entity: String
  /// Nil for the completion of the entity.
  public var chunk: Int?

  public var description: String {
    "\(chunk.map { "chunk \($0)" } ?? "the completion") of entity \"\(entity)\" was taken over by another member of the"
      + " run, since this one wasn't heard of for longer than its lease"
  }
}

/// What has become of a lease, asked after a connection was lost.
public enum LeaseState: Sendable, Equatable {
  case mine
  /// The commit came through.
  case committed
  case lost
}

extension Catalog {
  /// Leases a chunk that is planned and that nobody holds. Entities that wait for others have none, as they aren't planned.
  public func leaseChunk(_ run: Run, for member: Member) throws -> ChunkLease? {
    // Materialized, or a join could run the inner query more than once, each time for another chunk.
    let row = try connection.query(
      """
      WITH f AS MATERIALIZED (
        SELECT o.entity, o.chunk FROM kedge.chunks o
        WHERE o.run = $1 AND NOT o.is_done AND o.member IS NULL
        ORDER BY o.entity, o.chunk LIMIT 1 FOR UPDATE SKIP LOCKED
      )
      UPDATE kedge.chunks c SET member = $2, fence = c.fence + 1 FROM f
      WHERE c.run = $1 AND c.entity = f.entity AND c.chunk = f.chunk AND NOT c.is_done
      RETURNING c.entity, c.chunk, c.lower_bound, c.upper_bound, c.size, c.fence
      """, [.integer(run.id), .integer(member.id)]
    ).first
    return try row.map { row in
      ChunkLease(
        entity: try row["entity"] ?? "",
        chunk: Chunk(
          number: try row.int("chunk"), lower: try row.document("lower_bound"),
          upper: try row.document("upper_bound"), size: try row["size"] == nil ? nil : row.int("size")),
        member: member, fence: try row.int("fence"))
    }
  }

  /// Writes a chunk down before anything is read of it, leased by `member`; inside ``planning(_:of:_:)``.
  public func plan(_ run: Run, entity: String, _ chunk: Chunk, isLast: Bool, for member: Member) throws
    -> ChunkLease
  {
    _ = try connection.execute(
      """
      WITH c AS (
        INSERT INTO kedge.chunks (run, entity, chunk, lower_bound, upper_bound, size, member, fence)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
      )
      UPDATE kedge.run_entities SET planned_to = $5, is_planned = $8, next_chunk = $3::integer + 1,
        planned_records = planned_records + coalesce($6::bigint, 0)
      WHERE run = $1 AND entity = $2
      """,
      [
        .integer(run.id), .text(entity), .integer(chunk.number), .document(chunk.lower),
        .document(chunk.upper), chunk.size.map { .integer($0) } ?? .null, .integer(member.id),
        .boolean(isLast),
      ])
    return ChunkLease(entity: entity, chunk: chunk, member: member, fence: 1)
  }

  /// The checkpoint: part of the transaction that holds the chunk's rows.
  ///
  /// - Parameter seconds: how long the chunk took.
  /// - Throws: ``LeaseLost`` when the lease isn't the chunk's latest: the transaction must be rolled back.
  public func complete(_ run: Run, _ lease: ChunkLease, _ tally: Tally, seconds: Double = 0) throws {
    let changed = try connection.execute(
      """
      UPDATE kedge.chunks SET is_done = true, read = $4, landed = $5, unchanged = $6, quarantined = $7,
        filtered = $8, finished_at = clock_timestamp(), seconds = seconds + $11::float8
      WHERE run = $1 AND entity = $2 AND chunk = $3 AND NOT is_done AND fence = $9 AND member = $10
      """,
      [
        .integer(run.id), .text(lease.entity), .integer(lease.chunk.number), .integer(tally.read),
        .integer(tally.landed), .integer(tally.unchanged), .integer(tally.quarantined),
        .integer(tally.filtered), .integer(lease.fence), .integer(lease.member.id), .text("\(seconds)"),
      ])
    guard changed == 1 else { throw LeaseLost(entity: lease.entity, chunk: lease.chunk.number) }
  }

  /// Ends a chunk early, at `bound`, and puts the rest of its range back as chunks of their own, parted at `middle` where
  /// that is known. Part of the transaction that completes the chunk.
  public func split(
    _ run: Run, _ lease: ChunkLease, at bound: BSONDocument, middle: BSONDocument?, sizes: Int?
  )
    throws
  {
    _ = try connection.execute(
      """
      UPDATE kedge.chunks SET upper_bound = $5
      WHERE run = $1 AND entity = $2 AND chunk = $3 AND fence = $4
      """,
      [
        .integer(run.id), .text(lease.entity), .integer(lease.chunk.number), .integer(lease.fence),
        .document(bound),
      ])
    var lower = bound
    for upper in (middle.map { [$0] } ?? []) + [lease.chunk.upper] {
      _ = try connection.execute(
        """
        WITH n AS (
          UPDATE kedge.run_entities SET next_chunk = next_chunk + 1 WHERE run = $1 AND entity = $2
          RETURNING next_chunk - 1 AS chunk
        )
        INSERT INTO kedge.chunks (run, entity, chunk, lower_bound, upper_bound, size)
        SELECT $1, $2, chunk, $3, $4, $5 FROM n
        """,
        [
          .integer(run.id), .text(lease.entity), .document(lower), .document(upper),
          sizes.map { .integer($0) } ?? .null,
        ])
      if let upper { lower = upper }
    }
  }

  /// Gives a chunk back unfinished, for anybody to lease.
  public func release(_ run: Run, _ lease: ChunkLease) throws {
    _ = try connection.execute(
      """
      UPDATE kedge.chunks SET member = NULL
      WHERE run = $1 AND entity = $2 AND chunk = $3 AND fence = $4 AND member = $5 AND NOT is_done
      """,
      [
        .integer(run.id), .text(lease.entity), .integer(lease.chunk.number), .integer(lease.fence),
        .integer(lease.member.id),
      ])
  }

  /// Whether a lease still holds, or its commit came through although nobody heard of it.
  ///
  /// Locks the chunk's row, and so waits for a commit that is still under way on the connection that was lost: without that
  /// it would look undone, and be moved a second time against rows that land meanwhile.
  public func state(of lease: ChunkLease, in run: Run) throws -> LeaseState {
    let row = try connection.query(
      "SELECT is_done, fence, member FROM kedge.chunks WHERE run = $1 AND entity = $2 AND chunk = $3 FOR UPDATE",
      [.integer(run.id), .text(lease.entity), .integer(lease.chunk.number)]
    ).first
    guard let row, try row.int("fence") == lease.fence, try row["member"] == "\(lease.member.id)" else {
      return .lost
    }
    return try row["is_done"] == "t" ? .committed : .mine
  }

  /// What has become of the entity's records so far, and the seconds it took.
  public func tally(_ run: Run, entity: String) throws -> (tally: Tally, seconds: Double) {
    let rows = try connection.query(
      """
      SELECT coalesce(sum(c.read), 0) AS read, coalesce(sum(c.landed), 0) + max(e.replayed) AS landed,
        coalesce(sum(c.unchanged), 0) AS unchanged, coalesce(sum(c.quarantined), 0) - max(e.replayed) AS quarantined,
        coalesce(sum(c.filtered), 0) AS filtered, max(e.seconds) + coalesce(sum(c.seconds), 0) AS seconds
      FROM kedge.run_entities e LEFT JOIN kedge.chunks c ON c.run = e.run AND c.entity = e.entity AND c.is_done
      WHERE e.run = $1 AND e.entity = $2
      """, [.integer(run.id), .text(entity)])
    var tally = Tally()
    guard let row = rows.first, try row["landed"] != nil else { return (tally, 0) }
    tally.read = try row.int("read")
    tally.landed = try row.int("landed")
    tally.unchanged = try row.int("unchanged")
    tally.quarantined = try row.int("quarantined")
    tally.filtered = try row.int("filtered")
    return try (tally, Double(row["seconds"] ?? "0") ?? 0)
  }
}

extension PostgresParameter {
  static func document(_ document: BSONDocument?) -> PostgresParameter {
    document.map { .bytes($0.bytes) } ?? .null
  }
}

extension PostgresRow {
  func document(_ name: String) throws -> BSONDocument? {
    guard try self[name] != nil else { return nil }
    return try BSONDocument(bytes: bytes(name))
  }
}
