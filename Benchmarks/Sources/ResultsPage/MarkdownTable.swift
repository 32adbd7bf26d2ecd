/// Tables of Markdown.
enum MarkdownTable {
  /// The first row is the head. Numbers stand to the right, below each other.
  static func text(_ rows: [[String]], isOfNumbers: Bool = false) -> String {
    guard let head = rows.first else { return "" }
    let rule = "|" + head.indices.map { $0 == 0 || !isOfNumbers ? "---|" : "--:|" }.joined()
    return ([line(head), rule] + rows.dropFirst().map(line)).joined(separator: "\n") + "\n"
  }

  private static func line(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }.joined(separator: " | ")
      + " |"
  }
}
