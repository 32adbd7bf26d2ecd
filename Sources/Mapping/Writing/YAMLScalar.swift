/// Writes a text as a YAML scalar that reads back as exactly that text, plain where that is safe everywhere.
enum YAMLScalar {
  static func text(_ text: String) -> String {
    if isPlain(text) { return text }
    let scalars = text.unicodeScalars
    let needsEscapes = scalars.contains { !isShowable($0) }
    if !needsEscapes, scalars.contains(where: { $0 == "\"" || $0 == "\\" }) {
      // By scalars: an accent after the quote would hide it inside one Character.
      return "'" + scalars.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
    }
    var quoted = "\""
    for scalar in scalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where isShowable(scalar): quoted.unicodeScalars.append(scalar)
      default: quoted += escape(scalar)
      }
    }
    return quoted + "\""
  }

  /// A key of a mapping. libyaml takes keys of more than 1024 characters only behind a question mark.
  static func key(_ text: String) -> String {
    let written = Self.text(text)
    return written.unicodeScalars.count > 1000 ? "? \(written) " : written
  }

  /// Plain in block and in flow style, and no word or number that some reader of YAML takes for another type.
  private static func isPlain(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.first, let last = scalars.last, scalars.count <= 80 else { return false }
    guard first == "_" || first == "$" || first.properties.isAlphabetic, last != " " else { return false }
    let isSafe = scalars.allSatisfy {
      $0.isASCII
        ? $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-.$/()+ ".unicodeScalars.contains($0)
        : $0.properties.isAlphabetic && isShowable($0)
    }
    return isSafe && !text.contains("  ") && !specialWords.contains(text.lowercased())
  }

  private static let specialWords: Set<String> = [
    "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity",
  ]

  /// Whether a character may stand in a line as it is.
  private static func isShowable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let code = String(scalar.value, radix: 16, uppercase: true)
    let (letter, width) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: width - code.count) + code
  }
}
