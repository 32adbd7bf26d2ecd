internal import Backfill
internal import Codec
internal import Comparison
internal import Foundation
internal import Mapping
internal import RecordSources

/// A side's keys don't ascend, or leave their range: the two sides don't sort alike after all.
struct Disorder: Error {}

/// Compares one range of both sides, streamed in key order, as bytes. Memory stays the same, whatever the range.
///
/// Why nothing hides between ranges: each source record is in exactly one range of locators, each target row in exactly one
/// range of keys. A chunk is a range of each, and the merge insists that every source key is inside the chunk's
/// range of keys, above the one before; if one isn't, it throws ``Disorder``, and the entity is joined in the server.
/// So the row of each record can only be in the record's own chunk, and is found there or missing.
///
/// Why it doesn't matter that the two sides are read at different moments: what is found alike was alike (the source then,
/// the target at its snapshot, which is older). What isn't is only suspected, and looked at afresh, both sides at once.
final class ChunkMerge {
  private let plan: EntityPlan
  private let order: KeyOrder
  private let reader: TargetReader
  private let looks: ChunkLooks
  private let record: SourceRecord
  private let ignored: [Bool]
  private let isStrict: Bool
  /// Told of every thousand records; throws to stop.
  private let checkpoint: (Int) throws -> Void

  private let previousKey: OwnedKey
  private let previousRowKey: OwnedKey
  private let locator = KeptBuffer(capacity: 256)
  private let previousLocator = KeptBuffer(capacity: 256)
  private let extras = RowBuffer()
  /// Extra rows so far: their order, which is that of keys.
  private var extraNumber = 0
  private var suspects: [[UInt8]] = []
  private var tally = AuditTally()
  private var isPreviousAlike = false
  private var hasPrevious = false

  init(
    _ plan: EntityPlan, order: KeyOrder, reader: TargetReader, looks: ChunkLooks,
    checkpoint: @escaping (Int) throws -> Void
  ) {
    self.plan = plan
    self.order = order
    self.reader = reader
    self.looks = looks
    self.checkpoint = checkpoint
    record = SourceRecord(plan)
    let names = Set(plan.entity.auditIgnore)
    ignored = plan.columns.map { names.contains($0.name) }
    isStrict = names.isEmpty
    previousKey = OwnedKey(count: plan.key.count)
    previousRowKey = OwnedKey(count: plan.key.count)
  }

  /// - Returns: what was found, and how many source records were read.
  func run(_ chunk: AuditChunk, _ session: any SourceSession) throws -> (AuditTally, records: Int) {
    tally = AuditTally()
    suspects = []
    extras.removeAll()
    extraNumber = 0
    hasPrevious = false
    let lower = chunk.keys.lower.map { OwnedKey(count: plan.key.count, encoded: $0) }
    let upper = chunk.keys.upper.map { OwnedKey(count: plan.key.count, encoded: $0) }
    // The target's snapshot is taken before the source is read.
    let (target, children) = try reader.open(chunk.keys)
    defer {
      target.close()
      for child in children { child.close() }
    }
    let cursor = try session.read(
      plan, chunk.locators, order: chunk.isWhole ? .key : .locator, into: record.encoder)
    defer { cursor.close() }
    var seen = 0
    while try cursor.next() {
      seen += 1
      if seen % 1000 == 0 { try checkpoint(1000) }
      let state = record.load(cursor)
      switch state {
      case .filtered:
        tally.filtered += 1
        continue
      case .unreadable:
        tally.quarantined += 1
        continue
      case .keyAlone: tally.quarantined += 1
      case .rows: tally.compared += 1
      }
      swap(&locator.buffer, &previousLocator.buffer)
      locator.buffer.removeAll()
      cursor.appendLocator(to: &locator.buffer)
      let step = hasPrevious ? order.compare(previousKey.key, record.key) : -1
      if step > 0 { throw Disorder() }
      // Those after the first are above it.
      if !hasPrevious, let lower, order.compare(record.key, lower.key) < 0 { throw Disorder() }
      if let upper, order.compare(record.key, upper.key) >= 0 { throw Disorder() }
      if step == 0 {
        share(state)
        continue
      }
      // The records of one key are looked at together.
      if suspects.count >= RecordLook.batch { tally += try looks.look(at: &suspects, chunk: chunk.number) }
      try skipExtras(target, chunk, before: record.key)
      hasPrevious = true
      previousKey.set(record.key)
      try compare(state, target, children)
    }
    swap(&locator.buffer, &previousLocator.buffer)
    try skipExtras(target, chunk, before: nil)
    for child in children { try child.drain() }
    try reader.end()
    try checkpoint(seen % 1000)
    tally += try looks.look(at: &suspects, chunk: chunk.number)
    if extraNumber > 0 { tally += try looks.look(atExtras: extras, chunk: chunk.number) }
    return (tally, seen)
  }

