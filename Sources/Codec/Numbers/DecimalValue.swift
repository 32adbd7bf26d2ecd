/// A finite decimal number of at most 38 digits: `coefficient` times ten to the power of `exponent`.
struct DecimalValue {
  var isNegative: Bool
  var coefficient: UInt128
  var exponent: Int

  init(isNegative: Bool, coefficient: UInt128, exponent: Int) {
    self.isNegative = isNegative
    self.coefficient = coefficient
    self.exponent = exponent
  }

  /// The value times `factor` times ten to the power of `shift`, if that is whole and below 10^20.
  ///
  /// - Throws: `.notExact` if it isn't whole, `.outOfRange` if it is larger.
  func whole(times factor: UInt64 = 1, shift: Int, found: ValueKind) throws(Refusal) -> Int128 {
    if coefficient == 0 { return 0 }
    let (product, tooWide) = coefficient.multipliedReportingOverflow(by: UInt128(factor))
    if tooWide { throw Refusal(.outOfRange, found: found) }
    var result = product
    var power = exponent + shift
    while power < 0 {
      let (quotient, digit) = result.quotientAndRemainder(dividingBy: 10)
      if digit != 0 { throw Refusal(.notExact, found: found) }
      result = quotient
      power += 1
    }
    if power > 19 { throw Refusal(.outOfRange, found: found) }
    let (scaled, overflow) = result.multipliedReportingOverflow(by: DecimalDigits.power(power))
    if overflow || scaled > 100_000_000_000_000_000_000 { throw Refusal(.outOfRange, found: found) }
    return isNegative ? -Int128(scaled) : Int128(scaled)
  }

  /// Appends the number without an exponent. A whole number ends with `.0` if `keepsPoint`.
  func appendPlain(keepsPoint: Bool, to out: inout ByteBuffer) {
    if isNegative { out.append(UInt8(ascii: "-")) }
    if exponent >= 0 {
      IntegerText.append(wide: coefficient, to: &out)
      if coefficient != 0 { out.append(zeros: exponent) }
      if keepsPoint { out.append(".0") }
      return
    }
    let digits = DecimalDigits.count(wide: coefficient)
    let fraction = -exponent
    if digits <= fraction {
      out.append("0.")
      out.append(zeros: fraction - digits)
      IntegerText.append(wide: coefficient, to: &out)
      return
    }
    // Writes all digits, then moves those of the fraction one place on to make room for the point.
    IntegerText.append(wide: coefficient, to: &out)
    out.insertPoint(before: fraction)
  }
}

extension DecimalValue {
  /// Whether both are the same number, however their zeros at the end are written.
  func isSame(as other: DecimalValue) -> Bool {
    let (left, right) = (normalized, other.normalized)
    return left.coefficient == right.coefficient && left.isNegative == right.isNegative
      && (left.coefficient == 0 || left.exponent == right.exponent)
  }

  /// The same number without zeros at the end of its digits.
  var normalized: DecimalValue {
    var value = self
    while value.coefficient != 0, value.coefficient % 10 == 0 {
      value.coefficient /= 10
      value.exponent += 1
    }
    return value
  }
}

extension ByteBuffer {
  /// Appends `count` digits 0.
  mutating func append(zeros count: Int) {
    guard count > 0 else { return }
    reserve(count)
    (base + written).initializeMemory(as: UInt8.self, repeating: 0x30, count: count)
    written &+= count
  }

  /// Puts a decimal point before the last `digits` bytes.
  mutating func insertPoint(before digits: Int) {
    reserve(1)
    let start = base + (written - digits)
    (start + 1).copyMemory(from: start, byteCount: digits)
    start.storeBytes(of: UInt8(ascii: "."), as: UInt8.self)
    written &+= 1
  }
}
