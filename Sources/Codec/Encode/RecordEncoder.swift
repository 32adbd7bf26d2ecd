/// Turns one source record after another into rows of COPY BINARY: the engine's hot loop, the same for every source.
///
/// One encoder belongs to one thread. For example:
/// ```swift
/// try encoder.fill(document: bytes)                  // slots from BSON; a SQLite reader fills `slots` itself
/// if try encoder.matchesFilters() { try encoder.encode(prefix: .none, into: rows) }
/// ```
public final class RecordEncoder {
  /// What stands before a row's own columns.
  public enum Prefix {
    /// Nothing: rows go straight into the target table.
    case none
    /// The record's number in its chunk and its locator, for the staging table. Child rows get the number alone.
    case staged(row: Int32, locator: UnsafeRawBufferPointer)
  }

  public let plan: RecordPlan
  /// The values of the record at hand, for readers that fill them themselves.
  public let slots: UnsafeMutablePointer<RawValue>
  private let shape: DocumentShape
  private var values: ValueEncoder
  private var children: [ChildEncoder]
  private var restScratch = ByteBuffer(capacity: 1024)
  /// Where each main column's field (its length first) begins in the main row buffer, and the row's end.
  public private(set) var fieldOffsets: [Int]
  /// What was being encoded when the last refusal was thrown: a table (0 is the main one) and a column.
  public private(set) var refusedTable = 0
  public private(set) var refusedColumn = -1

  public init(plan: RecordPlan) {
    self.plan = plan
    shape = DocumentShape(plan.shape, keepsRest: plan.hasRest)
    let count = max(1, plan.shape.slotCount)
    slots = .allocate(capacity: count)
    slots.initialize(repeating: .missing, count: count)
    values = ValueEncoder(plan.columns)
    children = plan.children.map { ChildEncoder($0) }
    fieldOffsets = Array(repeating: 0, count: plan.columns.count + 1)
  }

  deinit { slots.deallocate() }

  /// Fills the slots from a BSON document.
  public func fill(document: UnsafeRawBufferPointer) throws(Refusal) {
    refusedTable = 0
    refusedColumn = -1
    try shape.fill(document, slots: slots)
  }

  /// Hands over fields that nothing maps, for sources that know them without a document.
  public func setRest(keys: [UnsafeRawBufferPointer], values: [RawValue]) {
    shape.restKeys = keys
    shape.restValues = values
  }

  /// Fields that were met and that nothing maps, with how often.
  public var unmapped: [(path: String, count: Int)] { shape.unmapped }

  /// Begins counting them anew.
  public func resetUnmapped() { shape.resetUnmapped() }

  /// Whether the record passes every declared filter.
  public func matchesFilters() -> Bool {
    for filter in plan.filters {
      let value = slots[filter.slot]
      switch filter.test {
      case .exists(let wanted):
        if (value.kind != .missing && value.kind != .null) != wanted { return false }
      case .oneOf(let texts):
        if !isOne(of: texts, value) { return false }
      case .noneOf(let texts):
        if isOne(of: texts, value) { return false }
      }
    }
    return true
  }

  private func isOne(of texts: [[UInt8]], _ value: RawValue) -> Bool {
    restScratch.removeAll()
    do throws(Refusal) { try ValueEncoder.appendCanonicalText(value, to: &restScratch) } catch {
      return false
    }
    let found = restScratch.bytes
    return texts.contains { $0.count == found.count && $0.elementsEqual(found) }
  }

  /// Appends the record's rows. `rows[0]` is the main table's buffer, then one for each child table. When it throws,
  /// nothing of the record is left in any buffer.
  public func encode(prefix: Prefix, into rows: [RowBuffer]) throws(Refusal) {
    let main = rows[0]
    let start = main.bytes.count
    do throws(Refusal) {
      try encodeMain(prefix, into: &main.bytes)
      main.count += 1
      for index in children.indices {
        refusedTable = index + 1
        try children[index].encode(
          slots[plan.children[index].slot], prefix: prefix, key: plan.key, parent: main,
          offsets: fieldOffsets,
          into: rows[index + 1], refusedColumn: &refusedColumn)
      }
      refusedTable = 0
    } catch {
      main.bytes.truncate(to: start)
      if refusedTable > 0 {
        main.count -= 1
        for index in 0..<refusedTable { children[index].undo(rows[index + 1]) }
      }
      throw error
    }
  }

  /// Appends the key's fields alone, as they stand in a row. For records whose other fields are refused.
  public func encodeKey(to out: inout ByteBuffer) throws(Refusal) {
    for column in plan.key { try values.append(column: column, slots: slots, to: &out) }
  }

