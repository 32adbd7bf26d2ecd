extension Decimal128 {
  /// The double that is exactly this number. NaN and infinities are what they are in binary, and zero keeps its sign.
  ///
  /// - Throws: `.notExact` if no double is.
  func double() throws(Refusal) -> Double {
    switch self {
    case .notANumber: .nan
    case .infinity(let isNegative): isNegative ? -.infinity : .infinity
    case .finite(let value): try value.double()
    }
  }
}

extension DecimalValue {
  /// `coefficient` times ten to the power of `exponent` is a whole number times a power of two if and only if the fives of
  /// a negative exponent all divide the coefficient; it is a double if that whole number has no more than 53 bits.
  fileprivate func double() throws(Refusal) -> Double {
    if coefficient == 0 { return isNegative ? -0.0 : 0.0 }
    var odd = coefficient
    let power = exponent + takeTwos(from: &odd)
    var fives = exponent
    // No coefficient of 34 digits has more than 48 fives, so this ends soon whatever the exponent.
    while fives < 0 {
      let (quotient, rest) = odd.quotientAndRemainder(dividingBy: 5)
      guard rest == 0 else { throw Refusal(.notExact, found: .decimal128) }
      odd = quotient
      fives += 1
    }
    while fives > 0 {
      guard odd < Self.wholeLimit else { throw Refusal(.notExact, found: .decimal128) }
      odd *= 5
      fives -= 1
    }
    guard odd < Self.wholeLimit else { throw Refusal(.notExact, found: .decimal128) }
    return Double(
      sign: isNegative ? .minus : .plus, exponent: power, significand: Double(UInt64(odd)))
  }

  /// The first whole number that needs 54 bits.
  private static let wholeLimit: UInt128 = 1 << 53

  private func takeTwos(from number: inout UInt128) -> Int {
    let twos = number.trailingZeroBitCount
    number >>= UInt128(twos)
    return twos
  }
}
