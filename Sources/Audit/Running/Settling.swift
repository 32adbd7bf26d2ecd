internal import Backfill
internal import Catalog
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres

/// Looks again at what is suspected, until each suspicion is gone or has stood for the margin, unchanged on both sides.
/// Works through the table in batches: memory is the same however many there are.
struct Settling {
  let context: BackfillContext
  let audit: OpenAudit
  let margin: Double
  /// When records that keep changing are given up, and told of as in flight.
  let limit: Date
  /// Passes that there are at least, whatever the limit: what stands needs a few looks.
  private static let passes = 5

  /// Seconds between two looks at one record.
  private var pause: Double { max(0.1, margin / 4) }

  func run(_ plan: EntityPlan, _ connection: PostgresConnection) throws {
    let name = plan.entity.name
    let ledger = AuditLedger(connection: connection)
    guard try waiting(name, connection) else { return }
    let looks = try ChunkLooks(
      plan, context: context, run: audit.run.id, margin: margin, connection: connection,
      checkpoint: checkpoint)
    // What an earlier process of this audit had settled counts, too.
    var total = try ledger.settled(audit.run, name)
    var pass = 0
    var longest = 0.0
    while true {
      let begun = Date()
      // Two looks farther apart than that don't tell what was in between, unless a whole pass takes as long.
      let gap = max(2 * margin, 2 * longest + 2 * pause)
      let before = try clock(connection)
      for isExtra in [false, true] {
        while let batch = try next(name, isExtra: isExtra, before: before, connection) {
          try checkpoint()
          try connection.transaction {
            total += try look(batch, name, before: before, looks, gap: gap)
            try ledger.finish(
              audit.run, name, chunk: AuditChunk.settled, total, records: 0, sampled: 0, seconds: 0)
          }
        }
      }
      guard try waiting(name, connection) else { return }
      pass += 1
      longest = max(longest, Date().timeIntervalSince(begun))
      if Date() > limit, pass >= Self.passes { break }
      try wait(pause)
    }
    try giveUp(name, connection)
  }

  private func checkpoint() throws { if context.stop.isSet { throw AuditError.interrupted } }

  private func waiting(_ entity: String, _ connection: PostgresConnection) throws -> Bool {
    try connection.query(
      "SELECT EXISTS (SELECT FROM kedge.audit_differences WHERE run = $1 AND entity = $2 AND state = 'suspected') AS w",
      [.integer(audit.run.id), .text(entity)]
    ).first?.bool("w") ?? false
  }

  private func clock(_ connection: PostgresConnection) throws -> String {
    try connection.query("SELECT clock_timestamp()::text AS t").first?.text("t") ?? "now"
  }

  /// What is looked at together.
  private enum Batch {
    case records([Int])
    /// Of one chunk, in the order of keys.
    case extras([Int])
    /// All extra rows whose place in the source isn't known: one reading of all its keys serves for all.
    case extrasAnywhere
  }

  private static let open = """
    run = $1 AND entity = $2 AND state = 'suspected' AND last_seen < $3::timestamptz
    """
  private static let anywhere = "kind = 'extra' AND locator IS NULL AND other_locator IS NULL"

  /// Suspicions that this pass hasn't looked at yet.
  private func next(
    _ entity: String, isExtra: Bool, before: String, _ connection: PostgresConnection
  ) throws -> Batch? {
    let parameters: [PostgresParameter] = [.integer(audit.run.id), .text(entity), .text(before)]
    let table = "FROM kedge.audit_differences WHERE \(Self.open)"
    if !isExtra {
      let rows = try connection.query(
        "SELECT id \(table) AND kind <> 'extra' ORDER BY id LIMIT \(RecordLook.batch)", parameters)
      return rows.isEmpty ? nil : .records(try rows.map { try $0.int("id") })
    }
    let first = try connection.query(
      "SELECT coalesce(chunk, 0) AS chunk, \(Self.anywhere) AS is_anywhere \(table) AND kind = 'extra' ORDER BY id LIMIT 1",
      parameters
    ).first
    guard let first else { return nil }
    if try first.bool("is_anywhere") { return .extrasAnywhere }
    let rows = try connection.query(
      "SELECT id \(table) AND kind = 'extra' AND NOT (\(Self.anywhere)) AND coalesce(chunk, 0) = $4"
        + " ORDER BY id LIMIT \(ExtraLook.batch)", parameters + [.integer(try first.int("chunk"))])
    return .extras(try rows.map { try $0.int("id") })
  }

  private func look(_ batch: Batch, _ entity: String, before: String, _ looks: ChunkLooks, gap: Double) throws
    -> AuditTally
  {
    switch batch {
    case .records(let ids):
      let (_, batch) = try DifferenceBatch.read(ids, looks.connection)
      try looks.records.fill(batch.locators)
      try looks.suspicions.number(batch.ids)
    case .extras(let ids):
      try looks.extras.stage(differences: ids)
      try looks.extras.fill()
    case .extrasAnywhere:
      try looks.extras.stage(
        differences: "\(Self.open) AND \(Self.anywhere)",
        [.integer(audit.run.id), .text(entity), .text(before)])
      try looks.extras.fill()
    }
    return try looks.suspicions.settle(gap: gap)
  }

  /// What has changed too lately is no drift; whoever wants to know looks at the next audit.
  private func giveUp(_ entity: String, _ connection: PostgresConnection) throws {
    _ = try connection.execute(
      "UPDATE kedge.audit_differences SET kind = 'in_flight', state = 'confirmed'"
        + " WHERE run = $1 AND entity = $2 AND state = 'suspected'",
      [.integer(audit.run.id), .text(entity)])
  }

  /// Waits, in pieces short enough for Ctrl-C.
  private func wait(_ seconds: Double) throws {
    let wake = NSCondition()
    let registration = context.stop.onSet {
      wake.lock()
      wake.broadcast()
      wake.unlock()
    }
    defer { registration.remove() }
    let end = Date(timeIntervalSinceNow: seconds)
    wake.lock()
    while !context.stop.isSet, Date() < end { _ = wake.wait(until: end) }
    wake.unlock()
    try checkpoint()
  }
}
