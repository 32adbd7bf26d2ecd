internal import Catalog
internal import Codec
internal import Comparison
internal import Foundation
internal import Mapping
internal import Postgres
internal import RecordSources

extension AuditLedger {
  /// What an earlier process left of an entity.
  struct Progress {
    var planned: [(chunk: AuditChunk, isDone: Bool)] = []
    var tally = AuditTally()
    var records = 0
    var sampled = 0
    var seconds = 0.0
    /// Whether its sides turned out not to sort alike.
    var isJoin = false
  }

  func progress(_ run: Run, _ entity: String) throws -> Progress {
    var progress = Progress()
    let rows = try connection.query(
      """
      SELECT chunk, lower_bound, upper_bound, lower_key, upper_key, is_join, is_done, tally::text AS tally, records, sampled,
        seconds FROM kedge.audit_chunks WHERE run = $1 AND entity = $2 ORDER BY chunk
      """, [.integer(run.id), .text(entity)])
    for row in rows {
      let number = try row.int("chunk")
      let isDone = try row.bool("is_done")
      if isDone {
        progress.tally += try JSONDecoder().decode(AuditTally.self, from: Data(row.text("tally").utf8))
        progress.records += try row.int("records")
        progress.sampled += try row.int("sampled")
        progress.seconds += Double(try row.text("seconds")) ?? 0
      }
      if number == AuditChunk.settled { continue }
      var chunk = AuditChunk(number: number)
      chunk.locators = ChunkRange(
        lower: try row.optionalBytes("lower_bound").map { try BSONDocument(bytes: $0) },
        upper: try row.optionalBytes("upper_bound").map { try BSONDocument(bytes: $0) })
      chunk.keys = KeyRange(
        lower: try row.optionalBytes("lower_key"), upper: try row.optionalBytes("upper_key"))
      chunk.isJoin = try row.bool("is_join")
      if chunk.isJoin { progress.isJoin = true }
      progress.planned.append((chunk, isDone))
    }
    return progress
  }

  func plan(_ run: Run, _ entity: String, _ chunk: AuditChunk) throws {
    func bytes(_ value: [UInt8]?) -> PostgresParameter { value.map { .bytes($0) } ?? .null }
    _ = try connection.execute(
      """
      INSERT INTO kedge.audit_chunks (run, entity, chunk, lower_bound, upper_bound, lower_key, upper_key, is_join)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      """,
      [
        .integer(run.id), .text(entity), .integer(chunk.number), bytes(chunk.locators.lower?.bytes),
        bytes(chunk.locators.upper?.bytes), bytes(chunk.keys.lower), bytes(chunk.keys.upper),
        .boolean(chunk.isJoin),
      ])
  }

  /// Writes a chunk's result down; within a transaction, where there is a lease.
  func finish(
    _ run: Run, _ entity: String, chunk: Int, _ tally: AuditTally, records: Int, sampled: Int, seconds: Double
  ) throws {
    try tenure?.check(connection)
    _ = try connection.execute(
      """
      INSERT INTO kedge.audit_chunks (run, entity, chunk, is_done, tally, records, sampled, seconds, finished_at)
      VALUES ($1, $2, $3, true, $4::jsonb, $5, $6, $7::double precision, clock_timestamp())
      ON CONFLICT (run, entity, chunk) DO UPDATE SET is_done = true, tally = excluded.tally, records = excluded.records,
        sampled = excluded.sampled, seconds = excluded.seconds, finished_at = excluded.finished_at
      """,
      [
        .integer(run.id), .text(entity), .integer(chunk),
        .text(String(decoding: try JSONEncoder().encode(tally), as: UTF8.self)), .integer(records),
        .integer(sampled), .text("\(seconds)"),
      ])
  }

  /// What became of suspicions after their chunks were done, so far.
  func settled(_ run: Run, _ entity: String) throws -> AuditTally {
    let row = try connection.query(
      "SELECT tally::text AS tally FROM kedge.audit_chunks WHERE run = $1 AND entity = $2 AND chunk = $3",
      [.integer(run.id), .text(entity), .integer(AuditChunk.settled)]
    ).first
    guard let row else { return AuditTally() }
    return try JSONDecoder().decode(AuditTally.self, from: Data(row.text("tally").utf8))
  }

  /// The entity begins anew, as one join: what its chunks found doesn't count.
  func beginJoin(_ run: Run, _ entity: String) throws -> AuditChunk {
    var chunk = AuditChunk(number: 0)
    chunk.isJoin = true
    try connection.transaction {
      try forget(run, entity)
      try plan(run, entity, chunk)
    }
    return chunk
  }

  /// Takes back all that was found of an entity.
  func forget(_ run: Run, _ entity: String) throws {
    for table in ["audit_chunks", "audit_differences"] {
      _ = try connection.execute(
        "DELETE FROM kedge.\(table) WHERE run = $1 AND entity = $2", [.integer(run.id), .text(entity)])
    }
  }

  /// Differences of the entity that stand, by verdict.
  func confirmed(_ run: Run, _ entity: String) throws -> [Verdict: Int] {
    let rows = try connection.query(
      """
      SELECT kind, count(*) AS n FROM kedge.audit_differences
      WHERE run = $1 AND entity = $2 AND state = 'confirmed' AND kind NOT IN ('orphan', 'tolerated') GROUP BY kind
      """, [.integer(run.id), .text(entity)])
    var counts: [Verdict: Int] = [:]
    for row in rows {
      if let verdict = Verdict(rawValue: try row.text("kind")) { counts[verdict] = try row.int("n") }
    }
    return counts
  }

  /// Sampled elements with drift: records, and the gaps behind them.
  func drifting(_ run: Run, _ entity: String) throws -> Int {
    try connection.query(
      """
      SELECT count(DISTINCT coalesce(locator, '')) AS n FROM kedge.audit_differences
      WHERE run = $1 AND entity = $2 AND state = 'confirmed' AND kind IN ('missing', 'extra', 'different', 'duplicate')
      """, [.integer(run.id), .text(entity)]
    ).first?.int("n") ?? 0
  }
}
