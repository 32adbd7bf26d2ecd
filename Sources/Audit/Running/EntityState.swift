internal import Backfill
internal import Codec
internal import Comparison
internal import Foundation
internal import Mapping
internal import RecordSources

/// How far one entity of an audit is. Touched only while its queue is locked.
final class EntityState {
  let plan: EntityPlan
  let index: Int
  /// Nil until somebody has looked.
  var way: AuditWay?
  /// Chunks that an earlier process planned and didn't finish.
  var waiting: [AuditChunk] = []
  /// The end of the last chunk that was planned.
  var plannedTo: BSONDocument?
  var plannedKey: [UInt8]?
  var nextNumber = 0
  var isPlanned = false
  /// Chunks that are being compared.
  var active = 0
  /// Set when a chunk found that the two sides don't sort alike: once all chunks have let go, the entity is joined.
  var isDisordered = false
  var tally = AuditTally()
  var records = 0
  var sampled = 0
  var seconds = 0.0
  /// How many records the source says there are; nil also where nobody has asked it yet, as some sources count for it.
  var estimate: Int?

  init(_ plan: EntityPlan, index: Int) {
    self.plan = plan
    self.index = index
  }

  var isDone: Bool { isPlanned && waiting.isEmpty && active == 0 && !isDisordered }

  /// Takes over what an earlier process left.
  func take(_ progress: AuditLedger.Progress) {
    tally = progress.tally
    records = progress.records
    sampled = progress.sampled
    seconds = progress.seconds
    waiting = progress.planned.filter { !$0.isDone }.map(\.chunk)
    if progress.isJoin { way = .join }
    guard let last = progress.planned.last?.chunk else { return }
    nextNumber = last.number + 1
    plannedTo = last.locators.upper
    plannedKey = last.keys.upper
    isPlanned = plannedTo == nil
  }

  /// The share of the entity that has been compared, as far as the source's own estimate goes.
  var coverage: Double {
    if isDone { return 1 }
    guard records > 0, let estimate, estimate > 0 else { return 0 }
    return min(0.999, Double(records) / Double(estimate))
  }
}
