internal import Guardrails
internal import Mapping

/// Texts as literals of other languages.
enum StringLiteral {
  /// In double quotes, of ASCII alone: what JSON, JavaScript and Python read alike. Characters beyond U+FFFF are written as
  /// JSON writes them, in two halves, or as Python does.
  static func ascii(_ text: String, wide: (UInt32) -> String = { "\\U" + hexadecimal($0, 8) }) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case " "..."~": output.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{FFFF}": output += "\\u" + hexadecimal(scalar.value, 4)
      default: output += wide(scalar.value)
      }
    }
    return output + "\""
  }

  /// As TypeScript and JavaScript read it.
  static func script(_ text: String) -> String { ascii(text) { "\\u{" + String($0, radix: 16) + "}" } }

  private static func hexadecimal(_ number: UInt32, _ width: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: width - digits.count) + digits
  }
}

extension GuardPlan {
  /// What names a store: its name, and its kind where it is the only one.
  var storeWords: [String] {
    var words = stores.map(\.name)
    for index in stores.indices {
      let kind = stores[index].kind.rawValue
      if !words.contains(kind), store(named: kind) == index { words.append(kind) }
    }
    return words
  }
}
