/// A value for `$1`, `$2`, … of a statement.
///
/// For example:
/// ```swift
/// try connection.query("SELECT name FROM users WHERE age > $1 AND city = $2", [18, "Zürich"])
/// ```
public enum PostgresParameter: Sendable, Hashable {
  /// Text whose type the server infers from the statement, so that it also serves for numeric, jsonb, timestamptz and
  /// so on. Where nothing tells the type, cast: `$1::text`. Must not hold NUL.
  case text(String)
  /// A bigint. Where the statement needs another integer type, cast: `$1::int4`.
  case integer(Int)
  /// A boolean.
  case boolean(Bool)
  /// A bytea, sent in binary.
  case bytes([UInt8])
  /// The text form of a value of the type that has this number in `pg_type`.
  case typed(String, UInt32)
  /// NULL, of the type that the server infers.
  case null
}

extension PostgresParameter: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  /// A ``text(_:)``.
  public init(stringLiteral value: String) { self = .text(value) }
}

extension PostgresParameter: ExpressibleByIntegerLiteral {
  /// An ``integer(_:)``.
  public init(integerLiteral value: Int) { self = .integer(value) }
}

extension PostgresParameter: ExpressibleByBooleanLiteral {
  /// A ``boolean(_:)``.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension PostgresParameter: ExpressibleByNilLiteral {
  /// ``null``.
  public init(nilLiteral: ()) { self = .null }
}

extension PostgresParameter {
  /// Text, or NULL where there is none.
  public static func optional(_ value: String?) -> PostgresParameter { value.map { .text($0) } ?? .null }

  /// An integer, or NULL where there is none.
  public static func optional(_ value: Int?) -> PostgresParameter { value.map { .integer($0) } ?? .null }
}
