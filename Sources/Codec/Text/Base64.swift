/// Bytes as base64 text (RFC 4648, section 4: the standard alphabet, with padding).
public enum Base64 {
  /// Appends four characters for every three bytes begun.
  public static func append(_ bytes: UnsafeRawBufferPointer, to out: inout ByteBuffer) {
    out.reserve((bytes.count + 2) / 3 * 4)
    var offset = 0
    while offset + 3 <= bytes.count {
      let group = UInt32(bytes[offset]) << 16 | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2])
      out.append(character(group >> 18))
      out.append(character(group >> 12 & 63))
      out.append(character(group >> 6 & 63))
      out.append(character(group & 63))
      offset += 3
    }
    let rest = bytes.count - offset
    if rest == 0 { return }
    let group = UInt32(bytes[offset]) << 16 | (rest == 2 ? UInt32(bytes[offset + 1]) << 8 : 0)
    out.append(character(group >> 18))
    out.append(character(group >> 12 & 63))
    out.append(rest == 2 ? character(group >> 6 & 63) : UInt8(ascii: "="))
    out.append(UInt8(ascii: "="))
  }

  /// Appends the bytes that a text means.
  ///
  /// The text must be just what `append` writes: padded, without spaces or line ends, and with zeros in the bits that
  /// no byte uses, so that a text and its bytes belong to each other alone.
  /// - Throws: `.invalidText` for any other text. Nothing is appended then.
  public static func decode(_ text: UnsafeRawBufferPointer, to out: inout ByteBuffer) throws(Refusal) {
    let start = out.count
    guard decodeGroups(text, to: &out) else {
      out.truncate(to: start)
      throw Refusal(.invalidText, found: .string)
    }
  }

  private static func decodeGroups(_ text: UnsafeRawBufferPointer, to out: inout ByteBuffer) -> Bool {
    guard text.count % 4 == 0 else { return false }
    out.reserve(text.count / 4 * 3)
    var offset = 0
    while offset < text.count {
      let isLast = offset + 4 == text.count
      var padding = 0
      if isLast, text[offset + 3] == UInt8(ascii: "=") {
        padding = text[offset + 2] == UInt8(ascii: "=") ? 2 : 1
      }
      var group: UInt32 = 0
      for index in 0..<4 - padding {
        guard let value = value(text[offset + index]) else { return false }
        group |= value << UInt32(18 - 6 * index)
      }
      out.append(UInt8(truncatingIfNeeded: group >> 16))
      if padding < 2 { out.append(UInt8(truncatingIfNeeded: group >> 8)) }
      if padding < 1 { out.append(UInt8(truncatingIfNeeded: group)) }
      if padding == 2, group & 0xFFFF != 0 { return false }
      if padding == 1, group & 0xFF != 0 { return false }
      offset += 4
    }
    return true
  }

  @inline(__always) private static func character(_ value: UInt32) -> UInt8 {
    let value = UInt8(truncatingIfNeeded: value)
    switch value {
    case 0..<26: return 0x41 &+ value
    case 26..<52: return 0x61 &+ value &- 26
    case 52..<62: return 0x30 &+ value &- 52
    case 62: return UInt8(ascii: "+")
    default: return UInt8(ascii: "/")
    }
  }

  @inline(__always) private static func value(_ character: UInt8) -> UInt32? {
    switch character {
    case 0x41...0x5A: UInt32(character - 0x41)
    case 0x61...0x7A: UInt32(character - 0x61) + 26
    case 0x30...0x39: UInt32(character - 0x30) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
