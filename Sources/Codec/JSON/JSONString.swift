/// JSON strings as PostgreSQL's `escape_json` writes them.
enum JSONString {
  /// Appends `bytes` between quotes, escaping the quote, the backslash and control characters, and nothing else.
  ///
  /// - Throws: `.invalidUTF8`, `.containsNUL`, `.tooLong` for what a `jsonb` can't hold.
  static func append(
    _ bytes: UnsafeRawBufferPointer, found: ValueKind, to out: inout ByteBuffer
  ) throws(Refusal) {
    let count = bytes.count
    guard count <= CanonicalJSON.longestString else { throw Refusal(.tooLong, found: found) }
    // Room for a whole word beyond what is left, all the way.
    out.reserve(count &+ 10)
    out.append(UInt8(ascii: "\""))
    guard let base = bytes.baseAddress else { return out.append(UInt8(ascii: "\"")) }
    var offset = 0
    while offset < count {
      if offset &+ 8 <= count {
        let word = UInt64(littleEndian: (base + offset).loadUnaligned(as: UInt64.self))
        let special = specials(word)
        out.base.storeBytes(of: word.littleEndian, toByteOffset: out.written, as: UInt64.self)
        let plain = special == 0 ? 8 : special.trailingZeroBitCount >> 3
        out.written &+= plain
        offset &+= plain
        if special == 0 { continue }
      }
      let byte = base.load(fromByteOffset: offset, as: UInt8.self)
      if byte >= 0x80 {
        let length = UTF8Check.sequenceLength(base + offset, count: count &- offset)
        guard length > 0 else { throw Refusal(.invalidUTF8, found: found) }
        (out.base + out.written).copyMemory(from: base + offset, byteCount: length)
        out.written &+= length
        offset &+= length
        continue
      }
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        out.base.storeBytes(of: byte, toByteOffset: out.written, as: UInt8.self)
        out.written &+= 1
      } else {
        if byte == 0 { throw Refusal(.containsNUL, found: found) }
        appendEscape(byte, to: &out)
        out.reserve(count &- offset &+ 10)
      }
      offset &+= 1
    }
    out.append(UInt8(ascii: "\""))
  }

  /// Marks the bytes that can't be copied as they are, in the sense of `ByteWord`.
  @inline(__always) private static func specials(_ word: UInt64) -> UInt64 {
    word & ByteWord.highBits | ByteWord.less(word, than: 0x20)
      | ByteWord.equal(word, to: UInt8(ascii: "\"")) | ByteWord.equal(word, to: UInt8(ascii: "\\"))
  }

  private static func appendEscape(_ byte: UInt8, to out: inout ByteBuffer) {
    out.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(byte)
    case 0x08: out.append(UInt8(ascii: "b"))
    case 0x09: out.append(UInt8(ascii: "t"))
    case 0x0A: out.append(UInt8(ascii: "n"))
    case 0x0C: out.append(UInt8(ascii: "f"))
    case 0x0D: out.append(UInt8(ascii: "r"))
    default:
      out.append("u00")
      out.append(Hex.digit(byte >> 4))
      out.append(Hex.digit(byte & 15))
    }
  }
}
