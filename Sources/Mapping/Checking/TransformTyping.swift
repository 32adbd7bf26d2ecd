internal import Codec

/// Follows kinds of values through a chain of transforms, and reports what the encoder would refuse for every value.
struct TransformTyping {
  let log: DiagnosticLog

  /// What a step hands on, as the encoder sees it. The last are ends: no step takes them.
  enum Shape: String {
    case anything
    case text = "a text"
    case number = "a number"
    case json = "JSON"
    case extendedJSON = "Extended JSON"
    case decimal = "a decimal number"
    case boolean = "a boolean"
    case instant = "a point in time"
    case identifier = "a UUID"
    case digest = "a digest"
    case interval = "an interval"
    case network = "a network address"
  }

  func check(_ chain: [Located<Transform>], into type: TargetType) {
    // The steps of an array are for each of its elements.
    let type = type.base.element
    var shape = Shape.anything
    var source = ""
    for step in chain {
      guard Self.takes(step.value, shape) else {
        log.error(
          "\"\(step.value.name)\" can't take what \"\(source)\" makes, \(shape.rawValue)", at: step.location)
        return
      }
      shape = Self.makes(step.value, of: shape)
      source = step.value.name
    }
    guard let last = chain.last, !Self.lands(shape, in: type, last.value) else { return }
    log.error(
      "\"\(source)\" makes \(shape.rawValue), which a column of type \(type.sql) doesn't take",
      at: last.location, help: Self.help(shape, type))
  }

  static func takes(_ transform: Transform, _ shape: Shape) -> Bool {
    switch shape {
    case .anything, .extendedJSON: return true
    case .text, .json:
      switch transform {
      case .cents, .base64, .hex, .round, .clamp: return false
      default: return true
      }
    case .number:
      switch transform {
      case .text, .number, .epoch, .enumMap, .boolean, .hash, .ejson, .cents, .round, .clamp: return true
      case .interval(let unit): return unit != nil
      default: return false
      }
    case .decimal:
      switch transform {
      case .round, .clamp: return true
      default: return false
      }
    case .boolean, .instant, .identifier, .digest, .interval, .network: return false
    }
  }

  static func makes(_ transform: Transform, of shape: Shape) -> Shape {
    switch transform {
    case .trim, .lower, .upper, .text, .enumMap, .base64, .hex, .truncate: .text
    case .number, .round, .clamp: .number
    // They change texts wherever these are, and leave the rest as it is.
    case .stripNUL, .escapeNUL: shape
    case .interval: .interval
    case .inet: .network
    case .cents: .decimal
    case .epoch, .parseDate: .instant
    case .boolean: .boolean
    case .json: .json
    case .ejson: .extendedJSON
    case .hash: .digest
    case .uuid: .identifier
    // It is read as the column's type, whatever that is.
    case .constant: .anything
    }
  }

  /// Whether a kind of value may fit a type at all.
  static func lands(_ shape: Shape, in type: TargetType, _ last: Transform) -> Bool {
    let isJSON = type == .json || type == .jsonb
    switch shape {
    case .anything: return true
    case .text:
      if case .enumeration = type { return true }
      return type.isText || type == .bytea || isJSON
    case .number: return type.isNumeric || type.isText || isJSON
    case .json: return type.isText || isJSON
    case .extendedJSON: return isJSON
    case .decimal:
      if case .numeric = type { return true }
      return last == .cents(digits: 0) && (type == .smallint || type == .integer || type == .bigint)
    case .boolean: return type == .boolean || type.isText || isJSON
    case .instant:
      switch type {
      case .date, .timestamp, .timestamptz: return true
      // A number since an epoch is an instant; only a text may state a time of day.
      case .time: return last.name == "date"
      default: return false
      }
    case .identifier: return type == .uuid || type.isText || type == .bytea
    case .digest: return type.isText || type == .bytea
    case .interval: return type == .interval
    case .network: return type == .inet || type == .cidr
    }
  }

  private static func help(_ shape: Shape, _ type: TargetType) -> String? {
    switch shape {
    case .text:
      switch type {
      case .boolean: "add boolean"
      case .uuid: "add uuid"
      case .date, .time, .timestamp, .timestamptz: "add date"
      case .interval: "add interval"
      case .inet, .cidr: "add inet"
      default: type.isNumeric ? "add number" : nil
      }
    case .number, .decimal: "use numeric"
    case .json, .extendedJSON: "use jsonb"
    case .boolean: "use boolean"
    case .instant: "use timestamptz, timestamp or date"
    case .identifier: "use uuid"
    case .digest: "use text or bytea"
    case .interval: "use interval"
    case .network: "use inet or cidr"
    case .anything: nil
    }
  }
}
