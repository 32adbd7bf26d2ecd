/// Where a field stands in a source record: `email`, `profile.locale`, `addresses[0].city`, `addresses[].city`,
/// `"a.b".c` (odd names as JSON strings), `@` (the path without steps: the value itself).
public struct ValuePath: Sendable, Hashable, CustomStringConvertible {
  public enum Step: Sendable, Hashable {
    case field(String)
    /// One element of an array.
    case index(Int)
    /// Every element of an array.
    case each
  }
  public var steps: [Step]

  public init(_ steps: [Step]) { self.steps = steps }

  /// A path of one field, whatever characters its name has.
  public init(field: String) { steps = [.field(field)] }

  public var description: String {
    if steps.isEmpty { return "@" }
    var text = ""
    for step in steps {
      switch step {
      case .field(let name):
        if !text.isEmpty { text += "." }
        text += ValuePath.isPlain(name) ? name : ValuePath.quoted(name)
      case .index(let index): text += "[\(index)]"
      case .each: text += "[]"
      }
    }
    return text
  }

  /// Whether a field's name may stand in a path without quotes.
  static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.unicodeScalars.allSatisfy(isPlain)
  }

  /// Whether a character may stand in a field's name without quotes.
  static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" || scalar == "-"
      || scalar == "$"
  }

  /// The name as a JSON string.
  static func quoted(_ name: String) -> String {
    var text = "\""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
