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
  case bytea, uuid, date, time, timestamp, timestamptz, json, jsonb
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
    case .json: "json"
    case .jsonb: "jsonb"
    case .array(let element): element.sql + "[]"
    }
  }

  /// The type's fixed object identifier (`pg_type.oid`), for array elements; 0 where it differs from database to database.
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
    case .citext: 0
    case .bytea: 17
    case .uuid: 2950
    case .date: 1082
    case .time: 1083
    case .timestamp: 1114
    case .timestamptz: 1184
    case .json: 114
    case .jsonb: 3802
    case .array: 0
    }
  }

  /// Whether values are text of one kind or another (and a collation applies).
  public var isText: Bool {
    switch self {
    case .text, .varchar, .char, .citext: true
    default: false
    }
  }
}
