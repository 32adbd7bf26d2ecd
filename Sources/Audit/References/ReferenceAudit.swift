internal import Backfill
internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import RecordSources

/// What the look-up of all references found.
struct ReferenceOutcome {
  var findings: [ReferenceFinding] = []
  /// What each entity's tally gains: orphans, those tolerated, those in flight; for a feature entity also how many of its
  /// records were read.
  var tallies: [String: AuditTally] = [:]
  /// Seconds that the records of each feature entity took.
  var seconds: [String: Double] = [:]
}

/// Looks up every declared reference, within the target and across stores, in both directions: rows and documents that
/// name a row, rows and documents that name a document.
///
/// What leads nowhere is only suspected: once everything was looked up and the margin has passed, both sides are read
/// afresh, and what leads nowhere from the same place, with the same value, is an orphan.
final class ReferenceAudit {
  private let context: BackfillContext
  private let run: Int
  private let plans: [EntityPlan]
  private let featurePlans: [EntityPlan]
  /// Seconds between the two looks.
  private let margin: Double
  let connection: PostgresConnection
  let references: [ReferencePlan]
  let suspects: OrphanSuspects
  private let keys: FeatureKeys
  private static let stagedBatch = 10_000
  private static let fetchedBatch = 500
  /// Seconds.
  private static let freshness = 5.0

  init(
    context: BackfillContext, run: Int, plans: [EntityPlan], featurePlans: [EntityPlan], margin: Double
  ) throws {
    self.context = context
    self.run = run
    self.plans = plans
    self.featurePlans = featurePlans
    self.margin = margin
    connection = try PostgresConnection(context.target)
    let connection = connection
    references = try ReferencePlan.all(of: plans + featurePlans, in: context.set).filter { plan in
      // A feature entity of a Postgres store isn't among the sources that can be read.
      let isReadable = plan.target.owner == .core || context.sources[plan.target.store] != nil
      return try isReadable
        && (plan.entity.owner == .feature || Self.exists(plan.plan.table, connection))
    }
    suspects = OrphanSuspects(connection: connection)
    keys = FeatureKeys(context, connection, run: run)
  }

  func close() { connection.close() }

  func look() throws -> ReferenceOutcome {
    try suspects.create()
    var outcome = ReferenceOutcome()
    var checked: [Int: Int] = [:]
    var found = 0
    for plan in plans {
      for reference in references(of: plan) {
        guard let target = try relation(reference) else { continue }
        try checkStop()
        let result = try suspects.look(1, ReferringRows(plan: reference, staging: nil), target)
        checked[reference.number, default: 0] += result.checked
        found += result.found
      }
    }
    for plan in featurePlans {
      let begun = Date()
      var tally = AuditTally()
      found += try lookAtRecords(plan, &tally, &checked)
      outcome.tallies[plan.entity.name] = tally
      outcome.seconds[plan.entity.name] = Date().timeIntervalSince(begun)
    }
    if found > 0 {
      try waitForMargin()
      try lookAgain()
    }
    try settle(checked, &outcome)
    return outcome
  }

  private func references(of plan: EntityPlan) -> [ReferencePlan] {
    references.filter { $0.entity.name == plan.entity.name }
  }

  private func checkStop() throws {
    if context.stop.isSet { throw AuditError.interrupted }
  }

  private static func exists(_ table: TableName, _ connection: PostgresConnection) throws -> Bool {
    try connection.query("SELECT to_regclass($1) IS NOT NULL AS found", [.text(table.sql)]).first?["found"]
      == "t"
  }

  /// Where a reference leads; nil for a table that isn't there yet.
  func relation(_ reference: ReferencePlan) throws -> ReferredRelation? {
    guard let table = reference.target.table else {
      return try keys.relation(reference.target, columns: reference.reference.targetColumns)
    }
    guard try Self.exists(table, connection) else { return nil }
    let columns = reference.reference.targetColumns.compactMap { name in
      reference.target.fields.first { $0.column == name }
    }.map { TargetColumn(name: $0.column, type: $0.type) }
    return ReferredRelation(sql: table.sql, columns: columns.map { $0.plainValue("o") })
  }

  /// Where a reference leads, no longer ago than a few seconds: what a change is decided by.
  func freshRelation(_ reference: ReferencePlan) throws -> ReferredRelation? {
    try keys.forget(olderThan: Self.freshness)
    return try relation(reference)
  }

  // MARK: The records of a feature entity

  func loader(_ plan: EntityPlan, _ session: any SourceSession) -> ChunkLoader {
    ChunkLoader(
      plan: plan, session: session, connection: connection, setName: context.set.name, run: run,
      foreignKeys: [])
  }

  func session(_ plan: EntityPlan) throws -> any SourceSession {
    guard let session = try context.source(of: plan).openSessions(1).take() else {
      throw SourceProblem(entity: plan.entity.name, message: "the source gave no session")
    }
    return session
  }

