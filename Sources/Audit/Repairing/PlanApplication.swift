public import Backfill
internal import Catalog
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import Schema

/// Carries out a plan that an audit wrote and a person has read, unless the world has changed since.
///
/// First every action is checked, and if either side of one isn't as the plan says, nothing at all is done. Then they are
/// carried out in small transactions, each of which checks again, with the rows locked.
///
/// Synchronous: call it on a dedicated thread.
public struct PlanApplication: Sendable {
  private let context: BackfillContext
  private let file: String
  private let entities: [String]
  private let listed: Int

  /// - Parameters:
  ///   - context: with all core plans of the set.
  ///   - entities: whose actions are carried out; empty for all.
  ///   - listed: how many actions that weren't done the report lists.
  public init(_ context: BackfillContext, file: String, entities: [String] = [], listed: Int = 100) {
    self.context = context
    self.file = file
    self.entities = entities
    self.listed = listed
  }

  /// - Throws: ``RepairError`` where the plan can't be used at all, `CatalogError` while somebody else writes the set's rows.
  public func run() throws -> RepairReport {
    let reader = try PlanReader(file)
    let connection = try PostgresConnection(context.target)
    let catalog = Catalog(connection)
    try verify(reader.header, catalog)
    let plans = context.plans.filter { reader.header.mappings[$0.entity.name] != nil }
    for plan in plans
    where !plan.followsItsSource && (entities.isEmpty || entities.contains(plan.entity.name)) {
      throw RepairError.owned(entity: plan.entity.name, phase: plan.entity.phase)
    }
    let blocking = try SchemaPlan(plans, set: context.set).differences(from: connection).filter(
      \.blocksWrites)
    if !blocking.isEmpty { try catalog.verifyKeys(of: plans.map(\.table.sql)) }
    guard blocking.isEmpty else { throw AuditError.schemaDiffers(blocking.map(\.description)) }
    try catalog.ensure()
    try Repair.takeSet(context, connection)
    let run = try begin(catalog)
    do {
      let report = try apply(reader, plans, connection, run)
      let isDone = report.changed == 0 || report.untouched == 0
      try catalog.finish(
        run, state: isDone ? "done" : "failed",
        error: isDone ? nil : "the world has changed since the plan was made",
        report: nil)
      return report
    } catch {
      let isInterrupted = if case RepairError.interrupted = error { true } else { false }
      if connection.isAlive, !connection.isInTransaction {
        do {
          try catalog.finish(
            run, state: isInterrupted ? "interrupted" : "failed", error: "\(error)", report: nil)
        } catch _ as PostgresError {}
      }
      throw error
    }
  }

  /// A run of its own, so that what it changed is found under its number.
  private func begin(_ catalog: Catalog) throws -> Run {
    let rows = try catalog.connection.query(
      "INSERT INTO kedge.runs (kind, set_name, fingerprint, source) VALUES ('repair', $1, '', '') RETURNING id",
      [.text(context.set.name)])
    guard let id = try rows.first?.int("id") else { throw CatalogError.noRow }
    return Run(id: id, isResumed: false)
  }

  private func verify(_ header: PlanHeader, _ catalog: Catalog) throws {
    let now = try PlanHeader(
      context.plans, context: context, run: header.run, target: try catalog.targetIdentity(), created: "")
    let differences = header.differences(from: now)
    guard differences.isEmpty else { throw RepairError.otherWorld(file, differences) }
  }

  private func apply(
    _ reader: PlanReader, _ plans: [EntityPlan], _ connection: PostgresConnection, _ run: Run
  ) throws -> RepairReport {
    let known = Set(plans.map(\.entity.name))
    let wanted = plans.filter { entities.isEmpty || entities.contains($0.entity.name) }
    let names = Set(wanted.map(\.entity.name))
    let repair = try Repair(wanted, context: context, connection: connection, run: run.id, file: file)
    var read = 0
    var last = 0
    while let action = try reader.next() {
      guard known.contains(action.entity) else { throw RepairError.notAPlan(file, line: reader.lineNumber) }
      // Numbers ascend as they were written; a line that stands twice, or was moved, isn't what a person has read.
      guard action.number > last else { throw RepairError.altered(file, line: reader.lineNumber) }
      last = action.number
      read += 1
      if names.contains(action.entity) { try repair.actions.add(action) }
      if context.stop.isSet { throw RepairError.interrupted(written: 0, run: run.id) }
    }
    try repair.actions.flush()
    try repair.actions.resolve(wanted, run: reader.header.run)
    if try repair.check() {
      try repair.execute()
      _ = try repair.settle(audit: reader.header.run)
      for plan in wanted { _ = try repair.recheckOrphans(plan, audit: reader.header.run) }
    }
    var report = try repair.report(listed: listed)
    report.leftOut = max(0, (reader.written ?? read) - read)
    return report
  }
}