  private func encodeMain(_ prefix: Prefix, into out: inout ByteBuffer) throws(Refusal) {
    let count = plan.columns.count
    switch prefix {
    case .none: out.appendBigEndian(Int16(count))
    case .staged(let row, let locator):
      out.appendBigEndian(Int16(count + 2))
      out.appendBigEndian(Int32(4))
      out.appendBigEndian(row)
      out.appendBigEndian(Int32(locator.count))
      out.append(locator)
    }
    let plain = plan.hasRest ? count - 1 : count
    for column in 0..<plain {
      fieldOffsets[column] = out.count
      refusedColumn = column
      try values.append(column: column, slots: slots, to: &out)
    }
    if plan.hasRest {
      fieldOffsets[plain] = out.count
      refusedColumn = plain
      try appendRest(to: &out)
    }
    fieldOffsets[count] = out.count
    for column in plan.key where isNull(column, in: out.bytes) {
      refusedColumn = column
      throw Refusal(.keyIsNull, found: .null)
    }
  }

  private func isNull(_ column: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.loadUnaligned(fromByteOffset: fieldOffsets[column], as: UInt32.self) == .max
  }

  private func appendRest(to out: inout ByteBuffer) throws(Refusal) {
    if shape.restKeys.isEmpty {
      out.appendBigEndian(Int32(-1))
      return
    }
    let start = out.count
    out.appendBigEndian(Int32(0))
    out.append(1)
    restScratch.removeAll()
    var failure: Refusal?
    shape.restKeys.withUnsafeBufferPointer { keys in
      shape.restValues.withUnsafeBufferPointer { found in
        guard let keys = keys.baseAddress, let found = found.baseAddress else { return }
        do throws(Refusal) {
          try CanonicalJSON.appendObject(
            keys: keys, values: found, count: shape.restKeys.count, scratch: &restScratch, to: &out)
        } catch { failure = error }
      }
    }
    if let failure { throw failure }
    restScratch.shrink(to: 1 << 20)
    out.patchBigEndian(Int32(truncatingIfNeeded: out.count - start - 4), at: start)
  }
}

/// Rows of one table on their way to COPY.
public final class RowBuffer {
  public var bytes: ByteBuffer
  /// Rows in `bytes`.
  public var count = 0

  public init(capacity: Int = 1 << 16) { bytes = ByteBuffer(capacity: capacity) }

  public func removeAll() {
    bytes.removeAll()
    bytes.shrink(to: 1 << 22)
    count = 0
  }
}

/// The rows of one embedded array.
private struct ChildEncoder {
  private let plan: ChildPlan
  private let shape: DocumentShape
  private let slots: UnsafeMutablePointer<RawValue>
  private let storage: SlotStorage
  private let values: ValueEncoderBox
  private var startBytes = 0
  private var startCount = 0

  init(_ plan: ChildPlan) {
    self.plan = plan
    shape = DocumentShape(plan.shape, keepsRest: false)
    storage = SlotStorage(plan.shape.slotCount)
    slots = storage.slots
    values = ValueEncoderBox(plan.columns)
  }

  func undo(_ rows: RowBuffer) {
    rows.bytes.truncate(to: startBytes)
    rows.count = startCount
  }

  mutating func encode(
    _ array: RawValue, prefix: RecordEncoder.Prefix, key: [Int], parent: RowBuffer, offsets: [Int],
    into rows: RowBuffer, refusedColumn: inout Int
  ) throws(Refusal) {
    startBytes = rows.bytes.count
    startCount = rows.count
    refusedColumn = -1
    switch array.kind {
    case .missing, .null: return
    case .array: break
    default: throw Refusal(.wrongType, found: array.kind)
    }
    var reader = try BSONReader(array.bytes)
    var name = UnsafeRawBufferPointer(start: nil, count: 0)
    var element = RawValue.missing
    var ordinal: Int32 = 0
    while try reader.next(key: &name, value: &element) {
      refusedColumn = -1
      try shape.fillElement(element, slots: slots)
      var width = key.count + 1 + plan.columns.count
      if case .staged(let row, _) = prefix {
        width += 1
        rows.bytes.appendBigEndian(Int16(width))
        rows.bytes.appendBigEndian(Int32(4))
        rows.bytes.appendBigEndian(row)
      } else {
        rows.bytes.appendBigEndian(Int16(width))
      }
      for column in key {
        let field = parent.bytes.bytes[offsets[column]..<offsets[column + 1]]
        rows.bytes.append(UnsafeRawBufferPointer(rebasing: field))
      }
      rows.bytes.appendBigEndian(Int32(4))
      rows.bytes.appendBigEndian(ordinal)
      for column in plan.columns.indices {
        refusedColumn = column
        try values.encoder.append(column: column, slots: slots, to: &rows.bytes)
      }
      ordinal += 1
      rows.count += 1
    }
  }
}

/// Owns the slots of a child table's element.
private final class SlotStorage {
  let slots: UnsafeMutablePointer<RawValue>
  init(_ count: Int) {
    slots = .allocate(capacity: max(1, count))
    slots.initialize(repeating: .missing, count: max(1, count))
  }
  deinit { slots.deallocate() }
}

/// Lets a copyable struct refer to an encoder, which isn't copyable.
private final class ValueEncoderBox {
  var encoder: ValueEncoder
  init(_ columns: [ColumnPlan]) { encoder = ValueEncoder(columns) }
}
