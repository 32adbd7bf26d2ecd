public import Codec

/// Makes any column that a mapping can name out of the fuzzer's bytes.
public enum ColumnChoice {
  private static let scalars: [TargetType] = [
    .smallint, .integer, .bigint, .numeric(precision: nil, scale: nil), .real, .doublePrecision, .boolean,
    .text, .citext, .bytea, .uuid, .date, .time, .timestamp, .timestamptz, .json, .jsonb,
    .interval, .inet, .cidr, .enumeration(named, labels: ["a", "first", "ä", ""]),
    .domain(named, over: .varchar(3)), .domain(named, over: .numeric(precision: 6, scale: 2)),
  ]
  private static let named = NamedType(schema: "s", name: "n")
  private static let patterns = [
    "%d.%m.%Y", "%Y-%m-%dT%H:%M:%S.%f%z", "%b %d, %y", "%Y%j", "%H:%M", "%%%Y ä%m",
  ]
  private static let units: [EpochUnit] = [
    .seconds, .milliseconds, .microseconds, .nanoseconds, .webkit, .cocoa, .julian,
  ]
  private static let declared = [
    "", "0", "-1", "2.50", "1e3", "true", "n", "2024-02-29", "2024-02-29 12:30:00+02", "12:30",
    "{\"b\": [1]}",
    "00000000-0000-4000-8000-000000000000", "ä text", "P1DT2H", "10.0.0.0/8",
  ]

  /// A column that looks at `slots`.
  public static func column(slots: [Int], from source: inout ByteSource) -> ColumnPlan {
    let type = type(from: &source)
    var transforms: [Transform] = []
    for _ in 0..<source.below(5) { transforms.append(transform(from: &source)) }
    return ColumnPlan(
      name: "c", slots: slots, type: type, transforms: transforms, missing: absence(from: &source),
      null: absence(from: &source), empty: absence(from: &source))
  }

  private static func type(from source: inout ByteSource) -> TargetType {
    let choice = source.below(scalars.count + 4)
    switch choice - scalars.count {
    case 0: return numeric(from: &source)
    case 1: return .varchar(1 + source.below(20))
    case 2: return .char(1 + source.below(20))
    case 3:
      let element = source.below(scalars.count + 1)
      return .array(element == scalars.count ? numeric(from: &source) : scalars[element])
    default: return scalars[choice]
    }
  }

  private static func numeric(from source: inout ByteSource) -> TargetType {
    let precision = 1 + source.below(40)
    let scale = source.below(42)
    return .numeric(precision: precision, scale: scale > precision ? nil : scale)
  }

  private static func transform(from source: inout ByteSource) -> Transform {
    switch source.below(24) {
    case 0: .trim
    case 1: .lower
    case 2: .upper
    case 3: .text
    case 4: .number
    case 5: .epoch(source.one(of: units))
    case 6: .parseDate(.iso)
    case 7: .parseDate(.pattern(source.one(of: patterns)))
    case 8:
      .enumMap([EnumPair(from: "a", to: "first"), EnumPair(from: "1", to: ""), EnumPair(from: "", to: "ä")])
    case 9: .boolean(trueWords: [], falseWords: [])
    case 10: .boolean(trueWords: ["JA", "1"], falseWords: ["NEIN"])
    case 11: .cents(digits: source.below(19))
    case 12: source.below(2) == 0 ? .json : .ejson
    case 13: .hash
    case 14: .uuid(source.one(of: [.standard, .java, .csharp]))
    case 15: source.below(2) == 0 ? .base64 : .hex
    case 16: .constant(source.one(of: declared))
    case 17: .round(digits: source.below(31))
    case 18: .truncate(length: 1 + source.below(40))
    case 19: .stripNUL
    case 20: .escapeNUL
    case 21: .clamp(from: source.one(of: ["0", "-1.5", "1e-3"]), to: source.one(of: ["2", "100", "1e20"]))
    case 22: .interval(source.one(of: [nil] + IntervalUnit.allCases.map(Optional.some)))
    default: .inet
    }
  }

  private static func absence(from source: inout ByteSource) -> AbsencePlan {
    switch source.below(4) {
    case 0: .null
    case 1: .refuse
    case 2: .keep
    default: .value(Array(source.one(of: declared).utf8))
    }
  }
}
