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
  private let fields: UnmappedFields
  /// In plain memory, as the program would watch a stored property for overlapping accesses with every field.
  private let values: UnsafeMutablePointer<ValueEncoder>
  private let children: [ChildEncoder]
  private let nesting: Nesting
  private var restScratch = ByteBuffer(capacity: 1024)
  /// Where each main column's field (its length first) begins in the main row buffer, and the row's end.
  public var fieldOffsets: UnsafePointer<Int> { UnsafePointer(offsets) }
  private let offsets: UnsafeMutablePointer<Int>
  // What of the plan each record asks for, without its arrays' reference counts.
  private let columnCount: Int
  private let key: UnsafeMutablePointer<Int>
  private let keyCount: Int
  private let hasRest: Bool
  private let hasFilters: Bool
  private let hasChildren: Bool
  /// Where the last refusal was thrown.
  public private(set) var refused = RefusedPlace()
  private var isRefusedSet = false
  /// For each buffer how long it was, and how many rows it had, before the latest record: what a refusal takes it back to.
  public var marks: UnsafeBufferPointer<(bytes: Int, count: Int)> {
    UnsafeBufferPointer(start: markMemory, count: markCount)
  }
  private var markMemory: UnsafeMutablePointer<(bytes: Int, count: Int)>
  private var markCapacity: Int
  private var markCount = 0

  public init(plan: RecordPlan) {
    self.plan = plan
    fields = UnmappedFields(plan.unmapped)
    shape = DocumentShape(plan.shape, keepsRest: plan.hasRest, unmapped: fields)
    let count = max(1, plan.shape.slotCount)
    slots = .allocate(capacity: count)
    slots.initialize(repeating: .missing, count: count)
    values = .allocate(capacity: 1)
    values.initialize(to: ValueEncoder(plan.columns))
    let fields = fields
    children = plan.children.map { ChildEncoder($0, unmapped: fields) }
    nesting = Nesting()
    offsets = .allocate(capacity: plan.columns.count + 1)
    offsets.initialize(repeating: 0, count: plan.columns.count + 1)
    columnCount = plan.columns.count
    keyCount = plan.key.count
    key = .allocate(capacity: max(1, keyCount))
    for (place, column) in plan.key.enumerated() { key[place] = column }
    hasRest = plan.hasRest
    hasFilters = !plan.filters.isEmpty
    hasChildren = !plan.children.isEmpty
    markCapacity = 1 + plan.children.count
    markMemory = .allocate(capacity: markCapacity)
  }

  deinit {
    slots.deallocate()
    values.deinitialize(count: 1)
    values.deallocate()
    offsets.deallocate()
    key.deallocate()
    markMemory.deallocate()
  }

  private func forgetRefused() {
    guard isRefusedSet else { return }
    refused = RefusedPlace()
    isRefusedSet = false
  }

  /// Fills the slots from a BSON document.
  public func fill(document: UnsafeRawBufferPointer) throws(Refusal) {
    fields.beginRecord()
    forgetRefused()
    do throws(Refusal) { try shape.fill(document, slots: slots) } catch {
      isRefusedSet = true
      refused.path = shape.refusedPath
      refused.expected = shape.refusedExpected
      throw error
    }
  }

  /// Begins a record whose source fills the slots of its columns itself: hands over its fields that have no slot, and
  /// reads those whose text is JSON.
  public func begin(
    others keys: UnsafeBufferPointer<UnsafeRawBufferPointer>, _ values: UnsafeBufferPointer<RawValue>
  ) throws(Refusal) {
    fields.beginRecord()
    forgetRefused()
    shape.beginOthers()
    for index in keys.indices { shape.takeOther(keys[index], values[index]) }
    do throws(Refusal) { try shape.fillTexts(slots) } catch {
      isRefusedSet = true
      refused.path = shape.refusedPath
      refused.expected = shape.refusedExpected
      throw error
    }
  }

  /// The same for a record all of whose fields have a slot.
  public func begin() throws(Refusal) {
    try begin(
      others: UnsafeBufferPointer(start: nil, count: 0), UnsafeBufferPointer(start: nil, count: 0))
  }

  /// Fields that records have and that nothing maps.
  public var unmapped: [UnmappedField] { fields.found }

  /// Begins counting them anew.
  public func resetUnmapped() { fields.reset() }

  /// Whether the record passes every declared filter.
  public func matchesFilters() -> Bool {
    if !hasFilters { return true }
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
    mark(rows)
    forgetRefused()
    do throws(Refusal) {
      if fields.isRejected { try fields.check(&refused) }
      try encodeMain(prefix, into: &rows[0].bytes)
      rows[0].count += 1
      if hasChildren { try encodeChildren(prefix, rows) }
    } catch {
      isRefusedSet = true
      for (buffer, mark) in zip(rows, marks) {
        buffer.bytes.truncate(to: mark.bytes)
        buffer.count = mark.count
      }
      throw error
    }
  }

  private func mark(_ rows: [RowBuffer]) {
    if rows.count > markCapacity {
      markMemory.deallocate()
      markCapacity = rows.count
      markMemory = .allocate(capacity: markCapacity)
    }
    markCount = rows.count
    for index in 0..<rows.count {
      (markMemory + index).initialize(to: (rows[index].bytes.count, rows[index].count))
    }
  }

  private func encodeChildren(_ prefix: Prefix, _ rows: [RowBuffer]) throws(Refusal) {
    nesting.begin(prefix)
    for column in plan.key {
      let field = rows[0].bytes.bytes[offsets[column]..<offsets[column + 1]]
      nesting.push(UnsafeRawBufferPointer(rebasing: field))
    }
    do throws(Refusal) {
      for child in children { try child.encode(slots[child.plan.slot], nesting, into: rows) }
    } catch {
      refused = nesting.refused
      refused.positions = fields.positions
      fields.positions.removeAll(keepingCapacity: true)
      throw error
    }
  }

  /// Appends the key's fields alone, as they stand in a row. For records whose other fields are refused. When it throws,
  /// nothing of the key is left in the buffer.
  public func encodeKey(to out: inout ByteBuffer) throws(Refusal) {
    let start = out.count
    do throws(Refusal) {
      for column in plan.key { try values.pointee.append(column: column, slots: slots, to: &out) }
    } catch {
      out.truncate(to: start)
      throw error
    }
  }

  private func encodeMain(_ prefix: Prefix, into out: inout ByteBuffer) throws(Refusal) {
    let count = columnCount
    switch prefix {
    case .none: out.appendBigEndian(Int16(count))
    case .staged(let row, let locator):
      out.appendBigEndian(Int16(count + 2))
      out.appendBigEndian(Int32(4))
      out.appendBigEndian(row)
      out.appendBigEndian(Int32(locator.count))
      out.append(locator)
    }
    let plain = hasRest ? count - 1 : count
    do throws(Refusal) {
      try values.pointee.append(columns: plain, slots: slots, offsets: offsets, to: &out)
    } catch {
      refused = values.pointee.place(of: values.pointee.currentColumn, slots: slots)
      throw error
    }
    if hasRest {
      offsets[plain] = out.count
      do throws(Refusal) { try appendRest(to: &out) } catch {
        refused.column = plain
        throw error
      }
    }
    offsets[count] = out.count
    for place in 0..<keyCount where isNull(key[place], in: out.bytes) {
      refused.column = key[place]
      throw Refusal(.keyIsNull, found: .null)
    }
  }

  private func isNull(_ column: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.loadUnaligned(fromByteOffset: offsets[column], as: UInt32.self) == .max
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
    try ValueEncoder.patchLength(at: start, found: .document, in: &out)
  }
}
