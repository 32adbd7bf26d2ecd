/// The fields of one place in the documents, found by name without allocating.
struct FieldTable {
  private(set) var fields: [FieldCounter] = []
  /// Places in `fields`, or -1; open addressing, never more than half full.
  private var slots: [Int32] = Array(repeating: -1, count: 16)
  /// The field that followed the last one that was found: documents mostly repeat their order.
  private var expected = 0

  /// Begins another document: its first field is expected next.
  mutating func begin() { expected = 0 }

  mutating func find(_ name: UnsafeRawBufferPointer) -> FieldCounter? {
    if expected < fields.count, fields[expected].isNamed(name) {
      expected &+= 1
      return fields[expected &- 1]
    }
    var slot = Self.hash(name) & (slots.count &- 1)
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if fields[index].isNamed(name) {
        expected = index &+ 1
        return fields[index]
      }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    return nil
  }

  /// Adds a field that isn't there yet.
  mutating func add(_ field: FieldCounter) {
    fields.append(field)
    expected = fields.count
    if fields.count * 2 > slots.count {
      slots = Array(repeating: -1, count: slots.count * 2)
      for index in fields.indices { place(index) }
    } else {
      place(fields.count - 1)
    }
  }

  private mutating func place(_ index: Int) {
    var slot = fields[index].name.withUnsafeBytes { Self.hash($0) } & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = Int32(index)
  }

  /// FNV-1a: names are short, and a table holds a bounded number of them.
  private static func hash(_ name: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(truncatingIfNeeded: (hash ^ (hash >> 32)) & 0x7FFF_FFFF)
  }
}