  /// Compares the record with the target's row at hand, if that has its key, and passes over the row.
  private func compare(_ state: SourceRecord.State, _ target: TargetStream, _ children: [ChildStream]) throws
  {
    let isHere = target.row != nil && order.compare(target.key, record.key) == 0
    isPreviousAlike = false
    if state == .rows {
      var isSame = isHere
      if isHere, let row = target.row { isSame = isAlike(row, record.rows[0].bytes.bytes) }
      for (index, child) in children.enumerated() {
        if try !child.matches(record.key, record.rows[index + 1].bytes.bytes, order), isHere {
          isSame = false
        }
      }
      isPreviousAlike = isSame
      if isSame { tally.matching += 1 } else { suspects.append(Array(locator.bytes)) }
    }
    // The row's key is the record's.
    if isHere { try advance(target, beyond: previousKey) }
  }

  /// Another record with the key of the one before: which of them the row belongs to is for the look to say.
  private func share(_ state: SourceRecord.State) {
    guard state == .rows else { return }
    if isPreviousAlike {
      isPreviousAlike = false
      tally.matching -= 1
      suspects.append(Array(previousLocator.bytes))
    }
    suspects.append(Array(locator.bytes))
  }

  /// Target rows that come before `key` (all that are left, if nil) have no source record. If they had one, its locator
  /// would be between those of the record before and of the one at hand.
  private func skipExtras(_ target: TargetStream, _ chunk: AuditChunk, before key: KeyFields?) throws {
    while target.row != nil {
      if let key, order.compare(target.key, key) >= 0 { return }
      extras.bytes.appendBigEndian(Int16(3 + plan.key.count))
      extras.bytes.appendBigEndian(Int32(8))
      extras.bytes.appendBigEndian(Int64(extraNumber))
      extraNumber += 1
      if chunk.isWhole {
        extras.bytes.appendBigEndian(Int32(-1))
        extras.bytes.appendBigEndian(Int32(-1))
      } else {
        if hasPrevious {
          Self.append(previousLocator.bytes, to: &extras.bytes)
        } else {
          Self.append(chunk.locators.lower?.bytes, to: &extras.bytes)
        }
        if key != nil {
          Self.append(locator.bytes, to: &extras.bytes)
        } else {
          Self.append(chunk.locators.upper?.bytes, to: &extras.bytes)
        }
      }
      target.key.append(to: &extras.bytes)
      extras.count += 1
      previousRowKey.set(target.key)
      try advance(target, beyond: previousRowKey)
      if chunk.isWhole {
        // Where their keys would stand isn't known: all of the source is asked once, at the end.
        if extras.bytes.count >= 1 << 18 { try looks.extras.stage(extras) }
      } else if extras.count >= ExtraLook.batch {
        tally += try looks.look(atExtras: extras, chunk: chunk.number)
      }
    }
  }

  private static func append(_ field: UnsafeRawBufferPointer, to out: inout ByteBuffer) {
    out.appendBigEndian(Int32(field.count))
    out.append(field)
  }

  private static func append(_ field: [UInt8]?, to out: inout ByteBuffer) {
    guard let field else { return out.appendBigEndian(Int32(-1)) }
    field.withUnsafeBytes { append($0, to: &out) }
  }

  /// - Parameter key: a copy of the key of the row at hand.
  private func advance(_ target: TargetStream, beyond key: OwnedKey) throws {
    try target.advance()
    if target.row != nil, order.compare(key.key, target.key) >= 0 { throw Disorder() }
  }

  /// Whether the target's row says the same as the encoded one, byte for byte, but for ignored columns.
  private func isAlike(_ target: UnsafeRawBufferPointer, _ source: UnsafeRawBufferPointer) -> Bool {
    if target.count == source.count, let left = target.baseAddress, let right = source.baseAddress,
      memcmp(left, right, target.count) == 0
    {
      return true
    }
    return isStrict ? false : Fields.isEqual(target, source, ignoring: ignored)
  }
}
