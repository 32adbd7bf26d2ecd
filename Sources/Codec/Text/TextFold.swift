/// Texts without the space around them, and in one case.
public enum TextFold {
  /// The bytes without the Unicode white space (property `White_Space`) at both ends; a part of them, not a copy.
  public static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var start = 0
    var end = bytes.count
    while start < end {
      let length = spaceLength(bytes, at: start, end: end)
      if length == 0 { break }
      start += length
    }
    while end > start {
      var length = 0
      for candidate in 1...min(3, end - start)
      where spaceLength(bytes, at: end - candidate, end: end) == candidate {
        length = candidate
      }
      if length == 0 { break }
      end -= length
    }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }

  /// The length of the white space character that starts here; 0 if there is none.
  private static func spaceLength(_ bytes: UnsafeRawBufferPointer, at offset: Int, end: Int) -> Int {
    let lead = bytes[offset]
    if lead == 0x20 || (lead >= 0x09 && lead <= 0x0D) { return 1 }
    if lead < 0xC2 || end - offset < 2 { return 0 }
    let second = bytes[offset + 1]
    // U+0085 and U+00A0.
    if lead == 0xC2 { return second == 0x85 || second == 0xA0 ? 2 : 0 }
    guard end - offset >= 3 else { return 0 }
    switch (lead, second, bytes[offset + 2]) {
    // U+1680; 2000…200A, 2028, 2029, 202F; 205F; 3000.
    case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8...0xA9), (0xE2, 0x80, 0xAF),
      (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80):
      return 3
    default: return 0
    }
  }

  /// Appends the text in lower case, by Unicode's full mappings without language or context.
  ///
  /// - Throws: `.invalidUTF8`, as there are no letters in other bytes.
  public static func appendLowercased(
    _ bytes: UnsafeRawBufferPointer, to out: inout ByteBuffer
  ) throws(Refusal) {
    try append(bytes, upper: false, to: &out)
  }

  /// Appends the text in upper case, by Unicode's full mappings without language: `ß` becomes `SS`.
  ///
  /// - Throws: `.invalidUTF8`, as there are no letters in other bytes.
  public static func appendUppercased(
    _ bytes: UnsafeRawBufferPointer, to out: inout ByteBuffer
  ) throws(Refusal) {
    try append(bytes, upper: true, to: &out)
  }

  private static func append(
    _ bytes: UnsafeRawBufferPointer, upper: Bool, to out: inout ByteBuffer
  ) throws(Refusal) {
    guard let base = bytes.baseAddress else { return }
    out.reserve(bytes.count)
    let firstLetter: UInt8 = upper ? 0x61 : 0x41
    var offset = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte < 0x80 {
        out.append(byte &- firstLetter < 26 ? byte ^ 0x20 : byte)
        offset += 1
        continue
      }
      let length = UTF8Check.sequenceLength(base + offset, count: bytes.count - offset)
      guard length > 0 else { throw Refusal(.invalidUTF8, found: .string) }
      var value = UInt32(byte) & (0xFF >> UInt32(length + 1))
      for next in 1..<length { value = value << 6 | UInt32(bytes[offset + next] & 0x3F) }
      guard let scalar = Unicode.Scalar(value) else { throw Refusal(.invalidUTF8, found: .string) }
      out.append(upper ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping)
      offset += length
    }
  }
}
