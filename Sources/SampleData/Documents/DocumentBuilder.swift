internal import Codec

/// Collects the fields of one document, in order.
///
/// ```swift
/// var document = DocumentBuilder()
/// document.text("name", "Ada")
/// document.nested("profile") { $0.text("locale", "en") }
/// let bson = document.finished()
/// ```
struct DocumentBuilder {
  private var fields: [(String, BSONValue)] = []

  init() { fields.reserveCapacity(24) }

  /// The whole document.
  func finished() -> BSONDocument { BSONDocument(fields) }

  mutating func text(_ name: String, _ value: String) { fields.append((name, .string(value))) }
  mutating func double(_ name: String, _ value: Double) { fields.append((name, .double(value))) }
  mutating func int32(_ name: String, _ value: Int) { fields.append((name, .int32(Int32(value)))) }
  mutating func int64(_ name: String, _ value: Int64) { fields.append((name, .int64(value))) }
  mutating func bool(_ name: String, _ value: Bool) { fields.append((name, .bool(value))) }
  mutating func null(_ name: String) { fields.append((name, .null)) }
  mutating func date(_ name: String, _ value: Moment) { fields.append((name, .date(value.milliseconds))) }
  mutating func identifier(_ name: String, _ value: ObjectID) { fields.append((name, .objectID(value))) }
  mutating func binary(_ name: String, subtype: UInt8, _ value: [UInt8]) {
    fields.append((name, .binary(subtype: subtype, value)))
  }

  /// A Decimal128: `coefficient` times ten to the power of `exponent`.
  ///
  /// The coefficient fits into 64 bits, so the format's first form is enough: sign, 14 bits of biased exponent,
  /// and the coefficient's bits below.
  mutating func decimal(_ name: String, _ coefficient: Int, exponent: Int) {
    let sign: UInt64 = coefficient < 0 ? 1 << 63 : 0
    let high = sign | (UInt64(exponent + 6176) << 49)
    fields.append((name, .decimal128(low: UInt64(coefficient.magnitude), high: high)))
  }

  mutating func nested(_ name: String, _ body: (inout DocumentBuilder) -> Void) {
    var inner = DocumentBuilder()
    body(&inner)
    fields.append((name, .document(inner.finished())))
  }

  /// An array: `body` writes each element, under the name that it is given.
  mutating func array<Elements: Sequence>(
    _ name: String, _ elements: Elements, _ body: (inout DocumentBuilder, String, Elements.Element) -> Void
  ) {
    var inner = DocumentBuilder()
    for (index, element) in elements.enumerated() { body(&inner, String(index), element) }
    fields.append((name, .array(inner.finished())))
  }

  mutating func texts(_ name: String, _ values: [String]) {
    array(name, values) { $0.text($1, $2) }
  }
}
