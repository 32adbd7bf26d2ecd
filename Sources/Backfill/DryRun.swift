internal import Catalog
internal import Codec
public import Executors
internal import Foundation
public import Mapping
public import Progress
public import RecordSources

/// Reads, filters and encodes every record as a backfill would, and writes nothing anywhere. Quarantine limits end it as
/// they end a backfill.
public struct DryRun {
  private let set: MappingSet
  private let plans: [EntityPlan]
  private let sources: [String: any RecordSource]
  private let progress: ProgressReporter
  private let stop: StopFlag
  private let options: BackfillOptions
  private let pace: Pace

  public init(
    set: MappingSet, plans: [EntityPlan], sources: [String: any RecordSource], progress: ProgressReporter,
    stop: StopFlag, options: BackfillOptions
  ) {
    self.set = set
    self.plans = plans.filter { options.entities.isEmpty || options.entities.contains($0.entity.name) }
    self.sources = sources
    self.progress = progress
    self.stop = stop
    self.options = options
    pace = Pace(
      rate: options.rate.map(Double.init), window: options.window, stop: stop,
      announce: { line in if progress.mode != .quiet { progress.note("dry run: \(line)") } })
  }

  /// - Throws: `BackfillError.quarantineLimit` where a backfill would stop at its limit; what a source throws.
  /// - Returns: a report in which `landed` counts what would land, or be unchanged, as far as the mapping can tell; what
  ///   only the database can refuse isn't known without writing.
  public func run() throws -> BackfillReport {
    var report = BackfillReport(run: nil)
    for plan in plans {
      guard let session = try sources[plan.entity.store]?.openSessions(1).take() else {
        throw SourceProblem(entity: plan.entity.name, message: "no source is configured for it")
      }
      try session.verify(plan)
      report.entities.append(try run(plan, session))
    }
    return report
  }

  private func run(_ plan: EntityPlan, _ session: any SourceSession) throws -> BackfillReport.EntityReport {
    let begun = Date()
    let encoder = RecordEncoder(plan: plan.record)
    let rows = (0...plan.children.count).map { _ in RowBuffer() }
    var tally = Tally()
    var reasons: [String: Int] = [:]
    let (progress, pace) = (progress, pace)
    progress.start(entity: plan.entity.name, total: try session.estimatedCount(of: plan.entity))
    guard pace.waitWhileHeld() else { throw BackfillError.interrupted }
    let cursor = try session.read(plan, .everything, order: .any, into: encoder)
    var reported = 0
    var batch = pace.batch
    while tally.read < options.limit ?? .max, try cursor.next() {
      tally.read += 1
      for buffer in rows { buffer.removeAll() }
      do throws(Refusal) {
        try cursor.fill()
        if encoder.matchesFilters() {
          try encoder.encode(prefix: .none, into: rows)
          tally.landed += 1
        } else {
          tally.filtered += 1
        }
      } catch {
        tally.quarantined += 1
        let entry = RefusalText.entry(error, plan: plan, encoder: encoder, locator: [], record: [])
        reasons[entry.message, default: 0] += 1
      }
      if tally.read - reported >= batch {
        progress.advance(entity: plan.entity.name, by: tally.read - reported)
        pace.take(tally.read - reported)
        (reported, batch) = (tally.read, pace.batch)
        guard pace.waitWhileHeld() else { throw BackfillError.interrupted }
      }
      // As often as a backfill looks: within a chunk now and then, and at its end.
      if tally.read % options.chunkSize % 1000 == 0 { try judge(plan, tally, reasons, atEnd: false) }
    }
    progress.advance(entity: plan.entity.name, by: tally.read - reported)
    try judge(plan, tally, reasons, atEnd: true)
    progress.finish(entity: plan.entity.name)
    note(reasons, plan)
    return .init(
      entity: plan.entity.name, tally: tally, seconds: Date().timeIntervalSince(begun),
      unmapped: encoder.unmapped)
  }

  private func judge(_ plan: EntityPlan, _ tally: Tally, _ reasons: [String: Int], atEnd: Bool) throws {
    guard let limit = plan.entity.quarantineLimit,
      limit.isExceeded(quarantined: tally.quarantined, read: tally.read, atEnd: atEnd)
    else { return }
    note(reasons, plan)
    throw BackfillError.quarantineLimit(
      entity: plan.entity.name, limit: limit, found: tally.quarantined, read: tally.read, isDryRun: true)
  }

  private func note(_ reasons: [String: Int], _ plan: EntityPlan) {
    for (message, count) in reasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(20) {
      progress.note("\(plan.entity.name): \(count) would be quarantined: \(message)")
    }
  }
}
