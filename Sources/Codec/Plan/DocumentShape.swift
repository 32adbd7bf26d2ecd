/// Fills slots from a BSON document: a ``ShapePlan`` compiled into flat tables.
///
/// Fields mostly stand in the order of the document before, so the next expected field is tried first, then a hash
/// table. Fields that no path names are remembered with a count each. Nothing is allocated but for the first sight of
/// such a field.
final class DocumentShape {
  struct Field {
    var key: UnsafeRawBufferPointer
    var slot: Int32
    var child: Int32
    /// The mapping leaves it out by name.
    var isIgnored: Bool
    /// Its place among the fields whose text is JSON, or -1; and the slot that takes what the text says.
    var text: Int32 = -1
    var parsedSlot: Int32 = -1
    /// Its place among the unmapped fields, once it was met as one.
    var tally: Int32 = -1
  }
  struct Level {
    var kind: ValueKind
    var fields: [Field] = []
    /// Open addressing; -1 is free. Its size is a power of two, at least twice the number of fields.
    var table: [Int32] = Array(repeating: -1, count: 8)
    var expected = 0
    /// The last record in which the level's own field was met.
    var metIn = 0
    let path: String
    /// See ``ShapePlan/LevelPlan/isMapped``.
    let isMapped: Bool
    let ignoresElements: Bool
    /// A column takes the whole of it, so that nothing in it is unmapped.
    var isCovered = false
    /// For arrays: the place, among the unmapped fields, of the elements that no path names.
    var elements: Int32 = -1
  }
  /// A distinct unmapped name costs memory once; beyond this many a level counts them together.
  static let unmappedNamesPerLevel = 1000

  var levels: [Level]
  private var texts: [JSONTextField] = []
  /// Of the top level, the fields whose text is JSON.
  private var topTexts: [Int] = []
  /// Slots that a source with columns doesn't fill itself.
  private var innerSlots: [Int] = []
  private var owned: [UnsafeMutableRawPointer] = []
  /// Counts the records, or elements, filled from.
  private var record = 0
  let slotCount: Int
  let wholeSlot: Int?
  /// Whether top-level fields that nothing maps go to the `rest` column instead of the count.
  let keepsRest: Bool
  /// Keys and values for the `rest` column, refilled by each record.
  private(set) var restKeys: [UnsafeRawBufferPointer] = []
  private(set) var restValues: [RawValue] = []
  private let unmapped: UnmappedFields
  /// The path at which the last fill was refused, where it was about a field.
  private(set) var refusedPath: String?
  /// What had to stand there, for a path to go through it.
  private(set) var refusedExpected: ValueKind?

  init(_ plan: ShapePlan, keepsRest: Bool, unmapped: UnmappedFields) {
    slotCount = plan.slotCount
    wholeSlot = plan.wholeSlot
    self.keepsRest = keepsRest
    self.unmapped = unmapped
    levels = plan.levels.map {
      Level(kind: $0.kind, path: $0.path, isMapped: $0.isMapped, ignoresElements: $0.ignoresElements)
    }
    levels[0].isCovered = wholeSlot != nil
    for (index, level) in plan.levels.enumerated() {
      for field in level.fields {
        field.key.withUnsafeBytes {
          add(
            $0, slot: Int32(field.slot ?? -1), child: Int32(field.child ?? -1), isIgnored: field.isIgnored,
            to: index)
        }
        if field.isJSONText, field.parsedSlot != nil || field.child != nil {
          let last = levels[index].fields.count - 1
          levels[index].fields[last].text = Int32(texts.count)
          levels[index].fields[last].parsedSlot = Int32(field.parsedSlot ?? -1)
          texts.append(JSONTextField())
          if index == 0 { topTexts.append(last) }
        }
        if let parsed = field.parsedSlot { innerSlots.append(parsed) }
        if index > 0, let slot = field.slot { innerSlots.append(slot) }
        // Levels stand before those that they lead to.
        if let child = field.child {
          let isWhole =
            field.isJSONText ? field.isTakenWhole || field.parsedSlot != nil : field.slot != nil
          levels[child].isCovered = levels[index].isCovered || isWhole
        }
      }
    }
  }

  deinit {
    for pointer in owned { pointer.deallocate() }
  }

  /// Empties the slots.
  func begin(_ slots: UnsafeMutablePointer<RawValue>) {
    slots.update(repeating: .missing, count: slotCount)
    record &+= 1
    refusedPath = nil
    refusedExpected = nil
    beginOthers()
  }

