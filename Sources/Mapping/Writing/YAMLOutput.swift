/// Lines of YAML as they are written.
struct YAMLOutput {
  private(set) var text = ""
  /// Longer objects are written in block style.
  static let width = 110

  mutating func line(_ line: String, indent: Int = 0) {
    text += String(repeating: " ", count: indent) + line + "\n"
  }

  mutating func comment(_ comments: [String], indent: Int) {
    for comment in comments {
      var line = "#"
      func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        [0x0A, 0x0D, 0x85, 0x2028, 0x2029].contains(scalar.value)
      }
      // YAML knows more line breaks than one, and no control characters even in comments.
      for scalar in comment.unicodeScalars {
        if isBreak(scalar) {
          self.line(line, indent: indent)
          line = "#"
        } else {
          if line == "#" { line += " " }
          let isControl =
            scalar.properties.generalCategory == .control || scalar.value == 0xFEFF
            || scalar.properties.isNoncharacterCodePoint
          line.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
        }
      }
      self.line(line, indent: indent)
    }
  }

  /// `key: { a: b, … }` on one line, or a line for each pair where that would be too long.
  mutating func object(_ key: String, _ pairs: [(String, String)], indent: Int) {
    let flow = "\(key): \(Self.flow(pairs))"
    if pairs.isEmpty || flow.count + indent <= Self.width {
      line(flow, indent: indent)
    } else {
      line("\(key):", indent: indent)
      for pair in pairs { line("\(pair.0): \(pair.1)", indent: indent + 2) }
    }
  }

  static func flow(_ pairs: [(String, String)]) -> String {
    pairs.isEmpty ? "{}" : "{ " + pairs.map { "\($0.0): \($0.1)" }.joined(separator: ", ") + " }"
  }

  static func list(_ texts: [String]) -> String {
    "[" + texts.map(YAMLScalar.text).joined(separator: ", ") + "]"
  }
}
