internal import Backfill
internal import Executors
internal import Mapping
internal import Postgres

/// What was found, and for each entity that Postgres owns a sentence about its old store.
struct OwnershipOutcome {
  var findings: [OwnershipFinding] = []
  var notes: [String: String] = [:]
}

/// Looks for what isn't where, or as, the mapping says. Reads alone, but for Kedge's own baselines.
struct OwnershipAudit {
  let context: BackfillContext
  /// Core entities of any phase.
  let plans: [EntityPlan]
  /// Whether the whole set is audited, so that it can be said what no entity declares.
  let isWhole: Bool
  let run: Int
  let takesBaselines: Bool

  func run(_ connection: PostgresConnection) throws -> OwnershipOutcome {
    var (findings, notes) = ([OwnershipFinding](), [String: String]())
    for plan in plans {
      if context.stop.isSet { throw AuditError.interrupted }
      findings += try SchemaDrift(plan: plan, set: context.set).findings(connection)
      let store = OldStore(
        plan: plan, context: context, connection: connection, run: run, takesBaseline: takesBaselines)
      switch plan.entity.phase {
      case .legacy, .shadow: try store.forget()
      case .core:
        let (finding, note) = try store.compareWithBaseline()
        if let finding { findings.append(finding) }
        notes[plan.entity.name] = note
      case .retired:
        let finding = try store.retired()
        if let finding { findings.append(finding) }
        notes[plan.entity.name] = finding == nil ? "retired: the old store is empty" : "retired"
      }
    }
    if isWhole {
      let tables = try LiveTables(set: context.set).read(connection)
      let misplaced = try FeatureData(set: context.set).findings(tables, connection)
      findings += misplaced
      if context.set.undeclared != .ignore {
        findings += UndeclaredTables(set: context.set).findings(
          tables.filter { table in !misplaced.contains { $0.object == table.display } })
        findings += try UndeclaredCollections(context: context).findings()
      }
    }
    return OwnershipOutcome(findings: findings, notes: notes)
  }
}