  /// Begins a record whose slots the source fills.
  func beginOthers() {
    levels[0].expected = 0
    if keepsRest {
      restKeys.removeAll(keepingCapacity: true)
      restValues.removeAll(keepingCapacity: true)
    }
  }

  /// Reads the JSON texts of a record whose columns the source has put into the slots.
  func fillTexts(_ slots: UnsafeMutablePointer<RawValue>) throws(Refusal) {
    if topTexts.isEmpty { return }
    record &+= 1
    refusedPath = nil
    refusedExpected = nil
    for slot in innerSlots { slots[slot] = .missing }
    for index in topTexts {
      let field = levels[0].fields[index]
      if field.slot >= 0 { try take(slots[Int(field.slot)], field, index, level: 0, slots) }
    }
  }

  /// Empties the slots and fills them from `document`.
  func fill(_ document: UnsafeRawBufferPointer, slots: UnsafeMutablePointer<RawValue>) throws(Refusal) {
    begin(slots)
    try fill(level: 0, document, slots)
  }

  /// Fills from one element of an array, which is a document or, for `@`, anything.
  func fillElement(_ element: RawValue, slots: UnsafeMutablePointer<RawValue>) throws(Refusal) {
    begin(slots)
    if let wholeSlot { slots[wholeSlot] = element }
    if levels[0].fields.isEmpty && wholeSlot != nil { return }
    guard element.kind == .document else { throw Refusal(.wrongType, found: element.kind) }
    try fill(level: 0, element.bytes, slots)
  }

  /// Takes a field that isn't among the slots, for sources that know their fields without a document.
  func takeOther(_ key: UnsafeRawBufferPointer, _ value: RawValue) {
    takeUnmapped(key, value, field: find(key, level: 0), level: 0, isValue: value.kind != .null)
  }

  private func fill(level: Int, _ document: UnsafeRawBufferPointer, _ slots: UnsafeMutablePointer<RawValue>)
    throws(Refusal)
  {
    var reader = try BSONReader(document)
    var key = UnsafeRawBufferPointer(start: nil, count: 0)
    var value = RawValue.missing
    levels[level].expected = 0
    while try reader.next(key: &key, value: &value) {
      let found = find(key, level: level)
      guard found >= 0 else {
        takeUnmapped(key, value, field: found, level: level)
        continue
      }
      let field = levels[level].fields[found]
      if field.slot >= 0 {
        guard slots[Int(field.slot)].kind == .missing else {
          refusedPath = path(of: key, level: level)
          throw Refusal(.duplicateField, found: value.kind)
        }
        slots[Int(field.slot)] = value
      }
      if field.slot >= 0 || field.child >= 0 || field.text >= 0 {
        try take(value, field, found, level: level, slots)
      } else {
        takeUnmapped(key, value, field: found, level: level)
      }
    }
  }

  /// Takes what is inside a field that is mapped: what its JSON text says, and the fields below it.
  private func take(
    _ source: RawValue, _ field: Field, _ found: Int, level: Int, _ slots: UnsafeMutablePointer<RawValue>
  ) throws(Refusal) {
    var value = source
    var isWhole = field.slot >= 0
    if field.text >= 0 {
      do throws(Refusal) { value = try texts[Int(field.text)].value(of: source) } catch {
        refusedPath = path(of: field.key, level: level)
        throw error
      }
      isWhole = field.parsedSlot >= 0
      if isWhole {
        guard slots[Int(field.parsedSlot)].kind == .missing else {
          refusedPath = path(of: field.key, level: level)
          throw Refusal(.duplicateField, found: source.kind)
        }
        slots[Int(field.parsedSlot)] = value
      }
    }
    guard field.child >= 0 else { return }
    let child = Int(field.child)
    // Two sub-documents of one name would be merged into one that never was.
    if levels[child].metIn == record, levels[child].isMapped {
      refusedPath = path(of: field.key, level: level)
      throw Refusal(.duplicateField, found: value.kind)
    }
    levels[child].metIn = record
    if value.kind == levels[child].kind { return try fill(level: child, value.bytes, slots) }
    // Nothing at all, and an empty text where JSON is expected, have nothing to lose.
    let isNothing = value.kind == .null || field.text >= 0 && (value.kind == .missing || isEmptyText(value))
    if !isWhole, !levels[child].isMapped {
      takeUnmapped(field.key, value, field: found, level: level)
    } else if !isNothing, !isWhole {
      // A path goes through this field, and what stands there can't be gone through: dropping it unseen would lose a
      // value.
      refusedPath = path(of: field.key, level: level)
      refusedExpected = levels[child].kind
      throw Refusal(.wrongType, found: value.kind)
    }
  }

