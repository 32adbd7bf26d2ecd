/// The binary form of PostgreSQL's `numeric`, byte for byte as `numeric_send` emits it: number of digits, weight, sign
/// and display scale as 16-bit integers, then the digits in base 10000, without zero groups at either end.
///
/// Nothing is rounded. `precision` and `typeScale` are those of `numeric(precision, typeScale)`; a precision without
/// scale means scale 0. With a scale the value is written with just that many digits after the point; without, it keeps
/// the scale that it came with.
public enum PostgresNumeric {
  /// The most digits before the point and after it that a `numeric` holds.
  static let maximumIntegerDigits = 131_072
  static let maximumScale = 16_383

  /// The numeric's special values, as their header's sign field and display scale.
  enum Special {
    case notANumber, infinity, negativeInfinity

    var header: (sign: UInt16, scale: UInt16) {
      switch self {
      case .notANumber: (0xC000, 0)
      // The scale is an accident of PostgreSQL's compact header, but it is what the server sends.
      case .infinity: (0xD000, 32)
      case .negativeInfinity: (0xF000, 32)
      }
    }
  }

  /// Appends `int64` divided by ten to the power of `scale`: 1999 with scale 2 is 19.99.
  ///
  /// - Throws: `.notExact` if digits beyond `typeScale` aren't zero, `.outOfRange` if there are too many before the point.
  public static func append(
    int64: Int64, scale: Int = 0, precision: Int? = nil, typeScale: Int? = nil, to out: inout ByteBuffer
  ) throws(Refusal) {
    let value = DecimalValue(
      isNegative: int64 < 0, coefficient: UInt128(int64.magnitude), exponent: -scale)
    try append(value, precision: precision, typeScale: typeScale, found: .int64, to: &out)
  }

  /// Appends the number that a text states: sign, digits, point, digits, exponent, or one of the words `NaN`,
  /// `Infinity`, `-Infinity`, `inf`, `-inf` in any case.
  ///
  /// Without `typeScale` the text's own scale is kept, as PostgreSQL does: 2 for `1.50`, 0 for `1e3`, 4 for `1.5e-3`.
  /// A zero loses its sign, as in PostgreSQL.
  /// - Throws: `.invalidText` for any other text, spaces included; `.notExact` if digits beyond `typeScale` aren't zero;
  ///   `.outOfRange` if there are too many before the point or, without a scale, after it.
  public static func append(
    decimalText: UnsafeRawBufferPointer, precision: Int? = nil, typeScale: Int? = nil,
    to out: inout ByteBuffer
  ) throws(Refusal) {
    if let special = special(decimalText) {
      return try append(special, precision: precision, found: .string, to: &out)
    }
    let number = try ScannedDecimal(decimalText)
    let scale = try displayScale(
      trailingPower: number.isZero ? nil : number.trailingPower, own: number.displayScale,
      precision: precision, typeScale: typeScale, found: .string)
    if number.isZero { return appendHeader(count: 0, weight: 0, sign: 0, scale: scale, to: &out) }
    try check(
      integerDigits: number.leadingPower + 1, precision: precision, typeScale: typeScale, found: .string)
    appendDigits(number, scale: scale, to: &out)
  }

  /// Appends the shortest decimal that reads back as `double`; 1.0 has scale 0 and 1.5 has scale 1.
  ///
  /// - Throws: `.notExact` for -0.0, which a numeric can't hold, and for digits beyond `typeScale`; `.outOfRange` for
  ///   too many digits before the point, and for an infinity if there is a precision.
  public static func append(
    double: Double, precision: Int? = nil, typeScale: Int? = nil, to out: inout ByteBuffer
  ) throws(Refusal) {
    guard double.isFinite else {
      let special: Special =
        double.isNaN ? .notANumber : double < 0 ? .negativeInfinity : .infinity
      return try append(special, precision: precision, found: .double, to: &out)
    }
    if double == 0, double.sign == .minus { throw Refusal(.notExact, found: .double) }
    try append(
      ShortestDouble.decimal(double), precision: precision, typeScale: typeScale, found: .double, to: &out)
  }

  /// Appends a BSON Decimal128 (16 bytes, little-endian). A negative exponent is kept as the scale: 1.50 has scale 2.
  ///
  /// - Throws: `.notExact` for -0, which a numeric can't hold, and for digits beyond `typeScale`; `.outOfRange` for too
  ///   many digits before the point, and for an infinity if there is a precision; `.invalidDocument` unless there are
  ///   16 bytes.
  public static func append(
    decimal128: UnsafeRawBufferPointer, precision: Int? = nil, typeScale: Int? = nil,
    to out: inout ByteBuffer
  ) throws(Refusal) {
    switch try Decimal128(decimal128) {
    case .finite(let value):
      if value.coefficient == 0, value.isNegative { throw Refusal(.notExact, found: .decimal128) }
      try append(value, precision: precision, typeScale: typeScale, found: .decimal128, to: &out)
    case .notANumber: try append(.notANumber, precision: precision, found: .decimal128, to: &out)
    case .infinity(let isNegative):
      try append(
        isNegative ? .negativeInfinity : .infinity, precision: precision, found: .decimal128, to: &out)
    }
  }

  private static func special(_ text: UnsafeRawBufferPointer) -> Special? {
    // Numbers are the rule: a digit at the end can't end a word.
    guard let last = text.last, last &- 0x30 > 9 else { return nil }
    if text.matches("nan") { return .notANumber }
    if text.matches("infinity") || text.matches("+infinity") { return .infinity }
    if text.matches("inf") || text.matches("+inf") { return .infinity }
    if text.matches("-infinity") || text.matches("-inf") { return .negativeInfinity }
    return nil
  }

  private static func append(
    _ special: Special, precision: Int?, found: ValueKind, to out: inout ByteBuffer
  ) throws(Refusal) {
    if precision != nil, special != .notANumber { throw Refusal(.outOfRange, found: found) }
    let header = special.header
    appendHeader(count: 0, weight: 0, sign: header.sign, scale: Int(header.scale), to: &out)
  }
}

extension UnsafeRawBufferPointer {
  /// Whether these bytes are `word`, which is in lower case, in any case of ASCII letters.
  func matches(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    for offset in 0..<count {
      let byte = self[offset]
      let folded = byte &- 0x41 < 26 ? byte | 0x20 : byte
      if folded != word.utf8Start[offset] { return false }
    }
    return true
  }
}
