/// Finds the word that a misspelt one was meant to be.
package enum NearestWord {
  /// `did you mean "x"?` for the nearest candidate, or nil where none is near.
  package static func help(for word: String, among candidates: some Sequence<String>) -> String? {
    nearest(to: word, among: candidates).map { "did you mean \"\($0)\"?" }
  }

  /// The candidate with the fewest edits, at most one for short words and two or three for longer ones; of equals the first.
  package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let letters = fold(word)
    guard !letters.isEmpty else { return nil }
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
      let other = fold(candidate)
      let longest = max(letters.count, other.count)
      let limit = longest <= 3 ? 1 : longest <= 8 ? 2 : 3
      guard abs(letters.count - other.count) <= limit else { continue }
      let distance = distance(letters, other)
      // Two edits of a word with two letters make any word; something must stay alike.
      guard distance <= limit, distance < min(letters.count, other.count) || distance == 0 else { continue }
      if distance < best?.distance ?? Int.max { best = (distance, candidate) }
    }
    return best?.candidate
  }

  /// Case and the sign between two words don't count.
  private static func fold(_ word: String) -> [Unicode.Scalar] {
    word.lowercased().unicodeScalars.map { $0 == "_" || $0 == " " ? "-" : $0 }
  }

  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
  private static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...second.count)
    for row in 0..<first.count {
      var current = [row + 1]
      for column in 0..<second.count {
        let cost = first[row] == second[column] ? 0 : 1
        var value = min(previous[column + 1] + 1, current[column] + 1, previous[column] + cost)
        if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
          value = min(value, beforePrevious[column - 1] + 1)
        }
        current.append(value)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[second.count]
  }
}
