internal import CommandLine

/// Text on its way into HTML or XML. Nothing reaches a page but through here.
enum Markup {
  /// The text with what has a meaning in markup written as references, and with what XML can't hold written out: a NUL
  /// becomes the six characters `\u{0}`.
  static func text(_ text: String) -> String {
    var result = ""
    for scalar in DisplayText.escapingControls(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // Characters of Unicode that XML 1.0 excludes (2.2).
      case "\u{FFFE}", "\u{FFFF}": result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A value of a record, as code.
  static func value(_ value: String?, limit: Int = 400) -> String {
    value == nil ? "<span class=\"null\">NULL</span>" : shown(EvidenceValue.text(value, limit: limit))
  }

  /// Two values that differ, each as code.
  static func pair(_ source: String?, _ target: String?, limit: Int = 400) -> (source: String, target: String)
  {
    let pair = EvidenceValue.pair(source, target, limit: limit)
    return (
      source == nil ? value(nil) : shown(pair.source), target == nil ? value(nil) : shown(pair.target)
    )
  }

  private static func shown(_ text: String) -> String { "<code>\(self.text(text))</code>" }
}
