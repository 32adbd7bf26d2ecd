/// A BSON Decimal128 (IEEE 754-2008, binary integer decimal) taken apart.
enum Decimal128 {
  case finite(DecimalValue)
  case infinity(isNegative: Bool)
  /// Sign, signal and payload have no meaning to any reader and aren't kept.
  case notANumber

  private static let largestCoefficient: UInt128 = 9_999_999_999_999_999_999_999_999_999_999_999
  private static let bias = 6176

  /// Appends 16 bytes.
  ///
  /// - Throws: `.notExact` for more than 34 digits, or an exponent beyond the format's.
  static func append(_ value: DecimalValue, to out: inout ByteBuffer) throws(Refusal) {
    var (coefficient, exponent) = (value.coefficient, value.exponent)
    // The largest exponent needs its zeros among the digits.
    while exponent > 12287 - bias, coefficient != 0, coefficient <= largestCoefficient / 10 {
      (coefficient, exponent) = (coefficient * 10, exponent - 1)
    }
    guard coefficient <= largestCoefficient, (0...12287).contains(exponent + bias) else {
      throw Refusal(.notExact, found: .string)
    }
    let high = UInt64(exponent + bias) << 49 | UInt64(truncatingIfNeeded: coefficient >> 64)
    out.appendLittleEndian(UInt64(truncatingIfNeeded: coefficient))
    out.appendLittleEndian(high | (value.isNegative ? 1 << 63 : 0))
  }

  /// - Throws: `.invalidDocument` unless there are 16 bytes.
  init(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    guard bytes.count == 16 else { throw Refusal(.invalidDocument, found: .decimal128) }
    let low = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    let high = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let isNegative = high >> 63 == 1
    switch (high >> 58) & 0x1F {
    case 0x1F: self = .notANumber
    case 0x1E: self = .infinity(isNegative: isNegative)
    case 0x18...0x1D:
      // The long coefficients of this form are all above the largest, which the standard reads as zero.
      let exponent = Int((high >> 47) & 0x3FFF) - Self.bias
      self = .finite(DecimalValue(isNegative: isNegative, coefficient: 0, exponent: exponent))
    default:
      let exponent = Int((high >> 49) & 0x3FFF) - Self.bias
      let coefficient = UInt128(high & 0x1_FFFF_FFFF_FFFF) << 64 | UInt128(low)
      self = .finite(
        DecimalValue(
          isNegative: isNegative, coefficient: coefficient > Self.largestCoefficient ? 0 : coefficient,
          exponent: exponent))
    }
  }
}

/// Decimal128 values as text.
public enum Decimal128Text {
  /// Appends the canonical string of the BSON specification: `1.50`, `1E+3`, `-0`, `NaN`, `Infinity`.
  ///
  /// - Throws: `.invalidDocument` unless there are 16 bytes.
  public static func append(_ bytes: UnsafeRawBufferPointer, to out: inout ByteBuffer) throws(Refusal) {
    switch try Decimal128(bytes) {
    case .notANumber: out.append("NaN")
    case .infinity(let isNegative): isNegative ? out.append("-Infinity") : out.append("Infinity")
    case .finite(let value):
      let digits = DecimalDigits.count(wide: value.coefficient)
      let adjusted = value.exponent + digits - 1
      if value.exponent <= 0, adjusted >= -6 {
        return value.appendPlain(keepsPoint: false, to: &out)
      }
      if value.isNegative { out.append(UInt8(ascii: "-")) }
      IntegerText.append(wide: value.coefficient, to: &out)
      if digits > 1 { out.insertPoint(before: digits - 1) }
      out.append(UInt8(ascii: "E"))
      if adjusted >= 0 { out.append(UInt8(ascii: "+")) }
      IntegerText.append(Int64(adjusted), to: &out)
    }
  }
}