  private func lookAtRecords(_ plan: EntityPlan, _ tally: inout AuditTally, _ checked: inout [Int: Int])
    throws -> Int
  {
    let wanted = try references(of: plan).compactMap { reference in
      try relation(reference).map { (reference, $0) }
    }
    guard !wanted.isEmpty else { return 0 }
    let session = try session(plan)
    let loader = loader(plan, session)
    let cursor = try session.read(plan, .everything, order: .any, into: loader.encoder)
    var found = 0
    var isDone = false
    while !isDone {
      try checkStop()
      try connection.transaction {
        let (tables, _, staged) = try loader.stage(cursor, limit: Self.stagedBatch)
        isDone = staged.read < Self.stagedBatch
        loader.dropQuarantine()
        tally.compared += staged.landed
        tally.quarantined += staged.quarantined
        tally.filtered += staged.filtered
        for (reference, target) in wanted {
          let result = try suspects.look(1, ReferringRows(plan: reference, staging: tables), target)
          checked[reference.number, default: 0] += result.checked
          found += result.found
        }
      }
    }
    return found
  }

  // MARK: Looking again

  /// Sleeps in short steps, so that Ctrl-C is heard.
  private func waitForMargin() throws {
    let end = Date().addingTimeInterval(margin)
    while Date() < end {
      try checkStop()
      Thread.sleep(forTimeInterval: min(0.1, max(0, end.timeIntervalSinceNow)))
    }
  }

  /// Looks the suspects up once more, both sides read afresh.
  func lookAgain() throws {
    try keys.forget()
    for plan in plans {
      for reference in references(of: plan) {
        guard let target = try relation(reference) else { continue }
        let keys = try suspects.suspectedKeys(reference)
        _ = try suspects.look(2, ReferringRows(plan: reference, staging: nil), target, keys: keys)
        try checkStop()
      }
    }
    for plan in featurePlans {
      let wanted = try references(of: plan).compactMap { reference in
        try relation(reference).map { (reference, $0) }
      }
      guard !wanted.isEmpty else { continue }
      try fetchSuspects(plan, wanted.map(\.0)) { tables in
        for (reference, target) in wanted {
          _ = try suspects.look(2, ReferringRows(plan: reference, staging: tables), target)
        }
      }
    }
  }

  /// Reads the records with suspects afresh, in batches, and hands each to `body`, staged.
  private func fetchSuspects(
    _ plan: EntityPlan, _ references: [ReferencePlan], _ body: (StagingTables) throws -> Void
  ) throws {
    let numbers = references.map { String($0.number) }.joined(separator: ", ")
    _ = try connection.execute("DROP TABLE IF EXISTS pg_temp.kedge_orphan_locators")
    let count = try connection.execute(
      "CREATE TEMP TABLE kedge_orphan_locators AS SELECT row_number() OVER () AS n, locator FROM (SELECT DISTINCT locator"
        + " FROM \(OrphanSuspects.table) WHERE reference IN (\(numbers)) AND look = 1) x")
    guard count > 0 else { return }
    let session = try session(plan)
    let loader = loader(plan, session)
    for first in stride(from: 1, through: count, by: Self.fetchedBatch) {
      try checkStop()
      let locators = try connection.query(
        "SELECT locator FROM pg_temp.kedge_orphan_locators WHERE n BETWEEN $1 AND $2",
        [.integer(first), .integer(first + Self.fetchedBatch - 1)]
      ).map { try BSONDocument(bytes: $0.bytes("locator")) }
      try connection.transaction {
        let cursor = try session.fetch(plan, locators, into: loader.encoder)
        let (tables, _, _) = try loader.stage(cursor, limit: .max)
        loader.dropQuarantine()
        try body(tables)
      }
    }
  }

  // MARK: The outcome

  private func settle(_ checked: [Int: Int], _ outcome: inout ReferenceOutcome) throws {
    // An audit that goes on looks everything up again.
    for plan in plans + featurePlans { try suspects.forget(plan.entity.name, run: run) }
    for reference in references {
      let (standing, inFlight) = try suspects.settle(reference)
      var tally = outcome.tallies[reference.entity.name] ?? AuditTally()
      tally.inFlight += inFlight
      if reference.isEnforced {
        tally.orphans += standing
        try suspects.record(reference, run: run)
      } else {
        tally.toleratedOrphans += standing
      }
      outcome.tallies[reference.entity.name] = tally
      outcome.findings.append(
        ReferenceFinding(
          name: reference.name, entity: reference.entity.name, refersTo: reference.target.name,
          isAcrossStores: reference.isAcrossStores, checked: checked[reference.number] ?? 0,
          orphans: standing,
          isEnforced: reference.isEnforced))
    }
    for plan in featurePlans {
      let enforced = references(of: plan).filter(\.isEnforced)
      let records = try suspects.records(of: enforced)
      var tally = outcome.tallies[plan.entity.name] ?? AuditTally()
      tally.matching = max(0, tally.compared - records)
      outcome.tallies[plan.entity.name] = tally
    }
  }
}

extension AuditTally {
  /// Adds what the look-up of references found of the same entity.
  mutating func add(_ references: AuditTally?) {
    guard let references else { return }
    orphans += references.orphans
    toleratedOrphans += references.toleratedOrphans
    inFlight += references.inFlight
  }
}
