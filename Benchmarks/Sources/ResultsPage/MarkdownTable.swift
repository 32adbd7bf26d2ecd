/// Tables of Markdown.
enum MarkdownTable {
  /// The first row is the head.
  static func text(_ rows: [[String]]) -> String {
    guard let head = rows.first else { return "" }
    let rule = "|" + head.indices.map { $0 == 0 ? "---|" : "--:|" }.joined()
    return ([line(head), rule] + rows.dropFirst().map(line)).joined(separator: "\n") + "\n"
  }

  private static func line(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }.joined(separator: " | ")
      + " |"
  }
}
