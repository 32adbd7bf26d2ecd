/// A decimal number in text of any length, found but not copied: where its significant digits are and what they are worth.
struct ScannedDecimal {
  var isNegative = false
  /// The mantissa: digits with at most one point among them.
  var digits: UnsafeRawBufferPointer
  /// Offsets in `digits` of the first and the last digit that isn't zero; `first` is -1 for zero.
  var first = -1
  var last = -1
  /// The powers of ten that the first and the last of these digits count.
  var leadingPower = 0
  var trailingPower = 0
  /// Digits after the point when written without an exponent, trailing zeros included.
  var displayScale = 0

  var isZero: Bool { first < 0 }

  /// Reads `[+-] digits [. digits] [e [+-] digits]`, where a digit must stand on one side of the point at least.
  ///
  /// - Throws: `.invalidText` for anything else, spaces included; `.outOfRange` for an exponent beyond ±1073741822,
  ///   as PostgreSQL does.
  init(_ text: UnsafeRawBufferPointer) throws(Refusal) {
    var offset = 0
    if offset < text.count, text[offset] == UInt8(ascii: "-") || text[offset] == UInt8(ascii: "+") {
      isNegative = text[offset] == UInt8(ascii: "-")
      offset &+= 1
    }
    let start = offset
    var digitCount = 0
    var firstIndex = 0
    var lastIndex = 0
    var point = -1
    while offset < text.count {
      let digit = text[offset] &- 0x30
      if digit < 10 {
        if digit != 0 {
          if first < 0 {
            first = offset &- start
            firstIndex = digitCount
          }
          last = offset &- start
          lastIndex = digitCount
        }
        digitCount &+= 1
      } else if text[offset] == UInt8(ascii: "."), point < 0 {
        point = digitCount
      } else {
        break
      }
      offset &+= 1
    }
    guard digitCount > 0 else { throw Refusal(.invalidText, found: .string) }
    digits = UnsafeRawBufferPointer(rebasing: text[start..<offset])
    let exponent = offset < text.count ? try Self.exponent(text, at: offset) : 0
    let integerDigits = point < 0 ? digitCount : point
    leadingPower = integerDigits - 1 - firstIndex + exponent
    trailingPower = integerDigits - 1 - lastIndex + exponent
    displayScale = max(0, digitCount - integerDigits - exponent)
  }

  private static func exponent(_ text: UnsafeRawBufferPointer, at start: Int) throws(Refusal) -> Int {
    var offset = start
    guard text[offset] | 0x20 == UInt8(ascii: "e") else { throw Refusal(.invalidText, found: .string) }
    offset &+= 1
    var isNegative = false
    if offset < text.count, text[offset] == UInt8(ascii: "-") || text[offset] == UInt8(ascii: "+") {
      isNegative = text[offset] == UInt8(ascii: "-")
      offset &+= 1
    }
    guard offset < text.count else { throw Refusal(.invalidText, found: .string) }
    var exponent = 0
    while offset < text.count {
      let digit = text[offset] &- 0x30
      guard digit < 10 else { throw Refusal(.invalidText, found: .string) }
      exponent = min(exponent * 10 + Int(digit), 2_000_000_000)
      offset &+= 1
    }
    if exponent >= 1_073_741_823 { throw Refusal(.outOfRange, found: .string) }
    return isNegative ? -exponent : exponent
  }

  /// The number with its significant digits as one integer; nil if it has more than 34 of them.
  var value: DecimalValue? {
    if isZero { return DecimalValue(isNegative: isNegative, coefficient: 0, exponent: 0) }
    guard leadingPower - trailingPower < 34 else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    var lowDigits = 0
    for offset in first...last where digits[offset] != UInt8(ascii: ".") {
      if lowDigits == 17 {
        high = low
        low = 0
        lowDigits = 0
      }
      low = low &* 10 &+ UInt64(digits[offset] &- 0x30)
      lowDigits &+= 1
    }
    let coefficient = UInt128(high) * UInt128(DecimalDigits.powers[lowDigits]) + UInt128(low)
    return DecimalValue(isNegative: isNegative, coefficient: coefficient, exponent: trailingPower)
  }

  /// Appends the number as PostgreSQL's `numeric_out` prints it: no exponent, no sign of zero, `displayScale` digits
  /// after the point.
  func appendPlain(to out: inout ByteBuffer) {
    if isNegative, !isZero { out.append(UInt8(ascii: "-")) }
    var power = isZero ? -1 : leadingPower
    if power < 0 {
      out.append(UInt8(ascii: "0"))
      if displayScale == 0 { return }
      out.append(UInt8(ascii: "."))
      if isZero { return out.append(zeros: displayScale) }
      out.append(zeros: -1 - power)
    }
    for offset in first...last where digits[offset] != UInt8(ascii: ".") {
      out.append(digits[offset])
      if power == 0, displayScale > 0 { out.append(UInt8(ascii: ".")) }
      power &-= 1
    }
    if power >= 0 {
      out.append(zeros: power + 1)
      if displayScale > 0 { out.append(UInt8(ascii: ".")) }
      power = -1
    }
    out.append(zeros: displayScale + 1 + power)
  }
}
