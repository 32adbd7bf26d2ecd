internal import Codec

/// Keys that grow with the index, as those of a real driver grow with time: a time, a part that stays, a counter.
enum MeasuredKey {
  static func objectID(_ index: Int, salt: UInt8) -> ObjectID {
    let time = UInt64(1_600_000_000 + index / 8)
    return ObjectID(
      high: time << 32 | UInt64(salt) << 24 | 0x5E_6D7A,
      low: 0x3C00_0000 | UInt32(truncatingIfNeeded: index & 0xFF_FFFF))
  }

  /// As 24 hexadecimal digits.
  static func text(_ index: Int, salt: UInt8) -> String { "\(objectID(index, salt: salt))" }
}
