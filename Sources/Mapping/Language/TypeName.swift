internal import Codec

/// Why a text isn't the name of a type.
struct TypeNameError: Error {
  var message: String
  var help: String?
}

/// Reads Postgres' names of types, with their aliases: `int8`, `character varying(16)`, `timestamp with time zone`.
enum TypeName {
  static func parse(_ text: String) throws(TypeNameError) -> TargetType {
    var name = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    var isArray = false
    while name.hasSuffix("[]") {
      if isArray {
        throw TypeNameError(
          message: "\"\(text)\" has more than one dimension", help: "map nested arrays to jsonb")
      }
      isArray = true
      name = String(name.dropLast(2))
      while name.hasSuffix(" ") { name.removeLast() }
    }
    let type = try scalar(name, written: text)
    return isArray ? .array(type) : type
  }

  /// Every name without its argument, for suggestions.
  static let names = [
    "smallint", "int2", "integer", "int", "int4", "bigint", "int8", "numeric", "decimal", "real", "float4",
    "double precision", "float8", "float", "boolean", "bool", "text", "varchar", "character varying", "char",
    "character", "citext", "bytea", "uuid", "date", "time", "time without time zone", "timestamp",
    "timestamp without time zone", "timestamptz", "timestamp with time zone", "interval", "json", "jsonb",
    "inet", "cidr",
  ]

  private static func scalar(_ name: String, written: String) throws(TypeNameError) -> TargetType {
    var base = name
    var arguments: [Int] = []
    if let open = name.firstIndex(of: "("), let close = name.firstIndex(of: ")"), open < close {
      let rest = name[name.index(after: close)...]
      base = name[..<open].split(separator: " ").joined(separator: " ")
      if !rest.allSatisfy({ $0 == " " }) { base += " " + rest.split(separator: " ").joined(separator: " ") }
      for part in name[name.index(after: open)..<close].split(
        separator: ",", omittingEmptySubsequences: false)
      {
        let digits = part.filter { $0 != " " }
        guard let number = Int(digits) else {
          throw TypeNameError(message: "\"\(part)\" isn't a whole number in the type \"\(written)\"")
        }
        arguments.append(number)
      }
    }
    switch base {
    case "numeric", "decimal", "dec": return try numeric(arguments)
    case "varchar", "character varying":
      guard let length = arguments.first else {
        throw TypeNameError(
          message: "\"\(written)\" needs a length", help: "write varchar(n), or text for any length")
      }
      return .varchar(try self.length(length, of: arguments))
    case "char", "character", "bpchar": return .char(try length(arguments.first ?? 1, of: arguments))
    default: break
    }
    guard let type = plain(base) else { throw unknown(base, written) }
    guard arguments.isEmpty else {
      throw TypeNameError(
        message: "\"\(base)\" takes no argument here",
        help: "a smaller precision would round values; write \"\(base)\"")
    }
    return type
  }

  private static func plain(_ name: String) -> TargetType? {
    switch name {
    case "smallint", "int2": .smallint
    case "integer", "int", "int4": .integer
    case "bigint", "int8": .bigint
    case "real", "float4": .real
    case "double precision", "float8", "float": .doublePrecision
    case "boolean", "bool": .boolean
    case "text": .text
    case "citext": .citext
    case "bytea": .bytea
    case "uuid": .uuid
    case "date": .date
    case "time", "time without time zone": .time
    case "timestamp", "timestamp without time zone": .timestamp
    case "timestamptz", "timestamp with time zone": .timestamptz
    case "interval": .interval
    case "json": .json
    case "jsonb": .jsonb
    case "inet": .inet
    case "cidr": .cidr
    default: nil
    }
  }

  private static func numeric(_ arguments: [Int]) throws(TypeNameError) -> TargetType {
    guard let precision = arguments.first else { return .numeric(precision: nil, scale: nil) }
    guard arguments.count <= 2, (1...1000).contains(precision) else {
      throw TypeNameError(
        message: "numeric takes a precision of 1 to 1000 and a scale", help: "as in numeric(12,2)")
    }
    guard arguments.count == 2 else { return .numeric(precision: precision, scale: nil) }
    guard (0...precision).contains(arguments[1]) else {
      throw TypeNameError(message: "the scale \(arguments[1]) isn't between 0 and the precision \(precision)")
    }
    return .numeric(precision: precision, scale: arguments[1])
  }

  private static func length(_ length: Int, of arguments: [Int]) throws(TypeNameError) -> Int {
    guard arguments.count <= 1, (1...10_485_760).contains(length) else {
      throw TypeNameError(message: "a length is one number from 1 to 10485760")
    }
    return length
  }

  private static func unknown(_ base: String, _ written: String) -> TypeNameError {
    let near =
      switch base {
      case "string", "str", "varchar2", "nvarchar", "clob", "objectid": "text"
      case "serial", "bigserial", "long", "serial8": "bigint"
      case "object", "document", "map", "array": "jsonb"
      case "number": "numeric"
      case "double": "double precision"
      case "ip", "ipaddress", "ip4", "ip6": "inet"
      case "duration", "timespan": "interval"
      case "enum": "{ enum: name, values: [a, b] }"
      case "datetime": "timestamptz"
      case "blob", "binary": "bytea"
      default: NearestWord.nearest(to: base, among: names)
      }
    return TypeNameError(
      message: "unknown type \"\(written)\"", help: near.map { "did you mean \"\($0)\"?" })
  }
}
