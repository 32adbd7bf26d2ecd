/// How a field's name stands in a path: `email` as it is, `"a.b"` as a JSON string.
public enum FieldName {
  /// The name as a path shows it.
  public static func written(_ name: String) -> String { isPlain(name) ? name : quoted(name) }

  /// Whether a name may stand in a path without quotes.
  public static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.unicodeScalars.allSatisfy(isPlain)
  }

  /// Whether a character may stand in a name without quotes.
  public static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" || scalar == "-"
      || scalar == "$"
  }

  /// The name as a JSON string.
  public static func quoted(_ name: String) -> String {
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

/// Puts places into a path that stands for many: `addresses[].zip` and 2 make `addresses[2].zip`.
public enum ExactPath {
  /// - Parameter positions: for each `[]` its place, from left to right; where there are fewer, the last `[]` stay.
  public static func text(_ path: String, positions: [Int32]) -> String {
    if positions.isEmpty { return path }
    var text = String.UnicodeScalarView()
    var left = positions[...]
    var isQuoted = false
    var isEscaped = false
    for scalar in path.unicodeScalars {
      if scalar == "]", !isQuoted, text.last == "[", let place = left.popFirst() {
        text.append(contentsOf: String(place).unicodeScalars)
      }
      if scalar == "\"", !isEscaped { isQuoted.toggle() }
      isEscaped = isQuoted && scalar == "\\" && !isEscaped
      text.append(scalar)
    }
    return String(text)
  }
}
