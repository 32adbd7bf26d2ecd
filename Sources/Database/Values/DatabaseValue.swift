public import Foundation

/// A value for a placeholder, in the forms that both backends can store.
///
/// Repositories hand over Swift values; this is what those become.
public enum DatabaseValue: Sendable, Hashable {
  /// NULL.
  case null
  /// A boolean; 0 or 1 in SQLite.
  case bool(Bool)
  /// An integer; a `bigint` in Postgres.
  case integer(Int64)
  /// A floating-point number; a `double precision` in Postgres.
  case double(Double)
  /// An exact number; a `numeric` in Postgres, and in SQLite the number's text, which its column may turn into a number.
  case decimal(Decimal)
  /// Text, whose type Postgres infers from the statement.
  case text(String)
  /// Bytes: a `bytea`, a blob.
  case bytes([UInt8])
  /// A UUID; lower-case text in SQLite.
  case uuid(UUID)
  /// A point in time, to the microsecond; in SQLite text of the form `2026-01-31 18:30:00.25`, in UTC, which sorts by time and
  /// beside what `CURRENT_TIMESTAMP` writes.
  case date(Date)
  /// JSON as text.
  case json(String)
}

/// What can stand for a placeholder.
///
/// Enumerations with a raw value get it for free: `enum Status: String, DatabaseEncodable { … }`.
public protocol DatabaseEncodable: Sendable {
  /// The value to send.
  var databaseValue: DatabaseValue { get }
}

extension DatabaseValue: DatabaseEncodable {
  /// Itself.
  public var databaseValue: DatabaseValue { self }
}

extension DatabaseEncodable where Self: BinaryInteger {
  /// The integer; an exact number where 64 bits don't hold it.
  public var databaseValue: DatabaseValue {
    if let value = Int64(exactly: self) { return .integer(value) }
    return .decimal(Decimal(string: String(self)) ?? .nan)
  }
}

extension Int: DatabaseEncodable {}
extension Int64: DatabaseEncodable {}
extension Int32: DatabaseEncodable {}
extension Int16: DatabaseEncodable {}
extension UInt32: DatabaseEncodable {}
extension Bool: DatabaseEncodable {
  /// A boolean.
  public var databaseValue: DatabaseValue { .bool(self) }
}
extension Double: DatabaseEncodable {
  /// A floating-point number.
  public var databaseValue: DatabaseValue { .double(self) }
}
extension Decimal: DatabaseEncodable {
  /// An exact number.
  public var databaseValue: DatabaseValue { .decimal(self) }
}
extension String: DatabaseEncodable {
  /// Text.
  public var databaseValue: DatabaseValue { .text(self) }
}
extension Substring: DatabaseEncodable {
  /// Text.
  public var databaseValue: DatabaseValue { .text(String(self)) }
}
extension UUID: DatabaseEncodable {
  /// A UUID.
  public var databaseValue: DatabaseValue { .uuid(self) }
}
extension Date: DatabaseEncodable {
  /// A point in time.
  public var databaseValue: DatabaseValue { .date(self) }
}
extension [UInt8]: DatabaseEncodable {
  /// Bytes.
  public var databaseValue: DatabaseValue { .bytes(self) }
}
extension Optional: DatabaseEncodable where Wrapped: DatabaseEncodable {
  /// The value, or NULL.
  public var databaseValue: DatabaseValue { self?.databaseValue ?? .null }
}
extension DatabaseEncodable where Self: RawRepresentable, RawValue: DatabaseEncodable {
  /// The raw value.
  public var databaseValue: DatabaseValue { rawValue.databaseValue }
}
