/// Whole numbers as decimal text.
public enum IntegerText {
  /// Appends the shortest decimal text of `value`.
  public static func append(_ value: Int64, to out: inout ByteBuffer) {
    if value < 0 { out.append(UInt8(ascii: "-")) }
    append(magnitude: value.magnitude, to: &out)
  }

  /// Appends the digits of `magnitude`, without leading zeros.
  public static func append(magnitude: UInt64, to out: inout ByteBuffer) {
    append(magnitude, width: DecimalDigits.count(magnitude), to: &out)
  }

  /// Appends exactly `width` digits of `value`, with leading zeros where it is shorter.
  static func append(_ value: UInt64, width: Int, to out: inout ByteBuffer) {
    out.reserve(width)
    let start = out.base + out.written
    var offset = width
    var rest = value
    while offset >= 2 {
      offset &-= 2
      let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
      let tens = (pair &* 103) >> 10
      // Both digits in one store, the first of them in the low byte.
      let digits = UInt16(truncatingIfNeeded: 0x3030 | tens | (pair &- tens &* 10) << 8)
      start.storeBytes(of: digits.littleEndian, toByteOffset: offset, as: UInt16.self)
      rest = quotient
    }
    if offset == 1 {
      start.storeBytes(of: 0x30 | UInt8(truncatingIfNeeded: rest % 10), as: UInt8.self)
    }
    out.written &+= width
  }

  /// Appends the digits of a magnitude of up to 38 digits.
  static func append(wide magnitude: UInt128, to out: inout ByteBuffer) {
    if magnitude <= UInt128(UInt64.max) { return append(magnitude: UInt64(magnitude), to: &out) }
    let (high, low) = magnitude.quotientAndRemainder(dividingBy: 10_000_000_000_000_000)
    append(wide: high, to: &out)
    append(UInt64(low), width: 16, to: &out)
  }

  /// Reads an optional minus sign and digits; nil for anything else, spaces and a plus sign included, and for
  /// numbers beyond 64 bits.
  public static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard let first = text.first else { return nil }
    let negative = first == UInt8(ascii: "-")
    var offset = negative ? 1 : 0
    guard offset < text.count else { return nil }
    var value: Int64 = 0
    while offset < text.count {
      let digit = text[offset] &- 0x30
      guard digit < 10 else { return nil }
      // Accumulates below zero, where the smallest number has room.
      let (product, tooBig) = value.multipliedReportingOverflow(by: 10)
      let (difference, tooSmall) = product.subtractingReportingOverflow(Int64(digit))
      guard !tooBig, !tooSmall else { return nil }
      value = difference
      offset &+= 1
    }
    if negative { return value }
    return value == .min ? nil : -value
  }
}

/// Powers of ten and digit counts.
enum DecimalDigits {
  static let powers: InlineArray<20, UInt64> = [
    1, 10, 100, 1000, 10000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]

  /// How many decimal digits `value` has; 1 for zero.
  static func count(_ value: UInt64) -> Int {
    // log10(2) is about 1233 / 4096: the estimate is right or one too small.
    let estimate = ((64 &- value.leadingZeroBitCount) &* 1233) >> 12
    return value < powers[estimate] ? max(1, estimate) : estimate &+ 1
  }

  /// How many decimal digits `value` has; 1 for zero.
  static func count(wide value: UInt128) -> Int {
    if value <= UInt128(UInt64.max) { return count(UInt64(value)) }
    return 16 + count(wide: value / 10_000_000_000_000_000)
  }

  /// Ten to the power of `exponent`, which is at most 38.
  static func power(_ exponent: Int) -> UInt128 {
    exponent <= 19
      ? UInt128(powers[exponent]) : UInt128(powers[19]) * UInt128(powers[exponent - 19])
  }
}
