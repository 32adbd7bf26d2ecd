extension PostgresNumeric {
  /// The scale to write: the type's, or else the value's own.
  static func displayScale(
    trailingPower: Int?, own: Int, precision: Int?, typeScale: Int?, found: ValueKind
  ) throws(Refusal) -> Int {
    guard let scale = typeScale ?? (precision == nil ? nil : 0) else {
      if own > maximumScale { throw Refusal(.outOfRange, found: found) }
      return own
    }
    if let trailingPower, trailingPower < -scale { throw Refusal(.notExact, found: found) }
    // A negative scale (hundreds, thousands) shows no digits after the point.
    return max(0, scale)
  }

  /// Refuses a value with too many digits before the point. For 0.0012 the count is -2.
  static func check(integerDigits: Int, precision: Int?, typeScale: Int?, found: ValueKind) throws(Refusal) {
    let limit = precision.map { $0 - (typeScale ?? 0) } ?? maximumIntegerDigits
    if integerDigits > limit { throw Refusal(.outOfRange, found: found) }
  }

  static func append(
    _ value: DecimalValue, precision: Int?, typeScale: Int?, found: ValueKind, to out: inout ByteBuffer
  ) throws(Refusal) {
    let own = max(0, -value.exponent)
    if value.coefficient == 0 {
      let scale = try displayScale(
        trailingPower: nil, own: own, precision: precision, typeScale: typeScale, found: found)
      return appendHeader(count: 0, weight: 0, sign: 0, scale: scale, to: &out)
    }
    let scale = try displayScale(
      trailingPower: trailingPower(value, typeScale: typeScale ?? (precision == nil ? nil : 0)), own: own,
      precision: precision, typeScale: typeScale, found: found)
    let integerDigits = DecimalDigits.count(wide: value.coefficient) + value.exponent
    try check(integerDigits: integerDigits, precision: precision, typeScale: typeScale, found: found)
    // Makes the exponent a multiple of four, the digits of one group; at most 37 digits are left, which fit.
    let shift = value.exponent & 3
    let aligned = shift == 0 ? value.coefficient : value.coefficient * UInt128(DecimalDigits.powers[shift])
    appendGroups(
      aligned, lastGroup: (value.exponent - shift) >> 2, isNegative: value.isNegative, scale: scale, to: &out)
  }

  /// The power of the last digit that isn't zero, looked for only as far as the scale asks.
  private static func trailingPower(_ value: DecimalValue, typeScale: Int?) -> Int {
    guard let typeScale, value.exponent < -typeScale else { return value.exponent }
    var rest = value.coefficient
    var power = value.exponent
    while power < -typeScale {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      if digit != 0 { break }
      rest = quotient
      power += 1
    }
    return power
  }

  /// Writes `coefficient`, whose last group has weight `lastGroup`.
  private static func appendGroups(
    _ coefficient: UInt128, lastGroup: Int, isNegative: Bool, scale: Int, to out: inout ByteBuffer
  ) {
    var groups = InlineArray<10, UInt16>(repeating: 0)
    var count = 0
    var trailing = 0
    var wide = coefficient
    while wide > UInt128(UInt64.max) {
      let (high, low) = wide.quotientAndRemainder(dividingBy: 10_000_000_000_000_000)
      var rest = UInt64(low)
      for _ in 0..<4 {
        groups[count] = UInt16(rest % 10000)
        rest /= 10000
        count &+= 1
      }
      wide = high
    }
    var rest = UInt64(wide)
    while rest != 0 {
      groups[count] = UInt16(rest % 10000)
      rest /= 10000
      count &+= 1
    }
    while trailing < count, groups[trailing] == 0 { trailing &+= 1 }
    appendHeader(
      count: count - trailing, weight: lastGroup + count - 1, sign: isNegative ? 0x4000 : 0, scale: scale,
      to: &out)
    while count > trailing {
      count &-= 1
      out.appendBigEndian(groups[count])
    }
  }

  /// Writes the digits of a text in groups of four around the point.
  static func appendDigits(_ number: ScannedDecimal, scale: Int, to out: inout ByteBuffer) {
    let weight = number.leadingPower >> 2
    appendHeader(
      count: weight - (number.trailingPower >> 2) + 1, weight: weight, sign: number.isNegative ? 0x4000 : 0,
      scale: scale, to: &out)
    var group: UInt16 = 0
    var power = number.leadingPower
    for offset in number.first...number.last where number.digits[offset] != UInt8(ascii: ".") {
      group = group &* 10 &+ UInt16(number.digits[offset] &- 0x30)
      if power & 3 == 0 {
        out.appendBigEndian(group)
        group = 0
      }
      power &-= 1
    }
    let missing = number.trailingPower & 3
    if missing != 0 {
      out.appendBigEndian(group &* UInt16(truncatingIfNeeded: DecimalDigits.powers[missing]))
    }
  }

  static func appendHeader(count: Int, weight: Int, sign: UInt16, scale: Int, to out: inout ByteBuffer) {
    // The count of digits is unsigned on the wire: 36864 groups are the most.
    out.appendBigEndian(UInt16(truncatingIfNeeded: count))
    out.appendBigEndian(Int16(truncatingIfNeeded: weight))
    out.appendBigEndian(sign)
    out.appendBigEndian(UInt16(truncatingIfNeeded: scale))
  }
}
