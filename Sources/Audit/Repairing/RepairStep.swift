internal import Backfill
internal import Catalog
internal import Foundation
internal import Mapping
internal import Postgres

/// What an audit does with its differences at its end: writes a plan of repairs, or carries one out, or neither.
struct RepairStep {
  let context: BackfillContext
  let plans: [EntityPlan]
  let run: Run
  let options: AuditOptions
  /// Actions that a report lists as not done.
  private static let listed = 100

  /// - Parameter settled: told, by the index of an entity among `plans`, how many of its differences are gone.
  /// - Returns: what was repaired, and how many repairs were planned in a file.
  func run(_ connection: PostgresConnection, settled: (Int, Int) -> Void) throws -> (
    repair: RepairReport?, planned: Int?
  ) {
    guard options.repairs || options.plan != nil else { return (nil, nil) }
    let repair = try Repair(plans, context: context, connection: connection, run: run.id)
    try repair.makePlan(audit: run.id)
    if let file = options.plan {
      let followers = plans.filter(\.followsItsSource)
      let header = try PlanHeader(
        followers, context: context, run: run.id, target: try Catalog(connection).targetIdentity(),
        created: ISO8601DateFormatter().string(from: Date()))
      return (nil, try repair.write(to: file, header))
    }
    try repair.execute()
    try repair.quarantineDuplicates(audit: run.id)
    let gone = try repair.settle(audit: run.id)
    for (index, plan) in plans.enumerated() {
      settled(index, gone[plan.entity.name] ?? 0)
      settled(index, try repair.recheckOrphans(plan, audit: run.id))
    }
    return (try repair.report(listed: Self.listed), nil)
  }
}
