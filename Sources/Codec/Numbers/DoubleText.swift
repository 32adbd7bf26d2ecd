/// Double-precision numbers as decimal text.
public enum DoubleText {
  /// Appends the shortest decimal that reads back as `value`, never with an exponent, and with `.0` if it is whole:
  /// `1.0`, `0.1`, `-0.0`, `1` and 300 zeros and `.0` for 1e300; else `NaN`, `Infinity`, `-Infinity`.
  public static func append(_ value: Double, to out: inout ByteBuffer) {
    if value.isFinite { return ShortestDouble.decimal(value).appendPlain(keepsPoint: true, to: &out) }
    if value.isNaN { return out.append("NaN") }
    value < 0 ? out.append("-Infinity") : out.append("Infinity")
  }

  /// The double nearest to the decimal number that `text` states, with or without exponent; `NaN`, `Infinity` and
  /// `-Infinity` are words that it knows in any case.
  ///
  /// It is nil for any other text, spaces included, and for numbers beyond the largest double or so small that they
  /// would become zero.
  public static func parse(_ text: UnsafeRawBufferPointer) -> Double? {
    guard let number = scan(text) else { return special(text) }
    if number.isZero { return number.isNegative ? -0.0 : 0.0 }
    // Both factors are exact doubles, so that their product or quotient is rounded only once.
    if let value = number.value, value.coefficient < 9_007_199_254_740_992, abs(value.exponent) <= 22 {
      let coefficient = Double(UInt64(value.coefficient))
      let power = exactPowers[abs(value.exponent)]
      let result = value.exponent < 0 ? coefficient / power : coefficient * power
      return value.isNegative ? -result : result
    }
    guard let result = Double(String(decoding: text, as: UTF8.self)), result.isFinite, result != 0 else {
      return nil
    }
    return result
  }

  /// The double whose shortest decimal is this number; nil if there is none. Mostly without a text, and so without
  /// allocating.
  ///
  /// - Parameter text: the number as it is written.
  static func whoseShortest(is value: DecimalValue, text: UnsafeRawBufferPointer) -> Double? {
    let number = value.normalized
    // A shortest decimal has at most 17 digits.
    guard number.coefficient < 100_000_000_000_000_000 else { return nil }
    guard number.coefficient != 0, abs(number.exponent) <= 22 else {
      guard abs(number.exponent) <= 400, let double = parse(text) else { return nil }
      return ShortestDouble.decimal(double).isSame(as: number) ? double : nil
    }
    // Rounded at most twice: the double in question is this one or one of its nearest neighbours.
    let coefficient = Double(UInt64(number.coefficient))
    let power = exactPowers[abs(number.exponent)]
    var magnitude = number.exponent < 0 ? coefficient / power : coefficient * power
    for move in 0..<5 {
      // From the middle outwards: 0, +1, -1, +2, -2.
      for _ in 0..<move { magnitude = move % 2 == 1 ? magnitude.nextUp : magnitude.nextDown }
      let double = number.isNegative ? -magnitude : magnitude
      if ShortestDouble.decimal(double).isSame(as: number) { return double }
    }
    return nil
  }

  private static func scan(_ text: UnsafeRawBufferPointer) -> ScannedDecimal? {
    do { return try ScannedDecimal(text) } catch { return nil }
  }

  private static func special(_ text: UnsafeRawBufferPointer) -> Double? {
    if text.matches("nan") { return .nan }
    if text.matches("infinity") || text.matches("+infinity") { return .infinity }
    if text.matches("-infinity") { return -.infinity }
    return nil
  }

  private static let exactPowers: InlineArray<23, Double> = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
  ]
}
