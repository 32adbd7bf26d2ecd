public import Codec
internal import Postgres

/// How many records a run, an entity or a chunk has read, and what became of them.
public struct Tally: Sendable, Equatable {
  public var read = 0
  public var landed = 0
  public var unchanged = 0
  public var quarantined = 0
  public var filtered = 0

  public init() {}

  /// Nothing is lost: every record read is exactly one of the four.
  public var isBalanced: Bool { read == landed + unchanged + quarantined + filtered }

  public static func += (left: inout Tally, right: Tally) {
    left.read += right.read
    left.landed += right.landed
    left.unchanged += right.unchanged
    left.quarantined += right.quarantined
    left.filtered += right.filtered
  }
}

/// One backfill, as the catalog knows it.
public struct Run: Sendable {
  public var id: Int
  /// Whether it was begun by an earlier process.
  public var isResumed: Bool

  public init(id: Int, isResumed: Bool) {
    self.id = id
    self.isResumed = isResumed
  }
}

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
}

/// A chunk that is planned or done.
public struct Chunk: Sendable {
  public var number: Int
  public var lower: BSONDocument?
  public var upper: BSONDocument?

  public init(number: Int, lower: BSONDocument?, upper: BSONDocument?) {
    self.number = number
    self.lower = lower
    self.upper = upper
  }
}

extension Catalog {
  /// Takes the session-wide lock that keeps a second process from moving the same set.
  ///
  /// - Throws: ``CatalogError/busy(set:)``.
  public func lock(set: String) throws {
    // The server may need a moment to notice that an earlier process has ended, above all one that was killed.
    _ = try connection.execute("SET lock_timeout TO '3s'")
    do {
      _ = try connection.query(
        "SELECT pg_advisory_lock(hashtext('kedge backfill'), hashtext($1))", [.text(set)])
    } catch let error as PostgresError where error.sqlState == "55P03" {
      throw CatalogError.busy(set: set)
    }
    _ = try connection.execute("RESET lock_timeout")
  }

  /// Continues the unfinished run with this fingerprint, or begins one.
  public func startOrResume(kind: String, set: String, fingerprint: String, source: String) throws -> Run {
    let unfinished = try connection.query(
      """
      SELECT id FROM kedge.runs WHERE kind = $1 AND set_name = $2 AND fingerprint = $3 AND state <> 'done'
        AND id = (SELECT max(id) FROM kedge.runs WHERE kind = $1 AND set_name = $2)
      """, [.text(kind), .text(set), .text(fingerprint)])
    if let row = unfinished.first {
      let id = try row.int("id")
      _ = try connection.execute(
        "UPDATE kedge.runs SET state = 'running', error = NULL, finished_at = NULL WHERE id = \(id)")
      return Run(id: id, isResumed: true)
    }
    // A run of another mapping or source that never ended is over: its chunks say nothing about this one.
    _ = try connection.execute(
      """
      UPDATE kedge.runs SET state = 'failed', finished_at = clock_timestamp(),
        error = 'given up: the mapping, the source or the options changed before it was resumed'
      WHERE kind = $1 AND set_name = $2 AND state IN ('running', 'interrupted')
      """, [.text(kind), .text(set)])
    let rows = try connection.query(
      "INSERT INTO kedge.runs (kind, set_name, fingerprint, source) VALUES ($1, $2, $3, $4) RETURNING id",
      [.text(kind), .text(set), .text(fingerprint), .text(source)])
    guard let id = try rows.first?.int("id") else { throw CatalogError.noRow }
    return Run(id: id, isResumed: false)
  }

  public func finish(_ run: Run, state: String, error: String?, report: String?) throws {
    _ = try connection.execute(
      """
      UPDATE kedge.runs SET state = $2, error = $3, report = $4::jsonb, finished_at = clock_timestamp()
      WHERE id = $1
      """,
      [
        .integer(run.id), .text(state), error.map { .text($0) } ?? .null, report.map { .text($0) } ?? .null,
      ])
  }

  // MARK: Entities

  public func entity(_ run: Run, _ name: String) throws -> RunEntity? {
    let rows = try connection.query(
      """
      SELECT is_fresh, planned_to, is_planned, is_recount, is_done FROM kedge.run_entities
      WHERE run = $1 AND entity = $2
      """, [.integer(run.id), .text(name)])
    guard let row = rows.first else { return nil }
    return RunEntity(
      entity: name, isFresh: try row["is_fresh"] == "t", plannedTo: try row.document("planned_to"),
      isPlanned: try row["is_planned"] == "t", isRecount: try row["is_recount"] == "t",
      isDone: try row["is_done"] == "t")
  }

