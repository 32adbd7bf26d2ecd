/// The 12 bytes of a MongoDB ObjectId.
public struct ObjectID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The first 8 bytes, most significant first.
  public var high: UInt64
  /// The last 4 bytes, most significant first.
  public var low: UInt32

  /// From its two parts.
  public init(high: UInt64, low: UInt32) {
    self.high = high
    self.low = low
  }

  /// From 12 bytes; nil for another number of them.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 12 else { return nil }
    high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
    low = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
  }

  /// From 24 hexadecimal digits; nil for any other text.
  public init?(_ hex: String) {
    guard hex.utf8.count == 24, hex.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
      let high = UInt64(hex.prefix(16), radix: 16), let low = UInt32(hex.suffix(8), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
  }

  /// The 24 hexadecimal digits, in lower case.
  public var description: String {
    let first = String(high, radix: 16)
    let last = String(low, radix: 16)
    return String(repeating: "0", count: 16 - first.utf8.count) + first
      + String(repeating: "0", count: 8 - last.utf8.count) + last
  }

  /// In the order of the bytes, which is MongoDB's.
  public static func < (left: ObjectID, right: ObjectID) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }

  func append(to buffer: inout ByteBuffer) {
    buffer.appendBigEndian(high)
    buffer.appendBigEndian(low)
  }
}
