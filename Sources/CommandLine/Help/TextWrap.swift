/// Breaks text into lines at spaces.
public enum TextWrap {
  /// The lines of one paragraph, none wider than `width` unless a single word is.
  public static func lines(_ paragraph: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    for word in paragraph.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      let wordWidth = DisplayText.width(String(word))
      if !line.isEmpty && used + 1 + wordWidth > width {
        lines.append(line)
        line = ""
        used = 0
      }
      line += line.isEmpty ? String(word) : " \(word)"
      used += (used == 0 ? 0 : 1) + wordWidth
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// The lines of a text whose paragraphs are parted by empty lines. Lines that begin with two spaces stay
  /// as they are.
  static func paragraphs(_ text: String, width: Int) -> [String] {
    var result: [String] = []
    var open = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty || line.hasPrefix("  ") {
        result += lines(open, width: width)
        open = ""
        result.append(String(line))
      } else {
        open += (open.isEmpty ? "" : " ") + line
      }
    }
    return result + lines(open, width: width)
  }
}

/// Terms on the left, explanations wrapped on the right.
enum DefinitionList {
  /// A term wider than this gets a line for itself.
  private static let widestTerm = 26

  /// The list's lines, indented by two spaces.
  static func lines(
    _ rows: [(term: String, explanation: String)], width: Int, termWidth: Int? = nil
  ) -> [String] {
    let column = min(termWidth ?? self.termWidth(rows.map(\.term)), widestTerm)
    let indent = String(repeating: " ", count: column + 4)
    return rows.flatMap { row -> [String] in
      var explanation = TextWrap.lines(row.explanation, width: max(20, width - column - 4))[...]
      guard let first = explanation.first else { return ["  \(row.term)"] }
      if DisplayText.width(row.term) > column { return ["  \(row.term)"] + explanation.map { indent + $0 } }
      explanation.removeFirst()
      return ["  \(DisplayText.padded(row.term, to: column))  \(first)"] + explanation.map { indent + $0 }
    }
  }

  /// The width of the widest term that shares a line with its explanation.
  static func termWidth(_ terms: [String]) -> Int {
    terms.map(DisplayText.width).filter { $0 <= widestTerm }.max() ?? widestTerm
  }
}