  public func begin(_ run: Run, entity: String, isFresh: Bool) throws {
    _ = try connection.execute(
      "INSERT INTO kedge.run_entities (run, entity, is_fresh) VALUES ($1, $2, $3)",
      [.integer(run.id), .text(entity), .boolean(isFresh)])
  }

  public func setDone(_ run: Run, entity: String) throws {
    _ = try connection.execute(
      "UPDATE kedge.run_entities SET is_done = true WHERE run = $1 AND entity = $2",
      [.integer(run.id), .text(entity)])
  }

  public func addSeconds(_ run: Run, entity: String, _ seconds: Double) throws {
    _ = try connection.execute(
      "UPDATE kedge.run_entities SET seconds = seconds + $3::float8 WHERE run = $1 AND entity = $2",
      [.integer(run.id), .text(entity), .text("\(seconds)")])
  }

  public func addReplayed(_ run: Run, entity: String, _ count: Int) throws {
    _ = try connection.execute(
      "UPDATE kedge.run_entities SET replayed = replayed + $3 WHERE run = $1 AND entity = $2",
      [.integer(run.id), .text(entity), .integer(count)])
  }

  /// Opens every chunk of the entity again, for a second pass that merges instead of copying.
  public func reopen(_ run: Run, entity: String) throws {
    _ = try connection.execute(
      "UPDATE kedge.run_entities SET is_fresh = false, is_recount = true, is_done = false, replayed = 0 WHERE run = $1 AND entity = $2",
      [.integer(run.id), .text(entity)])
    _ = try connection.execute(
      "UPDATE kedge.chunks SET is_done = false WHERE run = $1 AND entity = $2",
      [.integer(run.id), .text(entity)])
  }

  // MARK: Chunks

  /// Writes a chunk down before anything is read of it, so that a resumed run plans on from its end.
  public func plan(_ run: Run, entity: String, _ chunk: Chunk, isLast: Bool) throws {
    try connection.transaction {
      _ = try connection.execute(
        """
        INSERT INTO kedge.chunks (run, entity, chunk, lower_bound, upper_bound) VALUES ($1, $2, $3, $4, $5)
        """,
        [
          .integer(run.id), .text(entity), .integer(chunk.number), .document(chunk.lower),
          .document(chunk.upper),
        ])
      _ = try connection.execute(
        "UPDATE kedge.run_entities SET planned_to = $3, is_planned = $4 WHERE run = $1 AND entity = $2",
        [.integer(run.id), .text(entity), .document(chunk.upper), .boolean(isLast)])
    }
  }

  /// Chunks that were planned and aren't done, by number; and the highest number planned (-1 for none).
  public func openChunks(_ run: Run, entity: String) throws -> (open: [Chunk], highest: Int) {
    let rows = try connection.query(
      """
      SELECT chunk, lower_bound, upper_bound FROM kedge.chunks
      WHERE run = $1 AND entity = $2 AND NOT is_done ORDER BY chunk
      """, [.integer(run.id), .text(entity)])
    let open = try rows.map {
      Chunk(
        number: try $0.int("chunk"), lower: try $0.document("lower_bound"),
        upper: try $0.document("upper_bound"))
    }
    let highest = try connection.query(
      "SELECT coalesce(max(chunk), -1) AS highest FROM kedge.chunks WHERE run = $1 AND entity = $2",
      [.integer(run.id), .text(entity)])
    return (open, try highest.first?.int("highest") ?? -1)
  }

  /// The checkpoint: part of the transaction that holds the chunk's rows.
  public func complete(_ run: Run, entity: String, chunk: Int, _ tally: Tally) throws {
    let changed = try connection.execute(
      """
      UPDATE kedge.chunks SET is_done = true, read = $4, landed = $5, unchanged = $6, quarantined = $7,
        filtered = $8, finished_at = clock_timestamp()
      WHERE run = $1 AND entity = $2 AND chunk = $3 AND NOT is_done
      """,
      [
        .integer(run.id), .text(entity), .integer(chunk), .integer(tally.read), .integer(tally.landed),
        .integer(tally.unchanged), .integer(tally.quarantined), .integer(tally.filtered),
      ])
    guard changed == 1 else { throw CatalogError.noRow }
  }

  /// What has become of the entity's records so far, and the seconds it took.
  public func tally(_ run: Run, entity: String) throws -> (tally: Tally, seconds: Double) {
    let rows = try connection.query(
      """
      SELECT coalesce(sum(c.read), 0) AS read, coalesce(sum(c.landed), 0) + max(e.replayed) AS landed,
        coalesce(sum(c.unchanged), 0) AS unchanged, coalesce(sum(c.quarantined), 0) - max(e.replayed) AS quarantined,
        coalesce(sum(c.filtered), 0) AS filtered, max(e.seconds) AS seconds
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
    return (tally, try Double(row["seconds"] ?? "0") ?? 0)
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