  private func isEmptyText(_ value: RawValue) -> Bool { value.kind == .string && value.bytes.count == 0 }

  // MARK: Fields that nothing maps

  private func takeUnmapped(
    _ key: UnsafeRawBufferPointer, _ value: RawValue, field found: Int, level: Int, isValue: Bool = true
  ) {
    if found >= 0, levels[level].fields[found].isIgnored { return }
    if level == 0, keepsRest {
      restKeys.append(key)
      restValues.append(value)
      return
    }
    if unmapped.rule == .ignore || levels[level].isCovered { return }
    if levels[level].kind == .array { return takeElement(key, value, level: level) }
    var index = found
    if index < 0 {
      guard levels[level].fields.count < Self.unmappedNamesPerLevel else {
        return unmapped.noteOverflow(value.kind)
      }
      add(key, slot: -1, child: -1, isIgnored: false, to: level)
      index = levels[level].fields.count - 1
      levels[level].expected = index + 1
    }
    if levels[level].fields[index].tally < 0 {
      levels[level].fields[index].tally = unmapped.add(path(of: key, level: level))
    }
    unmapped.note(levels[level].fields[index].tally, value.kind, isValue: isValue)
  }

  /// Elements that no path names are one count, not one for each place.
  private func takeElement(_ key: UnsafeRawBufferPointer, _ value: RawValue, level: Int) {
    if levels[level].ignoresElements { return }
    if levels[level].elements < 0 {
      let place = Int32(String(decoding: key, as: UTF8.self))
      levels[level].elements = unmapped.add(levels[level].path + "[]", place: place)
    }
    unmapped.note(levels[level].elements, value.kind)
  }

  private func path(of key: UnsafeRawBufferPointer, level: Int) -> String {
    let name = String(decoding: key, as: UTF8.self)
    let parent = levels[level].path
    if levels[level].kind == .array { return "\(parent)[\(name)]" }
    return (parent.isEmpty ? "" : parent + ".") + FieldName.written(name)
  }

  // MARK: The table of names

  @inline(__always)
  private func find(_ key: UnsafeRawBufferPointer, level: Int) -> Int {
    let expected = levels[level].expected
    if expected < levels[level].fields.count, Self.equal(levels[level].fields[expected].key, key) {
      levels[level].expected = expected &+ 1
      return expected
    }
    let mask = levels[level].table.count &- 1
    var place = Int(truncatingIfNeeded: Self.hash(key)) & mask
    while true {
      let index = Int(levels[level].table[place])
      if index < 0 { return -1 }
      if Self.equal(levels[level].fields[index].key, key) {
        levels[level].expected = index &+ 1
        return index
      }
      place = (place &+ 1) & mask
    }
  }

  private func add(
    _ key: UnsafeRawBufferPointer, slot: Int32, child: Int32, isIgnored: Bool, to level: Int
  ) {
    let copy = UnsafeMutableRawPointer.allocate(byteCount: max(1, key.count), alignment: 1)
    if let start = key.baseAddress { copy.copyMemory(from: start, byteCount: key.count) }
    owned.append(copy)
    let kept = UnsafeRawBufferPointer(start: copy, count: key.count)
    levels[level].fields.append(Field(key: kept, slot: slot, child: child, isIgnored: isIgnored))
    if levels[level].fields.count * 2 > levels[level].table.count {
      levels[level].table = Array(repeating: -1, count: levels[level].table.count * 2)
      for index in levels[level].fields.indices { place(index, level: level) }
    } else {
      place(levels[level].fields.count - 1, level: level)
    }
  }

  private func place(_ index: Int, level: Int) {
    let mask = levels[level].table.count - 1
    var place = Int(truncatingIfNeeded: Self.hash(levels[level].fields[index].key)) & mask
    while levels[level].table[place] >= 0 { place = (place + 1) & mask }
    levels[level].table[place] = Int32(index)
  }

  /// FNV-1a, 64 bits: short keys, no adversary that gains anything (a level holds a bounded number of names).
  @inline(__always)
  private static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash ^ (hash >> 32)
  }

  @inline(__always)
  private static func equal(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    var index = 0
    while index &+ 8 <= a.count {
      if a.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        != b.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      {
        return false
      }
      index &+= 8
    }
    while index < a.count {
      if a[index] != b[index] { return false }
      index &+= 1
    }
    return true
  }
}
