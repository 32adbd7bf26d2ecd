extension JSONText {
  /// Rewrites the string that starts here.
  mutating func appendString(scratch: inout ByteBuffer, to out: inout ByteBuffer) throws(Refusal) {
    switch try stringKey(scratch: &scratch) {
    case .inPlace(let bytes): try JSONString.append(bytes, found: .string, to: &out)
    case .inScratch(let start, let count):
      let bytes = UnsafeRawBufferPointer(rebasing: scratch.bytes[start..<start + count])
      try JSONString.append(bytes, found: .string, to: &out)
      scratch.truncate(to: start)
    }
  }

  /// Moves past the string that starts here: its bytes lie in the text, or in the scratch buffer if it has escapes. That
  /// the bytes are UTF-8 is checked where they are written.
  mutating func stringKey(scratch: inout ByteBuffer) throws(Refusal) -> MemberList.Key {
    offset &+= 1
    let start = offset
    try skipPlain()
    if byte == UInt8(ascii: "\"") {
      let bytes = part(from: start)
      offset &+= 1
      return .inPlace(bytes)
    }
    let mark = scratch.count
    scratch.append(part(from: start))
    while byte == UInt8(ascii: "\\") {
      try appendEscaped(to: &scratch)
      let plain = offset
      try skipPlain()
      scratch.append(part(from: plain))
    }
    offset &+= 1
    return .inScratch(offset: mark, count: scratch.count - mark)
  }

  /// Moves to the next quote or backslash.
  private mutating func skipPlain() throws(Refusal) {
    while offset < count {
      if offset &+ 8 <= count {
        let word = UInt64(littleEndian: (base + offset).loadUnaligned(as: UInt64.self))
        let special =
          ByteWord.less(word, than: 0x20) | ByteWord.equal(word, to: UInt8(ascii: "\""))
          | ByteWord.equal(word, to: UInt8(ascii: "\\"))
        if special == 0 {
          offset &+= 8
          continue
        }
        offset &+= special.trailingZeroBitCount >> 3
      }
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): return
      case 0..<0x20: throw Self.invalid
      default: offset &+= 1
      }
    }
    throw Self.invalid
  }

  private mutating func appendEscaped(to out: inout ByteBuffer) throws(Refusal) {
    offset &+= 1
    let escape = byte
    guard offset < count else { throw Self.invalid }
    offset &+= 1
    switch Unicode.Scalar(escape) {
    case "\"", "\\", "/": out.append(escape)
    case "b": out.append(0x08)
    case "f": out.append(0x0C)
    case "n": out.append(0x0A)
    case "r": out.append(0x0D)
    case "t": out.append(0x09)
    case "u": try appendScalar(to: &out)
    default: throw Self.invalid
    }
  }

  private mutating func appendScalar(to out: inout ByteBuffer) throws(Refusal) {
    var value = try hexadecimal()
    if value == 0, !keepsNUL { throw Refusal(.containsNUL, found: .string) }
    if value >> 10 == 0xD800 >> 10 {
      // The first half of a pair: the second has to follow at once.
      guard byte == UInt8(ascii: "\\") else { throw Self.invalid }
      offset &+= 1
      guard byte == UInt8(ascii: "u") else { throw Self.invalid }
      offset &+= 1
      let second = try hexadecimal()
      guard second >> 10 == 0xDC00 >> 10 else { throw Self.invalid }
      value = 0x10000 + (value & 0x3FF) << 10 + second & 0x3FF
    }
    guard let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) else { throw Self.invalid }
    for byte in encoded { out.append(byte) }
  }

  private mutating func hexadecimal() throws(Refusal) -> UInt32 {
    guard count - offset >= 4 else { throw Self.invalid }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Hex.value(byte) else { throw Self.invalid }
      value = value << 4 | UInt32(digit)
      offset &+= 1
    }
    return value
  }
}
