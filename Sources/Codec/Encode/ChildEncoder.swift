/// The rows of one embedded array, and of the arrays inside its elements.
final class ChildEncoder {
  let plan: ChildPlan
  private let shape: DocumentShape
  private let unmapped: UnmappedFields
  private let slots: UnsafeMutablePointer<RawValue>
  /// As in ``RecordEncoder``.
  private let values: UnsafeMutablePointer<ValueEncoder>
  private let children: [ChildEncoder]

  init(_ plan: ChildPlan, unmapped: UnmappedFields) {
    self.plan = plan
    self.unmapped = unmapped
    shape = DocumentShape(plan.shape, keepsRest: false, unmapped: unmapped)
    slots = .allocate(capacity: max(1, plan.shape.slotCount))
    slots.initialize(repeating: .missing, count: max(1, plan.shape.slotCount))
    values = .allocate(capacity: 1)
    values.initialize(to: ValueEncoder(plan.columns))
    children = plan.children.map { ChildEncoder($0, unmapped: unmapped) }
  }

  deinit {
    slots.deallocate()
    values.deinitialize(count: 1)
    values.deallocate()
  }

  /// Appends a row for each element, to the buffers of this table and of those inside it.
  func encode(_ array: RawValue, _ nesting: Nesting, into rows: [RowBuffer]) throws(Refusal) {
    nesting.refused = RefusedPlace()
    nesting.refused.table = plan.table
    nesting.refused.expected = .array
    switch array.kind {
    case .missing: return try absent(plan.missing, .missing, array.kind)
    case .null: return try absent(plan.null, .null, array.kind)
    case .array: break
    // Only a text that should be JSON can be empty here and mean nothing.
    case .string where array.bytes.count == 0 && plan.isJSONText:
      return try absent(plan.empty, .empty, array.kind)
    default: throw Refusal(.wrongType, found: array.kind)
    }
    var reader = try BSONReader(array.bytes)
    var name = UnsafeRawBufferPointer(start: nil, count: 0)
    var element = RawValue.missing
    var ordinal: Int32 = 0
    while try reader.next(key: &name, value: &element) {
      unmapped.positions.append(ordinal)
      if try fill(element, nesting) { try encodeElement(ordinal, nesting, into: rows) }
      unmapped.positions.removeLast()
      ordinal += 1
    }
    if ordinal == 0 { try absent(plan.empty, .empty, array.kind) }
  }

  private func absent(_ rule: ChildPlan.Absent, _ reason: Refusal.Reason, _ found: ValueKind) throws(Refusal)
  {
    if rule == .refuse { throw Refusal(reason, found: found) }
  }

  /// Fills the slots; false where the element makes no row.
  private func fill(_ element: RawValue, _ nesting: Nesting) throws(Refusal) -> Bool {
    // No value and yet no null: only a rule that the mapping writes down may take it for one.
    if element.kind == .undefined, plan.nullElement == .skip { return false }
    if element.kind == .null {
      switch plan.nullElement {
      case .skip: return false
      case .refuse:
        nesting.refused.expected = nil
        throw Refusal(.null, found: .null)
      case .row:
        shape.begin(slots)
        if let whole = plan.shape.wholeSlot { slots[whole] = element }
        return true
      }
    }
    do throws(Refusal) {
      try shape.fillElement(element, slots: slots)
    } catch {
      nesting.refused.expected = .document
      nesting.refused.path = shape.refusedPath
      if shape.refusedPath != nil { nesting.refused.expected = shape.refusedExpected }
      throw error
    }
    nesting.refused.expected = nil
    try unmapped.check(&nesting.refused)
    return true
  }

  private func encodeElement(_ ordinal: Int32, _ nesting: Nesting, into rows: [RowBuffer]) throws(Refusal) {
    let buffer = rows[plan.table]
    nesting.beginRow(ownFields: 1 + plan.columns.count, in: &buffer.bytes)
    buffer.bytes.appendBigEndian(Int32(4))
    buffer.bytes.appendBigEndian(ordinal)
    for column in plan.columns.indices {
      do throws(Refusal) { try values.pointee.append(column: column, slots: slots, to: &buffer.bytes) } catch
      {
        nesting.refused = values.pointee.place(of: column, slots: slots)
        nesting.refused.table = plan.table
        throw error
      }
    }
    buffer.count += 1
    if children.isEmpty { return }
    let depth = nesting.push(ordinal: ordinal)
    for child in children { try child.encode(slots[child.plan.slot], nesting, into: rows) }
    nesting.pop(to: depth)
    nesting.refused = RefusedPlace()
    nesting.refused.table = plan.table
  }
}

/// What the rows of arrays inside a record begin with: the record's number where they are staged, its key, and the
/// places of the elements around them.
final class Nesting {
  /// What was being encoded when a refusal was thrown.
  var refused = RefusedPlace()
  private var row: Int32?
  private var key = ByteBuffer(capacity: 256)
  private var keyCount = 0

  func begin(_ prefix: RecordEncoder.Prefix) {
    key.removeAll()
    keyCount = 0
    row = if case .staged(let number, _) = prefix { number } else { nil }
  }

  /// Adds one field of the key, its length first.
  func push(_ field: UnsafeRawBufferPointer) {
    key.append(field)
    keyCount += 1
  }

  /// Adds an element's place; what it returns takes it away again.
  func push(ordinal: Int32) -> Int {
    let before = key.count
    key.appendBigEndian(Int32(4))
    key.appendBigEndian(ordinal)
    keyCount += 1
    return before
  }

  func pop(to depth: Int) {
    key.truncate(to: depth)
    keyCount -= 1
  }

  func beginRow(ownFields: Int, in out: inout ByteBuffer) {
    out.appendBigEndian(Int16((row == nil ? 0 : 1) + keyCount + ownFields))
    if let row {
      out.appendBigEndian(Int32(4))
      out.appendBigEndian(row)
    }
    out.append(key.bytes)
  }
}
