internal import Backfill
internal import Catalog
internal import Codec
internal import Mapping
internal import Postgres
internal import RecordSources
internal import Schema

/// Makes the target right again: missing and different rows are merged from the source, extra ones deleted.
struct Repair {
  let context: BackfillContext
  let run: Int
  private static let batch = 200

  init(context: BackfillContext, run: Int) {
    self.context = context
    self.run = run
  }

  /// Merges the records whose rows are missing or differ. Returns how many differences are gone.
  func mend(_ plan: EntityPlan, _ connection: PostgresConnection) throws -> Int {
    guard let session = try context.source(of: plan).openSessions(1).take() else { return 0 }
    let loader = ChunkLoader(
      plan: plan, session: session, connection: connection, setName: context.set.name, run: run,
      foreignKeys: try SchemaPlan([plan], set: context.set).liveForeignKeys(in: connection),
      ownership: try .outsideRuns(plan, set: context.set.name, session, connection))
    var mended = 0
    var after = 0
    while true {
      let rows = try connection.query(
        """
        SELECT id, locator FROM kedge.audit_differences WHERE run = $1 AND entity = $2
          AND kind IN ('missing', 'different', 'duplicate') AND NOT is_repaired AND id > $3 ORDER BY id LIMIT \(Self.batch)
        """, [.integer(run), .text(plan.entity.name), .integer(after)])
      guard let last = rows.last else { return mended }
      after = try last.int("id")
      let tally = try loader.mergeRecords(try rows.map { try BSONDocument(bytes: $0.bytes("locator")) })
      // Where a record went from the source in the meantime, the next audit says what became of its row.
      guard tally.read == rows.count else { continue }
      let ids = try rows.map { String(try $0.int("id")) }.joined(separator: ", ")
      mended += try connection.execute(
        """
        UPDATE kedge.audit_differences d SET is_repaired = true WHERE id IN (\(ids))
          AND NOT EXISTS (SELECT FROM kedge.quarantine q WHERE q.set_name = $1 AND q.entity = d.entity
            AND sha256(q.locator) = sha256(d.locator))
        """, [.text(context.set.name)])
    }
  }

  /// Deletes rows that have no source record. Rows that others refer to without `on-delete` stay, and the error says so.
  func removeExtras(_ plan: EntityPlan, _ connection: PostgresConnection) throws -> Int {
    let match = plan.keyColumns.enumerated().map { index, column in
      "t.\(quotedIdentifier(column.name)) = (d.key[\(index + 1)])::\(column.type.sql)"
    }.joined(separator: " AND ")
    let condition = "d.run = \(run) AND d.entity = \(quoteLiteral(plan.entity.name)) AND d.kind = 'extra'"
    return try connection.transaction {
      _ = try connection.execute(
        "DELETE FROM \(plan.table.sql) t USING kedge.audit_differences d WHERE \(condition) AND \(match)")
      return try connection.execute(
        "UPDATE kedge.audit_differences d SET is_repaired = true WHERE \(condition)")
    }
  }

  /// Orphans that mending has given a row to refer to, or that were removed with their rows, are repaired too.
  func recheckOrphans(_ plan: EntityPlan, _ connection: PostgresConnection) throws -> Int {
    var repaired = 0
    for reference in plan.entity.references where reference.enforcement != .none {
      guard let table = context.set.entity(named: reference.entity)?.table else { continue }
      let match = plan.keyColumns.enumerated().map { index, column in
        "t.\(quotedIdentifier(column.name)) = (d.key[\(index + 1)])::\(column.type.sql)"
      }.joined(separator: " AND ")
      let orphan = orphanSQL(columns: reference.columns, table: table, targets: reference.targetColumns)
      let columns = reference.columns.map(quoteLiteral).joined(separator: ", ")
      repaired += try connection.execute(
        """
        UPDATE kedge.audit_differences d SET is_repaired = true
        WHERE d.run = \(run) AND d.entity = \(quoteLiteral(plan.entity.name)) AND d.kind = 'orphan'
          AND NOT d.is_repaired AND d.columns = ARRAY[\(columns)]
          AND NOT EXISTS (SELECT FROM \(plan.table.sql) t WHERE \(match) AND \(orphan))
        """)
    }
    return repaired
  }
}
