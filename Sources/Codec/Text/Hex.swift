/// Bytes as hexadecimal text.
public enum Hex {
  /// Appends two lower-case digits a byte.
  public static func append(_ bytes: UnsafeRawBufferPointer, to out: inout ByteBuffer) {
    out.reserve(bytes.count * 2)
    for byte in bytes {
      out.append(digit(byte >> 4))
      out.append(digit(byte & 15))
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

  /// The digit for a value below 16.
  @inline(__always) static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  /// What a digit is worth; nil for another character.
  @inline(__always) static func value(_ digit: UInt8) -> UInt8? {
    if digit &- 0x30 < 10 { return digit &- 0x30 }
    let letter = digit | 0x20
    return letter &- 0x61 < 6 ? letter &- 0x57 : nil
  }
}
