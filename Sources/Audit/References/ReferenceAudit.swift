internal import Backfill
internal import Catalog
internal import Codec
internal import Executors
internal import Mapping
internal import Postgres
internal import RecordSources
internal import Schema

/// References that lead nowhere: inside the target by SQL, across stores by staging the referring values.
struct ReferenceAudit {
  let context: BackfillContext
  let run: Int

  /// Counts orphans among the target's rows. Those of references that the mapping only counts are no drift.
  func check(_ plan: EntityPlan, _ connection: PostgresConnection, _ tally: inout AuditTally) throws {
    for reference in plan.entity.references {
      guard let target = context.set.entity(named: reference.entity), target.owner == .core,
        let table = target.table, try exists(table, connection)
      else { continue }
      let condition = orphanSQL(columns: reference.columns, table: table, targets: reference.targetColumns)
      try count(
        from: "\(plan.table.sql) t WHERE \(condition)", plan, reference, connection, &tally,
        key: plan.keyColumns.map { "t.\(quotedIdentifier($0.name))::text" })
    }
  }

  private func exists(_ table: TableName, _ connection: PostgresConnection) throws -> Bool {
    try connection.query("SELECT to_regclass($1) IS NOT NULL AS found", [.text(table.sql)]).first?["found"]
      == "t"
  }

  private func count(
    from clause: String, _ plan: EntityPlan, _ reference: Reference, _ connection: PostgresConnection,
    _ tally: inout AuditTally, key: [String]
  ) throws {
    if reference.enforcement == .none {
      let found = try connection.query("SELECT count(*) AS n FROM \(clause)").first?.int("n") ?? 0
      tally.toleratedOrphans += found
      return
    }
    let columns = reference.columns.map(quoteLiteral).joined(separator: ", ")
    tally.orphans += try connection.execute(
      """
      INSERT INTO kedge.audit_differences (run, entity, kind, key, columns)
      SELECT $1, $2, 'orphan', ARRAY[\(key.joined(separator: ", "))]::text[], ARRAY[\(columns)] FROM \(clause)
      """, [.integer(run), .text(plan.entity.name)])
  }

  /// Counts records of a feature entity, in its own store, whose references name no core row.
  func checkAcross(_ plan: EntityPlan, _ connection: PostgresConnection, _ tally: inout AuditTally) throws {
    let references = try plan.entity.references.filter { reference in
      guard let table = context.set.entity(named: reference.entity)?.table else { return false }
      return try exists(table, connection)
    }
    guard !references.isEmpty, !plan.key.isEmpty else { return }
    guard let session = try context.source(of: plan).openSessions(1).take() else { return }
    let loader = ChunkLoader(
      plan: plan, session: session, connection: connection, setName: context.set.name, run: run,
      foreignKeys: [])
    let cursor = try session.read(plan, .everything, order: .any, into: loader.encoder)
    var isDone = false
    while !isDone {
      if context.stop.isSet { throw AuditError.interrupted }
      try connection.transaction {
        let (tables, _, staged) = try loader.stage(cursor, limit: 10_000)
        isDone = staged.read < 10_000
        loader.dropQuarantine()
        tally.compared += staged.landed
        tally.quarantined += staged.quarantined
        tally.filtered += staged.filtered
        let before = tally.orphans
        for reference in references {
          guard let table = context.set.entity(named: reference.entity)?.table else { continue }
          let condition = orphanSQL(
            columns: reference.columns, table: table, targets: reference.targetColumns)
          try count(
            from: "\(tables.main) t WHERE \(condition)", plan, reference, connection, &tally,
            key: plan.keyColumns.map { "t.\(quotedIdentifier($0.name))::text" })
        }
        tally.matching += max(0, staged.landed - (tally.orphans - before))
      }
    }
  }
}
