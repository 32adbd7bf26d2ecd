/// Values that go into a row as they are, or nearly so: most columns of most records. What is unusual about one, be it a rule
/// for its absence or a reason to refuse it, is left to the long way, which says the same of all others.
extension ValueEncoder {
  /// Appends the first `count` columns.
  ///
  /// - Parameters:
  ///   - offsets: Become where each column's field begins. When it throws, the last of them to be set is the column's that was
  ///     refused, whose index is ``currentColumn``.
  mutating func append(
    columns count: Int, slots: UnsafeMutablePointer<RawValue>, offsets: UnsafeMutablePointer<Int>,
    to out: inout ByteBuffer
  ) throws(Refusal) {
    for index in 0..<count {
      offsets[index] = out.count
      if Self.appendPlainly(codes + index, slots, to: &out) { continue }
      currentColumn = index
      try append(column: index, slots: slots, to: &out)
    }
  }

  /// Appends the column if its value is an ordinary one; else the buffer stays as it was.
  @inline(__always)
  private static func appendPlainly(
    _ code: UnsafePointer<ColumnCode>, _ slots: UnsafeMutablePointer<RawValue>, to out: inout ByteBuffer
  ) -> Bool {
    let plain = code.pointee.plain
    if plain == .no { return false }
    let value = slots + Int(code.pointee.slot)
    switch (value.pointee.kind, plain) {
    case (.missing, _):
      guard code.pointee.missing == .null else { return false }
      out.appendBigEndian(Int32(-1))
    case (.null, _):
      guard code.pointee.null == .null else { return false }
      out.appendBigEndian(Int32(-1))
    case (.string, .text), (.string, .canonicalText):
      let text = value.pointee.bytes
      if text.count == 0, code.pointee.empty != .keep { return false }
      return out.appendField(text: text)
    case (.objectID, .canonicalText):
      guard value.pointee.bytes.count == 12, let start = value.pointee.bytes.baseAddress else { return false }
      out.reserve(28)
      out.appendReserved(Int32(24))
      for part in 0..<3 {
        let digits = Hex.digits(
          UInt32(bigEndian: start.loadUnaligned(fromByteOffset: part &* 4, as: UInt32.self)))
        out.appendReserved(digits)
      }
    case (.int32, .bigint), (.int64, .bigint):
      out.appendField(value.pointee.integer)
    case (.int32, .integer), (.int64, .integer):
      guard let exact = Int32(exactly: value.pointee.integer) else { return false }
      out.appendField(exact)
    case (.double, .double):
      out.appendField(value.pointee.bits)
    case (.bool, .boolean):
      out.appendField(UInt8(value.pointee.bits == 0 ? 0 : 1))
    case (.int64, .booleanNumber) where value.pointee.bits <= 1:
      out.appendField(UInt8(value.pointee.bits))
    case (.date, .instant), (.int64, .milliseconds):
      // Times from 1970 to 9999, which overflow nothing; others are judged the long way.
      let milliseconds = value.pointee.integer
      guard milliseconds >= 0, milliseconds < 253_402_300_800_000 else { return false }
      out.appendField(milliseconds &* 1000 &- PostgresTime.unixEpochMicroseconds)
    default: return false
    }
    return true
  }
}

extension ColumnCode {
  /// Which ordinary values a column takes without further ado.
  enum Plain: UInt8 {
    /// None.
    case no
    case text
    /// Text, and an ObjectId as its digits.
    case canonicalText
    case integer, bigint, double, boolean
    /// 0 and 1.
    case booleanNumber
    /// A date, as a timestamp.
    case instant
    /// A whole number of milliseconds since 1970, as a timestamp.
    case milliseconds
  }

  /// What `plain` is for a column with these transforms.
  func plain(_ transforms: [Transform]) -> Plain {
    guard slot >= 0, alternativeCount == 0, transforms.count <= 1 else { return .no }
    switch (wire, transforms.first) {
    case (.text, nil): return maxLength < 0 ? .text : .no
    case (.text, .text): return maxLength < 0 ? .canonicalText : .no
    case (.int4, nil): return .integer
    case (.int8, nil): return .bigint
    case (.float8, nil): return .double
    case (.bool, nil): return .boolean
    case (.bool, .boolean([], [])): return .booleanNumber
    case (.timestamp, nil), (.timestamptz, nil): return .instant
    case (.timestamp, .epoch(.milliseconds)), (.timestamptz, .epoch(.milliseconds)): return .milliseconds
    default: return .no
    }
  }
}

extension ByteBuffer {
  /// Appends an integer for which there is room.
  @inline(__always)
  mutating func appendReserved<T: FixedWidthInteger>(_ value: T) {
    base.storeBytes(of: value.bigEndian, toByteOffset: written, as: T.self)
    written &+= MemoryLayout<T>.size
  }

  /// Appends a field that is one integer: its length, then itself.
  @inline(__always)
  mutating func appendField<T: FixedWidthInteger>(_ value: T) {
    reserve(4 &+ MemoryLayout<T>.size)
    appendReserved(Int32(truncatingIfNeeded: MemoryLayout<T>.size))
    appendReserved(value)
  }

  /// Appends a field that is a text, copied and checked in one go.
  ///
  /// - Returns: false for what a text can't hold; nothing is appended then.
  @inline(__always)
  mutating func appendField(text: UnsafeRawBufferPointer) -> Bool {
    let count = text.count
    guard count <= ValueEncoder.longestField else { return false }
    reserve(4 &+ count)
    let target = base + (written &+ 4)
    if count > 0, let source = text.baseAddress {
      // The bits of all words, and marks wherever a byte is 0.
      var (all, zeros): (UInt64, UInt64) = (0, 0)
      if count >= 8 {
        var offset = 0
        while offset &+ 8 <= count {
          let word = source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          (all, zeros) = (all | word, zeros | ByteWord.zeros(word))
          target.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
          offset &+= 8
        }
        // The last word overlaps the one before it.
        let word = source.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        (all, zeros) = (all | word, zeros | ByteWord.zeros(word))
        target.storeBytes(of: word, toByteOffset: count &- 8, as: UInt64.self)
      } else if count >= 4 {
        let first = source.loadUnaligned(as: UInt32.self)
        let last = source.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
        let word = UInt64(first) | UInt64(last) << 32
        (all, zeros) = (word, ByteWord.zeros(word))
        target.storeBytes(of: first, as: UInt32.self)
        target.storeBytes(of: last, toByteOffset: count &- 4, as: UInt32.self)
      } else {
        for offset in 0..<count {
          let byte = source.load(fromByteOffset: offset, as: UInt8.self)
          (all, zeros) = (all | UInt64(byte), zeros | (UInt64(byte) &- 1) & ~UInt64(byte))
          target.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
        }
      }
      if zeros & ByteWord.highBits != 0 { return false }
      if all & ByteWord.highBits != 0, !UTF8Check.isValid(text) { return false }
    }
    base.storeBytes(of: Int32(truncatingIfNeeded: count).bigEndian, toByteOffset: written, as: Int32.self)
    written &+= 4 &+ count
    return true
  }
}
