/// Checks of text bytes, eight at a time where they are ASCII.
public enum UTF8Check {
  /// Whether the bytes are UTF-8, by the Unicode standard's table 3-7: no overlong forms, no surrogates, nothing beyond
  /// U+10FFFF.
  public static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let base = bytes.baseAddress else { return true }
    let count = bytes.count
    var offset = 0
    while offset < count {
      if offset &+ 8 <= count {
        let word = UInt64(littleEndian: (base + offset).loadUnaligned(as: UInt64.self))
        let high = word & ByteWord.highBits
        offset &+= high == 0 ? 8 : high.trailingZeroBitCount >> 3
        if high == 0 { continue }
      }
      let length = sequenceLength(base + offset, count: count &- offset)
      if length == 0 { return false }
      offset &+= length
    }
    return true
  }

  /// Whether a byte 0 is among the bytes.
  public static func containsNUL(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let base = bytes.baseAddress else { return false }
    let count = bytes.count
    var offset = 0
    while offset &+ 8 <= count {
      let word = (base + offset).loadUnaligned(as: UInt64.self)
      if ByteWord.zeros(word) != 0 { return true }
      offset &+= 8
    }
    while offset < count {
      if base.load(fromByteOffset: offset, as: UInt8.self) == 0 { return true }
      offset &+= 1
    }
    return false
  }

  /// How many Unicode scalars UTF-8 bytes are, which is what PostgreSQL counts for `varchar(n)`.
  public static func scalarCount(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    let count = bytes.count
    var continuations = 0
    var offset = 0
    while offset &+ 8 <= count {
      let word = (base + offset).loadUnaligned(as: UInt64.self)
      // A continuation byte is 10xxxxxx: its high bit is set, the next one isn't.
      continuations &+= (word & ~(word << 1) & ByteWord.highBits).nonzeroBitCount
      offset &+= 8
    }
    while offset < count {
      if base.load(fromByteOffset: offset, as: UInt8.self) & 0xC0 == 0x80 { continuations &+= 1 }
      offset &+= 1
    }
    return count &- continuations
  }

  /// Refuses what a PostgreSQL text can't hold.
  ///
  /// - Throws: `.invalidUTF8`, or `.containsNUL` for a byte 0.
  public static func check(_ bytes: UnsafeRawBufferPointer, found: ValueKind) throws(Refusal) {
    if !isValid(bytes) { throw Refusal(.invalidUTF8, found: found) }
    if containsNUL(bytes) { throw Refusal(.containsNUL, found: found) }
  }

  /// The length of the valid sequence that starts here, 1 to 4; 0 if there is none.
  @inline(__always) static func sequenceLength(_ start: UnsafeRawPointer, count: Int) -> Int {
    let lead = start.load(as: UInt8.self)
    if lead < 0x80 { return 1 }
    guard count >= 2 else { return 0 }
    let second = start.load(fromByteOffset: 1, as: UInt8.self)
    switch lead {
    case 0xC2...0xDF: return second & 0xC0 == 0x80 ? 2 : 0
    case 0xE0...0xEF:
      let least: UInt8 = lead == 0xE0 ? 0xA0 : 0x80
      let most: UInt8 = lead == 0xED ? 0x9F : 0xBF
      guard count >= 3, second >= least, second <= most else { return 0 }
      return start.load(fromByteOffset: 2, as: UInt8.self) & 0xC0 == 0x80 ? 3 : 0
    case 0xF0...0xF4:
      let least: UInt8 = lead == 0xF0 ? 0x90 : 0x80
      let most: UInt8 = lead == 0xF4 ? 0x8F : 0xBF
      guard count >= 4, second >= least, second <= most else { return 0 }
      guard start.load(fromByteOffset: 2, as: UInt8.self) & 0xC0 == 0x80 else { return 0 }
      return start.load(fromByteOffset: 3, as: UInt8.self) & 0xC0 == 0x80 ? 4 : 0
    default: return 0
    }
  }
}

/// Questions to eight bytes at once. Marks are the bytes' high bits; the lowest mark is exact, those above it may be too
/// many, as a borrow can run into them.
enum ByteWord {
  static let lowBits: UInt64 = 0x0101_0101_0101_0101
  static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// Marks the bytes that are 0.
  @inline(__always) static func zeros(_ word: UInt64) -> UInt64 { (word &- lowBits) & ~word & highBits }

  /// Marks the bytes that are `byte`.
  @inline(__always) static func equal(_ word: UInt64, to byte: UInt8) -> UInt64 {
    zeros(word ^ (lowBits &* UInt64(byte)))
  }

  /// Marks the ASCII bytes below `byte`, which is at most 0x80.
  @inline(__always) static func less(_ word: UInt64, than byte: UInt8) -> UInt64 {
    (word &- lowBits &* UInt64(byte)) & ~word & highBits
  }
}
