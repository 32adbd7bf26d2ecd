/// UUIDs: their text, and the byte orders in which old drivers stored them.
public enum UUIDText {
  /// Appends 16 bytes as PostgreSQL prints a UUID: lower-case digits in groups of 8, 4, 4, 4 and 12.
  ///
  /// - Throws: `.wrongType` unless there are 16 bytes.
  public static func append(_ bytes: UnsafeRawBufferPointer, to out: inout ByteBuffer) throws(Refusal) {
    guard bytes.count == 16 else { throw Refusal(.wrongType, found: .binary) }
    out.reserve(36)
    for index in 0..<16 {
      if index == 4 || index == 6 || index == 8 || index == 10 { out.append(UInt8(ascii: "-")) }
      out.append(Hex.digit(bytes[index] >> 4))
      out.append(Hex.digit(bytes[index] & 15))
    }
  }

  /// The two halves, most significant bytes first, of a UUID's text: 32 digits in upper or lower case, with hyphens
  /// after 8, 12, 16 and 20 of them or with none, and with or without braces around. Nil for any other text.
  public static func parse(_ text: UnsafeRawBufferPointer) -> (UInt64, UInt64)? {
    var start = 0
    var end = text.count
    if end > 2, text[0] == UInt8(ascii: "{"), text[end - 1] == UInt8(ascii: "}") {
      start = 1
      end -= 1
    }
    let hasHyphens = end - start == 36
    guard hasHyphens || end - start == 32 else { return nil }
    var halves: (high: UInt64, low: UInt64) = (0, 0)
    var offset = start
    for index in 0..<32 {
      if hasHyphens, index == 8 || index == 12 || index == 16 || index == 20 {
        guard text[offset] == UInt8(ascii: "-") else { return nil }
        offset += 1
      }
      guard let digit = Hex.value(text[offset]) else { return nil }
      offset += 1
      if index < 16 {
        halves.high = halves.high << 4 | UInt64(digit)
      } else {
        halves.low = halves.low << 4 | UInt64(digit)
      }
    }
    return halves
  }

  /// The two halves of the UUID that stands for an ObjectId: its first six bytes, `80 00`, `80 00`, its last six bytes.
  ///
  /// Version 8 and the variant of RFC 9562 are in the fixed bytes, so that no UUID of another version can be the same; and
  /// different ObjectIds have different UUIDs, in the same order.
  public static func derived(objectID: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
    var high: UInt64 = 0
    var low: UInt64 = 0
    for index in 0..<6 {
      high = high << 8 | UInt64(objectID[index])
      low = low << 8 | UInt64(objectID[index + 6])
    }
    return (high << 16 | 0x8000, low | 0x8000 << 48)
  }

  /// The two halves, most significant bytes first, of a UUID that a driver stored in `order`; nil unless there are 16
  /// bytes.
  ///
  /// Java wrote each half back to front; C# the first group of 4 bytes and the next two of 2.
  public static func reorder(_ bytes: UnsafeRawBufferPointer, _ order: UUIDOrder) -> (UInt64, UInt64)? {
    guard bytes.count == 16 else { return nil }
    let high = bytes.loadUnaligned(as: UInt64.self)
    let low = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    switch order {
    case .standard: return (UInt64(bigEndian: high), UInt64(bigEndian: low))
    case .java: return (UInt64(littleEndian: high), UInt64(littleEndian: low))
    case .csharp:
      let first = UInt64(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
      let second = UInt64(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self)))
      let third = UInt64(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 6, as: UInt16.self)))
      return (first << 32 | second << 16 | third, UInt64(bigEndian: low))
    }
  }
}
