/// One value of SQLite's five storage classes, in memory of its own. The hot loop uses `RawValue`.
public enum SQLiteValue: Sendable, Equatable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  /// Text whose bytes aren't UTF-8.
  case textBytes([UInt8])
  case blob([UInt8])

  /// The integer; nil for every other class.
  public var integer: Int? {
    if case .integer(let value) = self { Int(value) } else { nil }
  }

  /// The text, if it is UTF-8; nil for every other class.
  public var text: String? {
    if case .text(let value) = self { value } else { nil }
  }
}

extension SQLiteValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByNilLiteral
{
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(nilLiteral: ()) { self = .null }
}
