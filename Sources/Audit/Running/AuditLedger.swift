internal import Catalog
internal import Codec
internal import Foundation
internal import Mapping
internal import Postgres
internal import RecordSources

/// An audit that is under way.
struct OpenAudit: Sendable {
  var run: Run
  /// What a sample is drawn by.
  var seed: Int
  /// Seconds since it was begun, for one that goes on.
  var age: Double
}

/// The books of audits: which one is open, and how far it has come.
struct AuditLedger {
  let connection: PostgresConnection
  /// The lease under which chunks are written down.
  var tenure: AuditTenure?

  /// Goes on with the set's unfinished audit of the same request, or begins one. An audit that a living process is at is
  /// left to it: its connection holds a lock, as long as it lives.
  func open(_ request: AuditRequest, options: AuditOptions) throws -> OpenAudit {
    let rows = try connection.query(
      """
      SELECT r.id, a.seed, extract(epoch FROM clock_timestamp() - r.started_at) AS age FROM kedge.runs r
      JOIN kedge.audits a ON a.run = r.id
      WHERE r.kind = 'audit' AND r.set_name = $1 AND r.fingerprint = $2 AND r.source = $3
        AND r.entities = string_to_array($4, E'\\n') AND a.sample IS NOT DISTINCT FROM $5::double precision
        AND NOT a.is_complete AND r.state <> 'done'
        AND r.error IS DISTINCT FROM '\(Self.givenUp)'
      ORDER BY r.id DESC
      """, parameters(request))
    for row in rows {
      let id = try row.int("id")
      guard try lock(id) else { continue }
      if options.isNew {
        _ = try connection.execute(
          """
          UPDATE kedge.runs SET state = 'failed', error = '\(Self.givenUp)', finished_at = coalesce(finished_at, clock_timestamp())
          WHERE id = $1
          """, [.integer(id)])
        continue
      }
      return try resume(
        id, seed: try row.optionalInt("seed") ?? 0, age: Double(try row.text("age")) ?? 0, options)
    }
    return try begin(request, options)
  }

  private static let givenUp = "given up: a new audit was begun before it was finished"

  private func parameters(_ request: AuditRequest) -> [PostgresParameter] {
    [
      .text(request.set), .text(request.mapping), .text(request.source),
      .text(request.entities.joined(separator: "\n")),
      .optional(request.oneIn.map { String(1 / Double($0)) }),
    ]
  }

  private func lock(_ run: Int) throws -> Bool {
    try connection.query(
      "SELECT pg_try_advisory_lock(hashtext('kedge audit'), $1::int) AS taken", [.integer(run)]
    ).first?["taken"] == "t"
  }

  private func begin(_ request: AuditRequest, _ options: AuditOptions) throws -> OpenAudit {
    let seed = options.seed ?? Int.random(in: 1..<1_000_000_000)
    return try connection.transaction {
      let rows = try connection.query(
        """
        INSERT INTO kedge.runs (kind, set_name, fingerprint, source, entities)
        VALUES ('audit', $1, $2, $3, string_to_array($4, E'\\n')) RETURNING id
        """, Array(parameters(request).prefix(4)))
      guard let id = try rows.first?.int("id") else { throw CatalogError.noRow }
      _ = try connection.execute(
        """
        INSERT INTO kedge.audits (run, sample, seed, margin, chunk_size, is_scheduled)
        VALUES ($1, $2::double precision, $3, $4::double precision, $5, $6)
        """,
        [
          .integer(id), .optional(request.oneIn.map { String(1 / Double($0)) }), .integer(seed),
          .text("\(options.margin)"), .integer(options.chunkSize), .boolean(options.tenure != nil),
        ])
      _ = try lock(id)
      try options.tenure?.begin(id, connection)
      return OpenAudit(run: Run(id: id, isResumed: false), seed: seed, age: 0)
    }
  }

  private func resume(_ id: Int, seed: Int, age: Double, _ options: AuditOptions) throws -> OpenAudit {
    try connection.transaction {
      _ = try connection.execute(
        "UPDATE kedge.runs SET state = 'running', error = NULL, finished_at = NULL, report = NULL WHERE id = $1",
        [.integer(id)])
      _ = try connection.execute(
        "UPDATE kedge.audits SET margin = $2::double precision WHERE run = $1",
        [.integer(id), .text("\(options.margin)")])
      // What a chunk found that isn't done will be found again; references are checked anew at the end.
      _ = try connection.execute(
        """
        DELETE FROM kedge.audit_differences d WHERE run = $1 AND (kind = 'orphan' OR EXISTS (
          SELECT FROM kedge.audit_chunks c WHERE c.run = d.run AND c.entity = d.entity AND c.chunk = d.chunk AND NOT c.is_done))
        """, [.integer(id)])
      try options.tenure?.begin(id, connection)
    }
    return OpenAudit(run: Run(id: id, isResumed: true), seed: seed, age: age)
  }

  /// Ends the audit for now.
  ///
  /// - Parameters:
  ///   - isComplete: false where the time budget ended: the next one goes on.
  ///   - report: what was found, as JSON.
  func end(_ run: Run, isComplete: Bool, report: String?) throws {
    _ = try connection.execute(
      "UPDATE kedge.audits SET is_complete = $2 WHERE run = $1", [.integer(run.id), .boolean(isComplete)])
    try Catalog(connection).finish(
      run, state: isComplete ? "done" : "interrupted", error: nil, report: report)
  }
}
