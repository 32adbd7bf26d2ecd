/// How the text of an option's value or of an argument is read and checked.
public enum ValueSyntax: Sendable, Equatable {
  /// Any text that isn't empty.
  case text
  /// A whole number within the range.
  case integer(ClosedRange<Int>)
  /// A length of time such as `30s`, `5m` or `1h`.
  case duration
  /// One of a fixed set of words.
  case choice([String])
  /// A file or a folder. Whether it exists isn't checked here.
  case path
  /// A URL with a scheme, such as `postgres://…` or `sqlite:path`. Never repeated in an error: it may hold
  /// a password.
  case url

  /// A whole number that isn't below `minimum`.
  public static func integer(atLeast minimum: Int) -> ValueSyntax { .integer(minimum...Int.max) }
}

extension ValueSyntax {
  /// Says what was expected when `text` doesn't follow the syntax; `nil` when it does.
  ///
  /// The rest of a sentence whose subject the caller adds: `takes a whole number from 1 to 64, not 'many'.`
  func objection(to text: String) -> String? {
    if text.isEmpty { return "needs a value, and was given an empty one." }
    let shown = Redaction.shown(text)
    switch self {
    case .text, .path:
      return nil
    case .integer(let range):
      if let number = Int(text), range.contains(number) { return nil }
      return "takes \(Self.words(for: range)), not '\(shown)'."
    case .duration:
      if DurationText.parse(text) != nil { return nil }
      return "takes a duration such as '1500ms', '30s', '5m' or '1h', not '\(shown)'."
    case .choice(let choices):
      if choices.contains(text) { return nil }
      return "takes \(WordList.either(choices)), not '\(shown)'."
        + Suggestion.sentence(for: text, among: choices)
    case .url:
      if Self.hasScheme(text) { return nil }
      return "takes a URL that begins with its kind, such as 'postgres://', 'mongodb://' or 'sqlite:'."
    }
  }

  private static func words(for range: ClosedRange<Int>) -> String {
    switch (range.lowerBound, range.upperBound) {
    case (Int.min, Int.max): "a whole number"
    case (let lower, Int.max): "a whole number of at least \(lower)"
    case (Int.min, let upper): "a whole number of at most \(upper)"
    case (let lower, let upper): "a whole number from \(lower) to \(upper)"
    }
  }

  /// A scheme is a letter, then letters, digits, `+`, `-` or `.`, then a colon and something after it (RFC
  /// 3986, 3.1).
  private static func hasScheme(_ text: String) -> Bool {
    guard let colon = text.firstIndex(of: ":"), colon != text.startIndex,
      text.index(after: colon) != text.endIndex
    else { return false }
    let scheme = text[..<colon].utf8
    guard let first = scheme.first, first.isLetter else { return false }
    return scheme.allSatisfy {
      $0.isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "+-.".utf8.contains($0)
    }
  }
}

extension UInt8 {
  /// Whether the byte is an ASCII letter.
  fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
