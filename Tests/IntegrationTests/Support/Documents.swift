import Codec

/// Short spellings of BSON values for documents written by hand.
extension BSONValue {
  static func id(_ hex: String) -> BSONValue { .objectID(ObjectID(hex)!) }
  /// Milliseconds since 1970.
  static func at(_ milliseconds: Int64) -> BSONValue { .date(milliseconds) }
  /// A Decimal128 with this coefficient and exponent.
  static func decimal(_ coefficient: UInt64, exponent: Int, isNegative: Bool = false) -> BSONValue {
    .decimal128(low: coefficient, high: UInt64(exponent + 6176) << 49 | (isNegative ? 1 << 63 : 0))
  }
  static func bytes(_ bytes: [UInt8], subtype: UInt8 = 0) -> BSONValue { .binary(subtype: subtype, bytes) }
}
