/// Fills slots from a BSON document: a ``ShapePlan`` compiled into flat tables.
///
/// Fields that no path names are remembered with a count each. Nothing is allocated but for the first sight of such a field.
final class DocumentShape {
  struct Level: ~Copyable {
    let kind: ValueKind
    var names = FieldTable()
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

    init(_ plan: ShapePlan.LevelPlan) {
      kind = plan.kind
      path = plan.path
      isMapped = plan.isMapped
      ignoresElements = plan.ignoresElements
    }
  }
  /// A distinct unmapped name costs memory once; beyond this many a level counts them together.
  static let unmappedNamesPerLevel = 1000

  /// Plain memory: what a class stores is watched for overlapping accesses as the program runs, which would cost more than
  /// all the rest. Levels are only touched from the functions below, none of which hands one on while another changes it.
  private let levels: UnsafeMutablePointer<Level>
  private let levelCount: Int
  private let texts: [JSONTextField]
  /// Of the top level, the fields whose text is JSON.
  private let topTexts: [Int]
  /// Slots that a source with columns doesn't fill itself.
  private let innerSlots: [Int]
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
    levelCount = plan.levels.count
    let levels = UnsafeMutablePointer<Level>.allocate(capacity: levelCount)
    self.levels = levels
    for (index, level) in plan.levels.enumerated() { (levels + index).initialize(to: Level(level)) }
    levels[0].isCovered = wholeSlot != nil
    var (texts, topTexts, innerSlots) = ([JSONTextField](), [Int](), [Int]())
    for (index, level) in plan.levels.enumerated() {
      for field in level.fields {
        field.key.withUnsafeBytes {
          levels[index].names.add(
            $0, slot: Int32(field.slot ?? -1), child: Int32(field.child ?? -1), isIgnored: field.isIgnored)
        }
        if field.isJSONText, field.parsedSlot != nil || field.child != nil {
          let last = levels[index].names.count - 1
          levels[index].names.fields[last].text = Int32(texts.count)
          levels[index].names.fields[last].parsedSlot = Int32(field.parsedSlot ?? -1)
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
    self.texts = texts
    self.topTexts = topTexts
    self.innerSlots = innerSlots
  }

  deinit {
    levels.deinitialize(count: levelCount)
    levels.deallocate()
  }

  /// Empties the slots.
  func begin(_ slots: UnsafeMutablePointer<RawValue>) {
    slots.update(repeating: .missing, count: slotCount)
    record &+= 1
    forgetRefused()
    beginOthers()
  }

  /// Begins a record whose slots the source fills.
  func beginOthers() {
    levels[0].names.begin()
    if keepsRest {
      restKeys.removeAll(keepingCapacity: true)
      restValues.removeAll(keepingCapacity: true)
    }
  }

  private func forgetRefused() {
    if refusedPath == nil { return }
    refusedPath = nil
    refusedExpected = nil
  }

  /// Reads the JSON texts of a record whose columns the source has put into the slots.
  func fillTexts(_ slots: UnsafeMutablePointer<RawValue>) throws(Refusal) {
    if topTexts.isEmpty { return }
    record &+= 1
    forgetRefused()
    for slot in innerSlots { slots[slot] = .missing }
    for index in topTexts {
      let field = levels[0].names.fields[index]
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
    if levels[0].names.count == 0 && wholeSlot != nil { return }
    guard element.kind == .document else { throw Refusal(.wrongType, found: element.kind) }
    try fill(level: 0, element.bytes, slots)
  }

  /// Takes a field that isn't among the slots, for sources that know their fields without a document.
  func takeOther(_ key: UnsafeRawBufferPointer, _ value: RawValue) {
    takeUnmapped(key, value, field: levels[0].names.find(key), level: 0, isValue: value.kind != .null)
  }

  private func fill(level: Int, _ document: UnsafeRawBufferPointer, _ slots: UnsafeMutablePointer<RawValue>)
    throws(Refusal)
  {
    var reader = try BSONReader(document)
    let here = levels + level
    here.pointee.names.begin()
    while let type = reader.type {
      var found = here.pointee.names.takeExpected(&reader)
      if found < 0 {
        let key = try reader.name()
        found = here.pointee.names.findByHash(key)
        if found < 0 {
          takeUnmapped(key, try reader.value(type), field: found, level: level)
          continue
        }
      }
      let field = here.pointee.names.fields + found
      let value = try reader.value(type)
      let slot = Int(field.pointee.slot)
      if slot >= 0 {
        guard slots[slot].kind == .missing else {
          refusedPath = path(of: field.pointee.key, level: level)
          throw Refusal(.duplicateField, found: value.kind)
        }
        slots[slot] = value
        if field.pointee.child < 0, field.pointee.text < 0 { continue }
      }
      if slot >= 0 || field.pointee.child >= 0 || field.pointee.text >= 0 {
        try take(value, field.pointee, found, level: level, slots)
      } else {
        takeUnmapped(field.pointee.key, value, field: found, level: level)
      }
    }
  }

  /// Takes what is inside a field that is mapped: what its JSON text says, and the fields below it.
  private func take(
    _ source: RawValue, _ field: FieldTable.Field, _ found: Int, level: Int,
    _ slots: UnsafeMutablePointer<RawValue>
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
    if found >= 0, levels[level].names.fields[found].isIgnored { return }
    if level == 0, keepsRest {
      restKeys.append(key)
      restValues.append(value)
      return
    }
    if unmapped.rule == .ignore || levels[level].isCovered { return }
    if levels[level].kind == .array { return takeElement(key, value, level: level) }
    var index = found
    if index < 0 {
      guard levels[level].names.count < Self.unmappedNamesPerLevel else {
        return unmapped.noteOverflow(value.kind)
      }
      index = levels[level].names.addMet(key)
    }
    if levels[level].names.fields[index].tally < 0 {
      levels[level].names.fields[index].tally = unmapped.add(path(of: key, level: level))
    }
    unmapped.note(levels[level].names.fields[index].tally, value.kind, isValue: isValue)
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
}
