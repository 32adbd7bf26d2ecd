public import Codec

/// A column that Postgres itself fills: it is part of the table, but no source value is written to it, and no audit
/// compares it.
public struct GeneratedColumn: Sendable, Equatable {
  public enum Value: Sendable, Equatable {
    /// The next number: `GENERATED ALWAYS AS IDENTITY`.
    case identity
    /// This SQL expression over the row's other columns: `GENERATED ALWAYS AS (…) STORED`.
    case expression(String)
  }
  public var column: String
  public var type: TargetType
  public var value: Value
  public var location: SourceLocation

  public init(column: String, type: TargetType, value: Value, location: SourceLocation) {
    self.column = column
    self.type = type
    self.value = value
    self.location = location
  }

  /// The column's definition in DDL.
  public var definition: String {
    let rule =
      switch value {
      case .identity: "GENERATED ALWAYS AS IDENTITY"
      case .expression(let sql): "GENERATED ALWAYS AS (\(sql)) STORED"
      }
    return "\(quotedIdentifier(column)) \(type.sql) \(rule)"
  }
}
