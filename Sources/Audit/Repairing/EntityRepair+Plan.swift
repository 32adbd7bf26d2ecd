internal import Backfill
internal import Mapping
internal import Postgres

/// Making the plan: what an audit has confirmed, looked at again.
extension EntityRepair {
  /// Takes over what stands confirmed, and notes what both sides are like now. What has been settled in the meantime, or
  /// can't be repaired, is marked as such.
  func makePlan(audit run: Int) throws {
    // Kinds are seen anew below: a row may have come or gone since.
    _ = try connection.execute(
      """
      INSERT INTO \(ActionTable.name) (number, entity, action, key, locator, difference)
      SELECT coalesce((SELECT max(number) FROM \(ActionTable.name)), 0) + row_number() OVER (ORDER BY id), entity,
        CASE kind WHEN 'missing' THEN 'insert' WHEN 'different' THEN 'update' ELSE 'delete' END, key, CASE WHEN kind <> 'extra' THEN locator END, id
      FROM kedge.audit_differences WHERE run = $1 AND entity = $2 AND kind IN ('missing', 'different', 'extra')
        AND state = 'confirmed' AND NOT is_repaired
      """, [.integer(run), .text(name)])
    _ = try connection.execute("ANALYZE \(ActionTable.name)")
    for kind in [PlannedAction.Kind.insert, .update] {
      try eachBatch(kind, [.planned]) { numbers in
        try connection.transaction { try noteMerges(numbers) }
      }
    }
    try eachKnownDeletion { numbers, present in
      try connection.transaction { try noteDeletions(numbers, present) }
    }
  }

  /// Puts records into quarantine that share the key of another one's row, as a backfill would do. Their rows are right: no
  /// plan has anything to write for them.
  func quarantineDuplicates(audit run: Int) throws {
    var after = 0
    while true {
      try checkStop()
      let rows = try connection.query(
        """
        INSERT INTO \(ActionTable.name) (number, entity, action, key, locator, difference, state, reason)
        SELECT coalesce((SELECT max(number) FROM \(ActionTable.name)), 0) + row_number() OVER (ORDER BY d.id), d.entity,
          'duplicate', d.key, d.locator, d.id, 'refused', $4
        FROM (SELECT * FROM kedge.audit_differences WHERE run = $1 AND entity = $2 AND kind = 'duplicate'
          AND state = 'confirmed' AND NOT is_repaired AND id > $3 ORDER BY id LIMIT \(ActionTable.batch)) d
        RETURNING number, difference
        """, [.integer(run), .text(name), .integer(after), .text(Self.duplicateReason)])
      guard let last = try rows.map({ try $0.int("difference") }).max() else { return }
      after = last
      let numbers = try rows.map { try $0.int("number") }
      try connection.transaction {
        let (loader, staging, _) = try stage(numbers)
        try loader.quarantineDuplicates(staging)
      }
    }
  }

  private func noteMerges(_ numbers: [Int]) throws {
    let (_, staging, _) = try stage(numbers)
    _ = try connection.execute(
      """
      WITH seen AS MATERIALIZED (\(seenSQL(staging, evidence: image.evidence(staging))))
      UPDATE \(ActionTable.name) a SET source = x.source, target = x.target, evidence = x.evidence,
        action = CASE WHEN x.target IS NULL THEN 'insert' ELSE 'update' END,
        state = CASE WHEN x.source = x.target THEN 'already' WHEN x.source IS NULL OR x.waits THEN 'changed'
          ELSE 'planned' END,
        reason = CASE WHEN x.waits THEN '\(Self.waitingReason)' WHEN x.source IS NULL THEN '\(Self.goneReason)' END
      FROM seen x WHERE a.number = x.number
      """, [.text(ActionTable.list(numbers)), .text(context.set.name), .text(name)])
  }

  private func noteDeletions(_ numbers: [Int], _ present: Set<Int>) throws {
    _ = try connection.execute(
      """
      WITH seen AS MATERIALIZED (SELECT a.number, \(image.targetDigest) AS target, \(image.evidence(nil)) AS evidence
        FROM \(ActionTable.name) a LEFT JOIN \(plan.table.sql) t ON \(image.isKey()) WHERE a.number = ANY($1::int[]))
      UPDATE \(ActionTable.name) a SET target = x.target, evidence = x.evidence,
        state = CASE WHEN x.target IS NULL THEN 'already' ELSE 'planned' END FROM seen x WHERE a.number = x.number
      """, [.text(ActionTable.list(numbers))])
    try actions.mark(Array(present), .changed, reason: Self.presentReason)
    for (number, takes) in try dependents().taken(by: numbers) {
      _ = try connection.execute(
        "UPDATE \(ActionTable.name) SET takes = $2::text[] WHERE number = $1",
        [.integer(number), .text(ActionTable.arrayLiteral(takes.map(\.text)))])
    }
  }

  static let duplicateReason =
    "another record of the source has the same key, and this one waits in quarantine now; choose a key that tells them apart"
  static let waitingReason = "the record waits in quarantine; see: kedge quarantine list"
  static let goneReason = "the source has no such record any more, or it can''t land"
  static let presentReason = "the source has a record with this key again"

  /// Hands deletions in these states to `body`, with those whose keys the source has.
  func eachKnownDeletion(
    _ states: [ActionTable.State] = [.planned], _ body: ([Int], Set<Int>) throws -> Void
  ) throws {
    var hasRead = false
    try eachBatch(.delete, states) { numbers in
      if !hasRead, let present = try sourceKeys().lookUp(numbers) { return try body(numbers, present) }
      if !hasRead { try sourceKeys().readAll() }
      hasRead = true
      try body(numbers, try sourceKeys().matches(numbers))
    }
  }
}
