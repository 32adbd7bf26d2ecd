/// Keeps what may hold a password out of error messages.
enum Redaction {
  /// The word as an error may repeat it: of a URL only its kind, and no more than sixty characters.
  static func shown(_ word: String) -> String {
    var seen = ""
    for character in word {
      seen.append(character)
      if seen.hasSuffix("://") { return seen + "…" }
    }
    let safe = DisplayText.escapingControls(word)
    return safe.count > 60 ? safe.prefix(59) + "…" : safe
  }
}
