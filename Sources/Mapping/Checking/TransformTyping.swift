internal import Codec

/// Follows kinds of values through a chain of transforms, and reports a step that can take nothing of what reaches it.
struct TransformTyping {
  let log: DiagnosticLog

  /// Kinds of values, as coarse as is sure before any data is seen.
  enum Shape: String {
    case anything, text, number, boolean
    case instant = "a point in time"
    case identifier = "a UUID"
    case document = "JSON"
    case digest = "a digest"
    case binary
  }

  func check(_ chain: [Located<Transform>], into type: TargetType) {
    var shape = Shape.anything
    var source = ""
    for step in chain {
      let accepted = Self.accepts(step.value)
      if shape != .anything, !accepted.isEmpty, !accepted.contains(shape) {
        let wanted = accepted.map(\.rawValue).joined(separator: " or ")
        log.error(
          "\"\(step.value.name)\" takes \(wanted), but \"\(source)\" makes \(shape.rawValue)",
          at: step.location)
        return
      }
      shape = Self.makes(step.value)
      source = step.value.name
    }
    // An array's transforms work on its elements or on the array itself; only data can tell.
    if case .array = type { return }
    guard let last = chain.last, !Self.lands(shape, in: type) else { return }
    log.error(
      "\"\(source)\" makes \(shape.rawValue), which a column of type \(type.sql) doesn't take",
      at: last.location,
      help: Self.help(shape, type))
  }

  /// What a transform takes; empty for all kinds.
  static func accepts(_ transform: Transform) -> [Shape] {
    switch transform {
    case .trim, .lower, .upper, .number, .parseDate, .json: [.text, .digest]
    case .epoch, .cents: [.number]
    case .boolean: [.text, .number, .boolean]
    case .uuid: [.text, .binary, .identifier]
    case .base64, .hex: [.binary, .digest]
    case .text, .enumMap: [.text, .number, .boolean, .instant, .identifier, .digest]
    case .ejson, .hash, .constant: []
    }
  }

  static func makes(_ transform: Transform) -> Shape {
    switch transform {
    case .trim, .lower, .upper, .text, .enumMap, .base64, .hex, .constant: .text
    case .number, .cents: .number
    case .epoch, .parseDate: .instant
    case .boolean: .boolean
    case .json, .ejson: .document
    case .hash: .digest
    case .uuid: .identifier
    }
  }

  /// Whether a kind of value may fit a type at all.
  static func lands(_ shape: Shape, in type: TargetType) -> Bool {
    switch shape {
    case .anything, .text, .binary: true
    case .number:
      switch type {
      case .boolean, .bytea, .uuid, .date, .time, .timestamp, .timestamptz: false
      default: true
      }
    case .boolean: type == .boolean || type == .json || type == .jsonb || type.isText
    case .instant:
      switch type {
      case .date, .time, .timestamp, .timestamptz, .json, .jsonb: true
      default: type.isText
      }
    case .identifier: type == .uuid || type == .bytea || type == .json || type == .jsonb || type.isText
    case .document: type == .json || type == .jsonb || type.isText
    case .digest: type.isText || type == .bytea || type == .json || type == .jsonb
    }
  }

  private static func help(_ shape: Shape, _ type: TargetType) -> String? {
    switch shape {
    case .instant: "use timestamptz, timestamp, date or time"
    case .boolean: "use boolean"
    case .identifier: "use uuid"
    case .document: "use jsonb"
    case .digest: "use text or bytea"
    case .number, .text, .binary, .anything: nil
    }
  }
}
