internal import Backfill
internal import Codec
internal import Executors
internal import Mapping
internal import Postgres
internal import RecordSources

/// Finds out what would go and what would stay, with counts.
struct ResetSurvey {
  let plan: ResetPlan
  let context: BackfillContext
  let connection: PostgresConnection
  let writers: Writers

  /// Decides what stays.
  func fresh() throws -> ResetReport {
    let decision = KeepDecision(plan, context: context, connection: connection, writers: writers)
    try decision.decide()
    var report = try empty()
    for object in plan.objects {
      let found = try count(object)
      let kept = object.keepsAll ? found : min(found, try self.kept(object, decision))
      report.items.append(item(object, removed: found - kept, kept: kept))
    }
    report.idleRules = decision.idleRules
    return report
  }

  /// What is left of a reset that was begun.
  func resumed(_ unfinished: ResetLedger.Unfinished, _ ledger: ResetLedger) throws -> ResetReport {
    var report = try empty()
    report.reset = unfinished.id
    report.isResumed = true
    let stored = try ledger.objects(of: unfinished.id)
    for object in plan.objects {
      guard
        let (item, isDone) = stored.first(where: {
          $0.item.store == object.store && $0.item.object == object.name
        })
      else { continue }
      let found = try count(object)
      if context.stop.isSet { throw ResetInterrupted(isBegun: true) }
      let kept = object.keepsAll || isDone ? found : min(found, item.kept)
      report.items.append(self.item(object, removed: found - kept, kept: kept))
    }
    report.notes.insert(
      "reset \(unfinished.id), begun at \(unfinished.startedAt) UTC, isn't finished; this is its rest, and what stays was"
        + " decided then", at: 0)
    return report
  }

  static func count(_ table: TableName, _ connection: PostgresConnection) throws -> Int {
    try connection.query("SELECT count(*) AS n FROM \(table.sql)").first?.int("n") ?? 0
  }

  private func count(_ object: ResetObject) throws -> Int {
    if context.stop.isSet { throw ResetInterrupted(isBegun: false) }
    switch object.place {
    case .rows(let table, _): return try Self.count(table, connection)
    case .records:
      guard let entity = object.entities.first else { return 0 }
      return try writers.writer(of: object).count(of: entity)
    }
  }

  private func kept(_ object: ResetObject, _ decision: KeepDecision) throws -> Int {
    guard case .rows(_, let child) = object.place, let entity = object.entities.first,
      let table = plan.plan(of: entity)
    else { return try decision.tables.count(object) }
    guard child != nil else { return try decision.tables.count(entity) }
    return try connection.query(
      "SELECT count(*) AS n FROM \(table.table(of: child).sql) t JOIN \(KeptTables.keys) w"
        + " ON w.entity = $1 AND \(table.keyMatches(of: child, "t", "w"))", [.text(entity.name)]
    ).first?.int("n") ?? 0
  }

  private func item(_ object: ResetObject, removed: Int, kept: Int) -> ResetReport.Item {
    ResetReport.Item(
      entity: object.entities.map(\.name).joined(separator: ", "), store: object.store, object: object.name,
      removed: removed, kept: kept)
  }

  private func empty() throws -> ResetReport {
    let database = try connection.query("SELECT current_database() AS name").first?.text("name") ?? ""
    var report = ResetReport(database: database)
    for copy in plan.frozen {
      report.notes.append(
        "\(copy.entity): PostgreSQL owns it; its old copy, \(copy.collection) in the store \"\(copy.store)\", stays as it is"
      )
    }
    report.undeclared = try UndeclaredObjects(plan: plan, context: context, connection: connection).names()
    return report
  }
}
