/// Finds the word that was probably meant.
enum Suggestion {
  /// The nearest of the candidates, or `nil` when none is near: at most a third of the letters may differ,
  /// or the typed word must be the beginning of exactly one candidate.
  static func nearest(to typed: String, among candidates: [String]) -> String? {
    let typedLetters = Array(typed.lowercased())
    let limit = max(1, typedLetters.count / 3)
    var best: (word: String, distance: Int)?
    for candidate in candidates {
      let distance = self.distance(typedLetters, Array(candidate.lowercased()))
      if distance <= limit && distance < (best?.distance ?? Int.max) { best = (candidate, distance) }
    }
    if let best { return best.word }
    guard typedLetters.count >= 2 else { return nil }
    let begun = candidates.filter { $0.lowercased().hasPrefix(typed.lowercased()) }
    return begun.count == 1 ? begun[0] : nil
  }

  /// ` Did you mean 'X'?` with its leading space, or nothing.
  static func sentence(for typed: String, among candidates: [String]) -> String {
    nearest(to: typed, among: candidates).map { " Did you mean '\($0)'?" } ?? ""
  }

  /// The optimal string alignment distance: insertions, deletions, substitutions, and swaps of neighbours.
  static func distance(_ left: [Character], _ right: [Character]) -> Int {
    if left.isEmpty || right.isEmpty { return left.count + right.count }
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in 1...left.count {
      var current = [row]
      for column in 1...right.count {
        let substitution = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
        var cost = min(substitution, previous[column] + 1, current[column - 1] + 1)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          cost = min(cost, beforePrevious[column - 2] + 1)
        }
        current.append(cost)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[right.count]
  }
}

/// Joins words into the middle of a sentence.
enum WordList {
  /// `'a'`, `'a' or 'b'`, `'a', 'b' or 'c'`.
  static func either(_ words: [String]) -> String { join(words, last: "or") }

  /// `'a'`, `'a' and 'b'`, `'a', 'b' and 'c'`.
  static func both(_ words: [String]) -> String { join(words, last: "and") }

  private static func join(_ words: [String], last conjunction: String) -> String {
    let quoted = words.map { "'\($0)'" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return quoted.dropLast().joined(separator: ", ") + " \(conjunction) " + last
  }
}
