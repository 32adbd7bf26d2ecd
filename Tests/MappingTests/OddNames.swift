/// A generator that makes the same numbers each time (SplitMix64), so that a failure can be seen again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// Names and texts that YAML, paths or Swift may take for something else.
enum OddNames {
  static let special = [
    "yes", "no", "null", "~", "true", "1e3", "0x1F", "0", "-1", ".5", ".inf", "NaN", "<<", "=", "---", "...",
    "- a", "? a", "a: b", "a #b", "#a",
    "a,b", "[a]", "{a}", "&a", "*a", "!a", "|", ">", "%a", "@", "`a`", "'", "\"", "''", "\\", "\\n", " a",
    "a ", "a  b", "a\nb", "a\r\nb", "\n", "\t",
    "\u{85}", "\u{2028}", "\u{2029}", "\u{A0}", "\u{FEFF}", "\u{200B}", "\u{7F}", "\u{1}", "é", "e\u{301}",
    "'\u{301}", "\"\u{301}", "\u{301}", "日本",
    "😀", "👩‍👩‍👧", "\u{E000}", "\u{10FFFF}", "$ref", "a.b", "a[0]", "$", "first name", "2024-01-01", "12:30",
    "key:", ":", "on", "Off", "value\\",
  ]

  static func random(using random: inout SeededGenerator, mayBeEmpty: Bool = false) -> String {
    let letters = Array(
      "abcABC012 _-.$:#,[]{}&*!|>%@`'\"\\\n\t~é日😀\u{301}\u{2028}\u{FEFF}\u{1}".unicodeScalars)
    switch Int.random(in: 0...3, using: &random) {
    case 0: return special.randomElement(using: &random) ?? "a"
    case 1: return "name\(Int.random(in: 0...99, using: &random))"
    default:
      var view = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: (mayBeEmpty ? 0 : 1)...8, using: &random) {
        view.append(letters.randomElement(using: &random) ?? "a")
      }
      return String(view)
    }
  }
}
