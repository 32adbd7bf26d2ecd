internal import Catalog
internal import Executors
internal import Mapping
internal import Postgres
internal import Schema

/// Indexes and foreign keys, after the rows: the work of one member at a time.
///
/// Where a reference leads nowhere, the rows that hold it can't stay: they go back, and their entity's chunks are merged
/// once more, which quarantines exactly those records.
extension BackfillMember {
  private func exists(_ table: TableName, _ connection: PostgresConnection) throws -> Bool {
    try connection.query("SELECT to_regclass($1) IS NOT NULL AS found", [.text(table.sql)]).first?["found"]
      == "t"
  }

  /// Puts indexes and foreign keys in place.
  ///
  /// - Returns: whether everything is; false when an entity was opened again, whose chunks then are to be moved first.
  func finishSchema(_ catalog: Catalog) throws -> Bool {
    guard backfill.options.createsSchema else { return true }
    // An index of a large table takes hours, and so may the wait for its lock: Ctrl-C ends the statement, and the next run
    // begins it again.
    let (stop, cancel) = (backfill.context.stop, catalog.connection.cancelHandle)
    let registration = stop.onSet { _ = cancel.cancel() }
    defer { registration.remove() }
    return try finish(catalog)
  }

  private func finish(_ catalog: Catalog) throws -> Bool {
    let connection = catalog.connection
    for statement in schema.afterLoad {
      if backfill.context.stop.isSet { throw BackfillInterruption() }
      StopPoint.reach(.beforeIndex)
      _ = try connection.execute(statement.sql)
      StopPoint.reach(.afterIndex)
    }
    for difference in try schema.differences(from: connection) {
      let key: ForeignKey
      switch difference {
      case .missingForeignKey(let missing), .unvalidatedForeignKey(let missing): key = missing
      default: continue
      }
      // Its table is moved by another run, which then adds the constraint.
      guard try exists(key.targetTable, connection) else { continue }
      if backfill.context.stop.isSet { throw BackfillInterruption() }
      StopPoint.reach(.beforeConstraint)
      if case .missingForeignKey = difference { _ = try connection.execute(key.addSQL) }
      do {
        _ = try connection.execute(key.validateSQL)
        StopPoint.reach(.afterConstraint)
      } catch let error as PostgresError where error.sqlState == "23503" {
        try removeOrphans(of: key, catalog)
        // What was found before isn't so any more.
        return false
      }
    }
    if backfill.context.stop.isSet { throw BackfillInterruption() }
    for plan in backfill.plans where try hasNewRows(plan, catalog) {
      _ = try connection.execute("ANALYZE \(plan.table.sql)")
    }
    return true
  }

  /// Whether the server's statistics of a table aren't of the rows that are there now: a run that has changed nothing
  /// leaves them as they are.
  private func hasNewRows(_ plan: EntityPlan, _ catalog: Catalog) throws -> Bool {
    let tally = try catalog.tally(run, entity: plan.entity.name).tally
    guard tally.landed == 0 else { return true }
    // An earlier run may have ended before it came to this.
    let row = try catalog.connection.query(
      """
      SELECT c.reltuples >= 0.9 * $2::float8 AND EXISTS (SELECT FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname
        WHERE n.oid = c.relnamespace AND s.tablename = c.relname) AS known
      FROM pg_class c WHERE c.oid = to_regclass($1)
      """, [.text(plan.table.sql), .text("\(tally.unchanged)")]
    ).first
    return try !(row?.bool("known") ?? false)
  }

  private func removeOrphans(of key: ForeignKey, _ catalog: Catalog) throws {
    let connection = catalog.connection
    try connection.transaction {
      // Within one table, rows may refer to orphans: the key would refuse to let these go, and they become orphans in turn.
      _ = try connection.execute(key.dropSQL)
      // What refers to these rows must not go with them unseen: those keys come back, and are validated, in the next
      // round, which then looks at their entities in the same way.
      for incoming in schema.foreignKeys where incoming.targetTable == key.table && incoming != key {
        _ = try connection.execute(incoming.dropSQL)
      }
      while try connection.execute("DELETE FROM \(key.table.sql) t WHERE \(key.orphanCondition)") > 0 {}
      _ = try connection.execute(key.addSQL)
      try catalog.reopen(run, entity: key.entity)
      if let plan = backfill.plans.first(where: { $0.entity.name == key.entity }) {
        try KeyClaims.existing(plan, set: backfill.context.set.name, in: connection)?.clear(connection)
      }
    }
  }
}
