/// A PostgreSQL type that a mapping may name, as the encoder sees it.
public indirect enum TargetType: Sendable, Equatable {
  case smallint, integer, bigint
  /// `numeric(precision, scale)`; both nil for plain `numeric`.
  case numeric(precision: Int?, scale: Int?)
  case real, doublePrecision, boolean
  case text
  case varchar(Int)
  case char(Int)
  case citext
  case bytea, uuid, date, time, timestamp, timestamptz, interval, json, jsonb
  /// A host with or without its network, and a network.
  case inet, cidr
  /// An enum type with its labels, in their order.
  case enumeration(NamedType, labels: [String])
  /// A domain, which the target's own schema defines, over this type.
  case domain(NamedType, over: TargetType)
  case array(TargetType)

  /// The type's name in DDL.
  public var sql: String {
    switch self {
    case .smallint: "smallint"
    case .integer: "integer"
    case .bigint: "bigint"
    case .numeric(nil, _): "numeric"
    case .numeric(let precision?, nil): "numeric(\(precision))"
    case .numeric(let precision?, let scale?): "numeric(\(precision),\(scale))"
    case .real: "real"
    case .doublePrecision: "double precision"
    case .boolean: "boolean"
    case .text: "text"
    case .varchar(let length): "varchar(\(length))"
    case .char(let length): "char(\(length))"
    case .citext: "citext"
    case .bytea: "bytea"
    case .uuid: "uuid"
    case .date: "date"
    case .time: "time"
    case .timestamp: "timestamp"
    case .timestamptz: "timestamptz"
    case .interval: "interval"
    case .json: "json"
    case .jsonb: "jsonb"
    case .inet: "inet"
    case .cidr: "cidr"
    case .enumeration(let name, _), .domain(let name, _): name.sql
    case .array(let element): element.sql + "[]"
    }
  }

  /// The object identifier (`pg_type.oid`) that an array of this type names in its binary form. Types whose own
  /// differs from database to database name that of the type which their values are written as; the server takes it.
  public var oid: UInt32 {
    switch self {
    case .smallint: 21
    case .integer: 23
    case .bigint: 20
    case .numeric: 1700
    case .real: 700
    case .doublePrecision: 701
    case .boolean: 16
    case .text: 25
    case .varchar: 1043
    case .char: 1042
    case .citext, .enumeration: 25
    case .bytea: 17
    case .uuid: 2950
    case .date: 1082
    case .time: 1083
    case .timestamp: 1114
    case .timestamptz: 1184
    case .interval: 1186
    case .json: 114
    case .jsonb: 3802
    case .inet: 869
    case .cidr: 650
    case .domain(_, let base): base.oid
    case .array: 0
    }
  }

  /// Whether values are text of one kind or another (and a collation applies).
  public var isText: Bool {
    switch self {
    case .text, .varchar, .char, .citext: true
    case .domain(_, let base): base.isText
    default: false
    }
  }

  /// The type without domains: what its values are written as.
  public var base: TargetType {
    switch self {
    case .domain(_, let base): base.base
    case .array(let element): .array(element.base)
    default: self
    }
  }

  /// The type of an array's elements; the type itself where it is no array.
  public var element: TargetType {
    if case .array(let element) = self { element } else { self }
  }

  /// The type that a column is cast to where its binary form has to be the one that the encoder writes: an array of
  /// citext, of an enum or of a domain names its element's type by a number that only its database knows.
  public var portable: TargetType {
    guard case .array(let element) = base else { return base }
    switch element {
    case .citext, .enumeration: return .array(.text)
    default: return base
    }
  }
}
