public import Foundation

/// What a column can be read as.
///
/// Enumerations with a raw value get it for free: `enum Status: String, DatabaseDecodable { … }`.
public protocol DatabaseDecodable {
  /// The value; nil if the cell holds no such value, which the row reports as an error that names the column.
  static func decode(from cell: DatabaseCell) -> Self?
}

extension DatabaseDecodable where Self: FixedWidthInteger {
  /// From an integer, or from an exact number without a fraction, such as Postgres' `sum` of bigints.
  public static func decode(from cell: DatabaseCell) -> Self? {
    switch cell {
    case .integer(let value): return Self(exactly: value)
    case .text(let text, .number):
      let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 1 || parts[1].allSatisfy({ $0 == "0" }) else { return nil }
      return Self(parts[0])
    default: return nil
    }
  }
}

extension Int: DatabaseDecodable {}
extension Int64: DatabaseDecodable {}
extension Int32: DatabaseDecodable {}
extension Int16: DatabaseDecodable {}
extension UInt32: DatabaseDecodable {}

extension Bool: DatabaseDecodable {
  /// From a boolean, or from 0 and 1.
  public static func decode(from cell: DatabaseCell) -> Bool? {
    switch cell {
    case .bool(let value): value
    case .integer(0): false
    case .integer(1): true
    default: nil
    }
  }
}

extension Double: DatabaseDecodable {
  /// From any number.
  public static func decode(from cell: DatabaseCell) -> Double? {
    switch cell {
    case .double(let value): value
    case .integer(let value): Double(value)
    case .text(let text, .number): Double(text)
    default: nil
    }
  }
}

extension Decimal: DatabaseDecodable {
  /// From any number that 38 digits can hold exactly; in SQLite also from a number's text.
  public static func decode(from cell: DatabaseCell) -> Decimal? {
    switch cell {
    case .integer(let value): Decimal(value)
    // The shortest text that means this number, not the long fraction that binary makes of it.
    case .double(let value): DecimalText.parse("\(value)")
    case .text(let text, .number), .text(let text, .untyped): DecimalText.parse(text)
    default: nil
    }
  }
}

extension String: DatabaseDecodable {
  /// From text, and from the text form of every type that isn't a number, a boolean or bytes. An exact number is one too.
  public static func decode(from cell: DatabaseCell) -> String? {
    if case .text(let text, _) = cell { text } else { nil }
  }
}

extension UUID: DatabaseDecodable {
  /// From a UUID, its text, or its 16 bytes.
  public static func decode(from cell: DatabaseCell) -> UUID? {
    switch cell {
    case .text(let text, .uuid), .text(let text, .text), .text(let text, .untyped):
      return UUID(uuidString: text)
    case .bytes(let bytes) where bytes.count == 16:
      return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    default: return nil
    }
  }
}

extension Date: DatabaseDecodable {
  /// From a date or a point in time; in SQLite from its text, which is in UTC unless it names an offset.
  public static func decode(from cell: DatabaseCell) -> Date? {
    switch cell {
    case .text(let text, .time), .text(let text, .untyped): DateText.parse(text)
    default: nil
    }
  }
}

extension [UInt8]: DatabaseDecodable {
  /// From bytes.
  public static func decode(from cell: DatabaseCell) -> [UInt8]? {
    if case .bytes(let bytes) = cell { bytes } else { nil }
  }
}

extension Optional: DatabaseDecodable where Wrapped: DatabaseDecodable {
  /// Nil from NULL.
  public static func decode(from cell: DatabaseCell) -> Wrapped?? {
    if case .null = cell { return .some(nil) }
    return Wrapped.decode(from: cell).map { .some($0) }
  }
}

extension DatabaseCell: DatabaseDecodable {
  /// Itself.
  public static func decode(from cell: DatabaseCell) -> DatabaseCell? { cell }
}

extension DatabaseDecodable where Self: RawRepresentable, RawValue: DatabaseDecodable {
  /// From the raw value.
  public static func decode(from cell: DatabaseCell) -> Self? {
    RawValue.decode(from: cell).flatMap { Self(rawValue: $0) }
  }
}
