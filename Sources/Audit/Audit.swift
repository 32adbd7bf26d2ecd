public import Backfill
internal import Catalog
internal import Executors
internal import Foundation
public import Mapping
internal import Postgres
internal import Progress
internal import RecordSources
internal import Schema
internal import Synchronization

/// What an audit is asked to do.
public struct AuditOptions: Sendable {
  /// Names of entities; empty for all.
  public var entities: [String] = []
  /// Makes the target right where it differs from the source.
  public var repairs = false
  /// Entities compared at once.
  public var workers = 2
  /// Differences that the report itself lists, for each entity.
  public var listed = 20

  public init() {}
}

/// Compares every core entity with its source, and every reference with what it names. Changes nothing but Kedge's own
/// state, unless it repairs.
///
/// Synchronous: call it on a dedicated thread.
public struct Audit: Sendable {
  private let context: BackfillContext
  private let options: AuditOptions
  private let plans: [EntityPlan]
  /// Feature entities whose references are checked across stores.
  private let featurePlans: [EntityPlan]

  public init(_ context: BackfillContext, featurePlans: [EntityPlan] = [], options: AuditOptions) {
    self.context = context
    self.options = options
    func isWanted(_ plan: EntityPlan) -> Bool {
      options.entities.isEmpty || options.entities.contains(plan.entity.name)
    }
    plans = context.plans.filter(isWanted)
    self.featurePlans = featurePlans.filter(isWanted)
  }

  public func run() throws -> AuditReport {
    let connection = try PostgresConnection(context.target)
    let catalog = Catalog(connection)
    try verify(connection)
    try catalog.ensure()
    let run = try catalog.start(kind: "audit", set: context.set.name)
    do {
      let report = try compare(run, connection, catalog)
      try catalog.finish(run, state: "done", error: nil, report: report.stored)
      return report
    } catch {
      do { try catalog.finish(run, state: "failed", error: "\(error)", report: nil) } catch _ as PostgresError
      {}
      throw error
    }
  }

  private func verify(_ connection: PostgresConnection) throws {
    let differences = try SchemaPlan(plans, set: context.set).differences(from: connection).filter(
      \.blocksWrites)
    for difference in differences {
      if case .missingTable(let table) = difference {
        let owner = plans.first { $0.table == table || $0.children.contains { $0.table == table } }
        throw AuditError.noTable(entity: owner?.entity.name ?? table.name, table: table.display)
      }
    }
    if !differences.isEmpty { throw AuditError.schemaDiffers(differences.map(\.description)) }
  }

  private func compare(_ run: Run, _ connection: PostgresConnection, _ catalog: Catalog) throws -> AuditReport
  {
    let startedAt = Date()
    for plan in plans {
      let estimate = try context.source(of: plan).openSessions(1).take()?.estimatedCount(of: plan.entity)
      context.progress.start(entity: plan.entity.name, total: estimate)
    }
    let next = Mutex(0)
    let found = Mutex<[Int: (AuditTally, Double)]>([:])
    _ = try parallel(max(1, options.workers), name: "kedge-audit", stop: context.stop) { _ in
      while !context.stop.isSet {
        let index = next.withLock { value in
          defer { value += 1 }
          return value
        }
        guard index < plans.count else { return }
        let begun = Date()
        let tally = try EntityAudit(plans[index], context: context, run: run.id).run()
        found.withLock { $0[index] = (tally, Date().timeIntervalSince(begun)) }
        context.progress.finish(entity: plans[index].entity.name)
      }
    }
    if context.stop.isSet { throw AuditError.interrupted }
    var tallies = plans.indices.map { index in found.withLock { $0[index] } ?? (AuditTally(), 0) }
    let references = ReferenceAudit(context: context, run: run.id)
    for index in plans.indices {
      try references.check(plans[index], connection, &tallies[index].0)
    }
    var features: [(AuditTally, Double)] = []
    for plan in featurePlans {
      var tally = AuditTally()
      let begun = Date()
      try references.checkAcross(plan, connection, &tally)
      features.append((tally, Date().timeIntervalSince(begun)))
    }
    if options.repairs {
      let repair = Repair(context: context, run: run.id)
      for (index, plan) in plans.enumerated() {
        tallies[index].0.repaired += try repair.mend(plan, connection)
      }
      for (index, plan) in plans.enumerated().reversed() {
        tallies[index].0.repaired += try repair.removeExtras(plan, connection)
      }
      // A row that couldn't land while an extra one held its unique value can now.
      for (index, plan) in plans.enumerated() {
        tallies[index].0.repaired += try repair.mend(plan, connection)
      }
      for (index, plan) in plans.enumerated() {
        tallies[index].0.repaired += try repair.recheckOrphans(plan, connection)
      }
    }
    var report = AuditReport(
      run: run.id, set: context.set.name, startedAt: startedAt, finishedAt: Date(), entities: [])
    for (plan, (tally, seconds)) in zip(plans + featurePlans, tallies + features) {
      report.entities.append(
        .init(
          entity: plan.entity.name, tally: tally, seconds: seconds,
          differences: try catalog.differences(run, plan, limit: options.listed)))
    }
    return report
  }
}

extension Catalog {
  /// Begins a run that is never resumed.
  func start(kind: String, set: String) throws -> Run {
    let rows = try connection.query(
      "INSERT INTO kedge.runs (kind, set_name, fingerprint, source) VALUES ($1, $2, '', '') RETURNING id",
      [.text(kind), .text(set)])
    return Run(id: try rows.first?.int("id") ?? 0, isResumed: false)
  }

  /// The first differences of an entity; personal key values as digests.
  func differences(_ run: Run, _ plan: EntityPlan, limit: Int) throws -> [AuditDifference] {
    let keys = plan.keyColumns.enumerated().map { index, column in
      let value = "key[\(index + 1)]"
      return column.isPersonal
        ? "'sha256:' || left(encode(sha256(convert_to(\(value), 'UTF8')), 'hex'), 12) AS k\(index)"
        : "\(value) AS k\(index)"
    }.joined(separator: ", ")
    let rows = try connection.query(
      """
      SELECT kind, array_to_string(columns, E'\\n') AS cols, is_repaired, rule, reference, looks,
        extract(epoch FROM first_seen) AS first_seen, extract(epoch FROM last_seen) AS last_seen, \(keys)
      FROM kedge.audit_differences WHERE run = $1 AND entity = $2 ORDER BY id LIMIT \(limit)
      """, [.integer(run.id), .text(plan.entity.name)])
    return try rows.map { row in
      AuditDifference(
        entity: plan.entity.name, verdict: Verdict(rawValue: try row.text("kind")) ?? .different,
        key: try plan.key.indices.map { try row["k\($0)"] ?? "" },
        columns: (try row["cols"] ?? "").split(separator: "\n").map { ColumnEvidence(column: String($0)) },
        rule: try row["rule"], reference: try row["reference"],
        firstSeen: Date(timeIntervalSince1970: Double(try row.text("first_seen")) ?? 0),
        lastSeen: Date(timeIntervalSince1970: Double(try row.text("last_seen")) ?? 0),
        looks: try row.int("looks"), isRepaired: try row.bool("is_repaired"))
    }
  }
}
