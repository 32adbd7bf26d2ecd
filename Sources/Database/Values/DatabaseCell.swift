/// One value of a row, as its backend gave it.
public enum DatabaseCell: Sendable, Hashable {
  /// NULL.
  case null
  /// A boolean; only Postgres has them.
  case bool(Bool)
  /// An integer of any size up to 64 bits.
  case integer(Int64)
  /// A floating-point number.
  case double(Double)
  /// The text form of a value, with what it is: text itself, or a type that has no case of its own here.
  case text(String, TextKind)
  /// Bytes.
  case bytes([UInt8])

  /// What a text stands for.
  public enum TextKind: Sendable, Hashable {
    /// Text. In SQLite also what Postgres has types for: dates, UUIDs, JSON, exact numbers.
    case text
    /// An exact number (`numeric`).
    case number
    /// A date, or a point in time.
    case time
    /// A UUID.
    case uuid
    /// JSON.
    case json
    /// Some other type of Postgres, such as an array, an interval or an enumeration.
    case other
    /// Text of SQLite, which has no other form for what Postgres has types for.
    case untyped
  }

  /// What it is, for messages.
  var typeName: String {
    switch self {
    case .null: "NULL"
    case .bool: "boolean"
    case .integer: "integer"
    case .double: "floating-point number"
    case .text(_, let kind):
      switch kind {
      case .text, .untyped: "text"
      case .number: "numeric"
      case .time: "date or time"
      case .uuid: "uuid"
      case .json: "json"
      case .other: "another type's text"
      }
    case .bytes: "bytes"
    }
  }
}
