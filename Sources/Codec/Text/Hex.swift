/// Bytes as hexadecimal text.
public enum Hex {
  /// Appends two lower-case digits a byte.
  public static func append(_ bytes: UnsafeRawBufferPointer, to out: inout ByteBuffer) {
    out.reserve(bytes.count * 2)
    var offset = 0
    while offset &+ 4 <= bytes.count {
      out.appendReserved(
        digits(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))))
      offset &+= 4
    }
    while offset < bytes.count {
      out.append(digit(bytes[offset] >> 4))
      out.append(digit(bytes[offset] & 15))
      offset &+= 1
    }
  }

  /// Appends the bytes that an even number of digits means, in upper or lower case.
  ///
  /// - Throws: `.invalidText` for any other text. Nothing is appended then.
  public static func decode(_ text: UnsafeRawBufferPointer, to out: inout ByteBuffer) throws(Refusal) {
    guard text.count % 2 == 0 else { throw Refusal(.invalidText, found: .string) }
    let start = out.count
    out.reserve(text.count / 2)
    var offset = 0
    while offset < text.count {
      guard let high = value(text[offset]), let low = value(text[offset + 1]) else {
        out.truncate(to: start)
        throw Refusal(.invalidText, found: .string)
      }
      out.append(high << 4 | low)
      offset += 2
    }
  }

  /// The digits of four bytes, the first of them in the highest byte.
  @inline(__always) static func digits(_ value: UInt32) -> UInt64 {
    var nibbles = UInt64(value)
    nibbles = (nibbles | nibbles << 16) & 0x0000_FFFF_0000_FFFF
    nibbles = (nibbles | nibbles << 8) & 0x00FF_00FF_00FF_00FF
    nibbles = (nibbles | nibbles << 4) & 0x0F0F_0F0F_0F0F_0F0F
    let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & ByteWord.lowBits
    return nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
  }

  /// The digit for a value below 16.
  @inline(__always) static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  /// What a digit is worth; nil for another character.
  @inline(__always) static func value(_ digit: UInt8) -> UInt8? {
    if digit &- 0x30 < 10 { return digit &- 0x30 }
    let letter = digit | 0x20
    return letter &- 0x61 < 6 ? letter &- 0x57 : nil
  }
}
