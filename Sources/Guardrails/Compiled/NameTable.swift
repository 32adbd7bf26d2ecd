/// Finds a name's number by its bytes, without allocating.
///
/// A table of open addressing that is at most half full, so that a name which isn't there is found to be missing soon.
struct NameTable: Sendable {
  /// The number that stands for a name which isn't there.
  static let missing = UInt32.max

  private struct Slot: Sendable {
    /// Where the name begins in `bytes`; negative for an empty slot.
    var start: Int32 = -1
    var count: Int32 = 0
    var number: UInt32 = NameTable.missing
  }

  private let slots: [Slot]
  private let bytes: [UInt8]
  private let mask: Int

  /// - Parameter names: each with its number; of a name that is there twice, the first counts.
  init(_ names: [(name: String, number: Int)]) {
    var size = 4
    while size < names.count * 2 { size *= 2 }
    var slots = [Slot](repeating: Slot(), count: size)
    var bytes: [UInt8] = []
    for (name, number) in names {
      let key = Array(name.utf8)
      var index = Int(truncatingIfNeeded: key.withUnsafeBytes(Self.hash)) & (size - 1)
      var isKnown = false
      while slots[index].start >= 0 {
        let start = Int(slots[index].start)
        if bytes[start..<start + Int(slots[index].count)].elementsEqual(key) {
          isKnown = true
          break
        }
        index = (index + 1) & (size - 1)
      }
      if isKnown { continue }
      slots[index] = Slot(
        start: Int32(bytes.count), count: Int32(key.count), number: UInt32(truncatingIfNeeded: number))
      bytes += key
    }
    self.slots = slots
    self.bytes = bytes
    mask = size - 1
  }

  /// The number of a name, or ``missing``.
  func number(of name: String) -> UInt32 {
    if let number = name.utf8.withContiguousStorageIfAvailable({ find(UnsafeRawBufferPointer($0)) }) {
      return number
    }
    // A text that came from another language's runtime and isn't UTF-8 inside.
    var copy = name
    return copy.withUTF8 { find(UnsafeRawBufferPointer($0)) }
  }

  private func find(_ key: UnsafeRawBufferPointer) -> UInt32 {
    var index = Int(truncatingIfNeeded: Self.hash(key)) & mask
    return slots.withUnsafeBufferPointer { slots in
      bytes.withUnsafeBytes { bytes in
        while slots[index].start >= 0 {
          let slot = slots[index]
          if Int(slot.count) == key.count, Self.isSame(key, bytes, from: Int(slot.start)) {
            return slot.number
          }
          index = (index + 1) & mask
        }
        return Self.missing
      }
    }
  }

  private static func isSame(_ key: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer, from start: Int)
    -> Bool
  {
    var index = 0
    while index + 8 <= key.count {
      let one = key.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      if one != bytes.loadUnaligned(fromByteOffset: start + index, as: UInt64.self) { return false }
      index += 8
    }
    while index < key.count {
      if key[index] != bytes[start + index] { return false }
      index += 1
    }
    return true
  }

  /// Eight bytes at a time. Names come from a mapping file, not from an attacker who picks them to collide; and what is asked
  /// for can't make the table longer.
  static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
    let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
    var hash = UInt64(truncatingIfNeeded: key.count) &* factor
    var index = 0
    while index + 8 <= key.count {
      hash = (hash ^ key.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* factor
      hash ^= hash >> 32
      index += 8
    }
    var rest: UInt64 = 0
    while index < key.count {
      rest = rest << 8 | UInt64(key[index])
      index += 1
    }
    hash = (hash ^ rest) &* factor
    return hash ^ (hash >> 29)
  }
}
