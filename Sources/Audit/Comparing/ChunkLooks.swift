internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// The looks of one worker at what it suspects of one entity: each in a transaction of its own, written down at once.
final class ChunkLooks {
  let plan: EntityPlan
  let connection: PostgresConnection
  let records: RecordLook
  let extras: ExtraLook
  let suspicions: Suspicions

  init(
    _ plan: EntityPlan, context: BackfillContext, run: Int, margin: Double, connection: PostgresConnection,
    checkpoint: @escaping () throws -> Void
  ) throws {
    self.plan = plan
    self.connection = connection
    records = try RecordLook(plan, context: context, run: run, connection: connection)
    extras = try ExtraLook(plan, context: context, connection: connection, checkpoint: checkpoint)
    suspicions = Suspicions(run: run, plan: plan, connection: connection, margin: margin)
  }

  /// Looks at records that seemed to be missing, different or duplicates; empties the list.
  func look(at locators: inout [[UInt8]], chunk: Int) throws -> AuditTally {
    var tally = AuditTally()
    for start in stride(from: 0, to: locators.count, by: RecordLook.batch) {
      let part = Array(locators[start..<min(start + RecordLook.batch, locators.count)])
      tally += try connection.transaction {
        try records.fill(part)
        return try suspicions.record(chunk: chunk)
      }
    }
    locators.removeAll(keepingCapacity: true)
    return tally
  }

  /// Looks at rows that seemed to be extra, these and those that were staged before; empties the buffer.
  func look(atExtras rows: RowBuffer, chunk: Int) throws -> AuditTally {
    try extras.prepare()
    return try connection.transaction {
      try extras.stage(rows)
      try extras.fill()
      defer { rows.removeAll() }
      let tally = try suspicions.recordExtras(chunk: chunk)
      try extras.clear()
      return tally
    }
  }
}

extension AuditTally {
  static func += (left: inout AuditTally, right: AuditTally) {
    left.compared += right.compared
    left.matching += right.matching
    left.missing += right.missing
    left.extra += right.extra
    left.different += right.different
    left.orphans += right.orphans
    left.duplicates += right.duplicates
    left.quarantined += right.quarantined
    left.filtered += right.filtered
    left.inFlight += right.inFlight
    left.tolerated += right.tolerated
    left.repaired += right.repaired
    left.toleratedOrphans += right.toleratedOrphans
  }
}
