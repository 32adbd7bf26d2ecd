/// A column's plan, compiled: integers and small enums, so that the hot loop neither counts references nor allocates.
struct ColumnCode {
  enum Wire: UInt8 {
    case int2, int4, int8, numeric, float4, float8, bool, text, bytea, uuid, date, time, timestamp,
      timestamptz
    case interval, inet, cidr, enumeration, json, jsonb, array
  }
  enum Absent: UInt8 { case null, refuse, keep, value }
  enum Element: UInt8 { case null, skip, refuse, keep, value }

  var wire: Wire
  /// The first slot, or -1 for a constant.
  var slot: Int32
  /// Where further slots stand in `ValueEncoder.alternatives`, and how many.
  var alternatives: Int32
  var alternativeCount: Int32
  var steps: Int32
  var stepCount: Int32
  var missing: Absent
  var null: Absent
  var empty: Absent
  var nullElement: Element
  var emptyElement: Element
  /// Most scalars in a text, or -1.
  var maxLength: Int32
  /// `char(n)`: the value must have exactly n scalars, as the server would pad a shorter one.
  var isPadded: Bool
  var precision: Int32
  var scale: Int32
  /// Index of the column's own entry in `ValueEncoder.substitutes`.
  var index: Int32
  /// Which values need none of the above.
  var plain = Plain.no
}

/// One transform, compiled.
struct StepCode {
  enum Operation: UInt8 {
    case trim, lower, upper, text, number, epoch, parseDate, enumMap, boolean, cents, json, ejson, hash, uuid
    case base64, hex, constant, round, truncate, stripNUL, escapeNUL, clamp, interval, inet
  }
  var operation: Operation
  /// Digits for cents and round, the length for truncate; an index into the side tables for the rest.
  var argument: Int32
}

/// What a chain of steps has made so far. Most steps hand on a source value; some make what no source has.
enum StepResult {
  case value(RawValue)
  /// Text that is known to be a decimal number.
  case decimalText(UnsafeRawBufferPointer)
  case scaled(Int64, digits: Int)
  /// Microseconds since 2000-01-01, as Postgres counts.
  case timestamp(Int64)
  case parsedTime(ParsedTime)
  case boolean(Bool)
  case uuid(UInt64, UInt64)
  /// A JSON text, to be checked and put in canonical form.
  case jsonText(UnsafeRawBufferPointer)
  /// The value as Extended JSON.
  case extended(RawValue)
  case digest(UnsafeRawBufferPointer)
  case interval(Interval)
  case network(NetworkAddress)
  case null
}

extension ColumnCode {
  static func wire(of type: TargetType) -> Wire {
    switch type {
    case .smallint: .int2
    case .integer: .int4
    case .bigint: .int8
    case .numeric: .numeric
    case .real: .float4
    case .doublePrecision: .float8
    case .boolean: .bool
    case .text, .varchar, .char, .citext: .text
    case .bytea: .bytea
    case .uuid: .uuid
    case .date: .date
    case .time: .time
    case .timestamp: .timestamp
    case .timestamptz: .timestamptz
    case .interval: .interval
    case .inet: .inet
    case .cidr: .cidr
    case .enumeration: .enumeration
    case .domain(_, let base): wire(of: base)
    case .json: .json
    case .jsonb: .jsonb
    case .array: .array
    }
  }

  static func element(_ plan: ElementPlan) -> Element {
    switch plan {
    case .null: .null
    case .skip: .skip
    case .refuse: .refuse
    case .keep: .keep
    case .value: .value
    }
  }

  static func absent(_ plan: AbsencePlan) -> Absent {
    switch plan {
    case .null: .null
    case .refuse: .refuse
    case .keep: .keep
    case .value: .value
    }
  }
}
