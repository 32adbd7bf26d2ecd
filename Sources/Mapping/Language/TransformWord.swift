internal import Codec

/// The transforms by name, with the argument that each takes.
enum TransformWord: String, CaseIterable, Sendable {
  case trim, lower, upper, text, number, epoch, date
  case enumMap = "enum"
  case boolean, cents, json, ejson, hash, uuid, base64, hex, constant, round, truncate
  case stripNUL = "strip_nul"
  case escapeNUL = "escape_nul"
  case clamp, interval, inet

  enum Argument: Sendable { case none, optional, needed }

  var argument: Argument {
    switch self {
    case .trim, .lower, .upper, .text, .number, .json, .ejson, .hash, .base64, .hex, .stripNUL, .escapeNUL,
      .inet:
      .none
    case .date, .boolean, .uuid, .interval: .optional
    case .epoch, .enumMap, .cents, .constant, .round, .truncate, .clamp: .needed
    }
  }

  /// An argument as an example, for messages.
  var example: String {
    switch self {
    case .epoch: "{ epoch: milliseconds }"
    case .date: "{ date: \"%d.%m.%Y\" }"
    case .enumMap: "{ enum: { f: free, p: pro } }"
    case .boolean: "{ boolean: { true: [yes], false: [no] } }"
    case .cents: "{ cents: 2 }"
    case .uuid: "{ uuid: java }"
    case .constant: "{ constant: legacy }"
    case .round: "{ round: 2 }"
    case .truncate: "{ truncate: 80 }"
    case .clamp: "{ clamp: [0, 100] }"
    case .interval: "{ interval: seconds }"
    default: rawValue
    }
  }
}

extension Transform {
  /// The words that `boolean` without an argument takes.
  static let usualBooleanWords = Transform.boolean(
    trueWords: ["true", "t", "yes", "y", "1", "on"], falseWords: ["false", "f", "no", "n", "0", "off"])

  /// Whether two different source values may come out alike, which a key must not allow.
  var mayMergeValues: Bool {
    switch self {
    case .trim, .lower, .upper, .hash, .boolean, .constant, .round, .truncate, .stripNUL, .clamp: true
    case .enumMap(let pairs): Set(pairs.map { ExactText($0.to) }).count < pairs.count
    case .text, .number, .epoch, .parseDate, .cents, .json, .ejson, .uuid, .base64, .hex, .escapeNUL,
      .interval, .inet:
      false
    }
  }
}

extension Transform {
  /// Whether a value becomes another one, so that a reference that goes without this step misses what it refers to. What
  /// only reads a value in another way isn't meant.
  var makesAnotherValue: Bool {
    switch self {
    case .lower, .upper, .enumMap, .cents, .hash, .uuid, .base64, .constant, .round, .truncate, .escapeNUL,
      .clamp:
      true
    default: false
    }
  }
}
