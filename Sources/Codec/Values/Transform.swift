/// A step from the source value towards the target type. The set is fixed: a mapping names steps, it doesn't program.
public enum Transform: Sendable, Equatable {
  /// Removes ASCII and Unicode white space at both ends of a text.
  case trim
  case lower
  case upper
  /// The one canonical text of a scalar: ObjectId as 24 hex digits, UUID as 36 characters, numbers in shortest form,
  /// booleans as `true` and `false`, dates as ISO 8601 with milliseconds.
  case text
  /// Text that is a decimal number becomes that number, exactly.
  case number
  /// A number of units since an epoch becomes a point in time.
  case epoch(EpochUnit)
  /// Text in this format becomes a point in time, a date or a time of day.
  case parseDate(DateFormat)
  /// Text (or the canonical text of a scalar) is replaced by another; what isn't listed is refused.
  case enumMap([EnumPair])
  /// Words and numbers become booleans; what isn't listed is refused.
  case boolean(trueWords: [String], falseWords: [String])
  /// An integer count of the smallest unit becomes a decimal: 1999 with 2 digits is 19.99.
  case cents(digits: Int)
  /// Text that holds JSON becomes that JSON.
  case json
  /// Any value becomes Extended JSON, which keeps its type.
  case ejson
  /// SHA-256 of the value's canonical text or bytes: 64 hex digits into text, 32 bytes into bytea.
  case hash
  /// A UUID from text, from binary of subtype 4, or of subtype 3 in this byte order, or derived from an ObjectId.
  case uuid(UUIDOrder)
  /// Binary becomes base64 text.
  case base64
  /// Binary becomes hex text.
  case hex
  /// The value is replaced by this text, whatever it was.
  case constant(String)
  /// A number loses its digits beyond this many after the point; halves are rounded away from zero.
  case round(digits: Int)
  /// A text loses what is beyond this many Unicode scalars.
  case truncate(length: Int)
  /// Texts, also inside documents, arrays and JSON, lose their NUL characters.
  case stripNUL
  /// In texts, also inside documents, arrays and JSON, NUL becomes `\0` and a backslash `\\`, so that both can be told.
  case escapeNUL
  /// A number below the first bound becomes that bound, one above the second becomes that one. Both are decimal texts.
  case clamp(from: String, to: String)
  /// Text that is an ISO 8601 duration or `HH:MM:SS`, or, with a unit, a number of them, becomes an interval.
  case interval(IntervalUnit?)
  /// Text becomes an IPv4 or IPv6 address or network.
  case inet

  /// The name by which a mapping calls it.
  public var name: String {
    switch self {
    case .trim: "trim"
    case .lower: "lower"
    case .upper: "upper"
    case .text: "text"
    case .number: "number"
    case .epoch: "epoch"
    case .parseDate: "date"
    case .enumMap: "enum"
    case .boolean: "boolean"
    case .cents: "cents"
    case .json: "json"
    case .ejson: "ejson"
    case .hash: "hash"
    case .uuid: "uuid"
    case .base64: "base64"
    case .hex: "hex"
    case .constant: "constant"
    case .round: "round"
    case .truncate: "truncate"
    case .stripNUL: "strip_nul"
    case .escapeNUL: "escape_nul"
    case .clamp: "clamp"
    case .interval: "interval"
    case .inet: "inet"
    }
  }
}

/// One line of an enum map.
public struct EnumPair: Sendable, Equatable {
  public var from: String
  public var to: String
  public init(from: String, to: String) {
    self.from = from
    self.to = to
  }
}

/// What a number counts, and since when.
public enum EpochUnit: String, Sendable, CaseIterable {
  /// Since 1970-01-01 UTC.
  case seconds, milliseconds, microseconds, nanoseconds
  /// Microseconds since 1601-01-01 UTC (Chromium, Windows FILETIME / 10).
  case webkit
  /// Seconds since 2001-01-01 UTC (Core Data).
  case cocoa
  /// Days since noon of -4713-11-24 UTC, as SQLite's `julianday()`.
  case julian
}

/// How a text states a date.
public enum DateFormat: Sendable, Equatable {
  /// ISO 8601 and SQLite's forms: `2024-02-29`, `2024-02-29 12:30:00.5`, `2024-02-29T12:30:00Z`, `…+02:00`.
  case iso
  /// A pattern of `%Y %m %d %H %M %S %f %z %b %y %j %%` and literal characters.
  case pattern(String)
}

/// In which order old drivers stored a UUID's bytes in binary subtype 3.
public enum UUIDOrder: String, Sendable, CaseIterable {
  /// Network order: subtype 4, and PyMongo's legacy subtype 3.
  case standard
  case java
  case csharp
}

/// What a number counts that becomes an interval. Days stay days; all others become a time.
public enum IntervalUnit: String, Sendable, CaseIterable {
  case microseconds, milliseconds, seconds, minutes, hours, days
}
