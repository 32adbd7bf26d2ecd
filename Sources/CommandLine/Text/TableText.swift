/// A table in plain text: columns aligned, numbers to the right with commas, nothing drawn but spaces and
/// one rule.
///
/// For example:
/// ```swift
/// var table = TableText(["entity", "read"])
/// table.add([.text("users"), .number(1_234)])
/// print(table.text())
/// ```
public struct TableText: Sendable, Equatable {
  /// What stands in one place of the table.
  public enum Cell: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// A text, aligned to the left. Control characters are written out.
    case text(String)
    /// A count, aligned to the right, with commas.
    case number(Int)
    /// A text that reads as a number or a measure, aligned to the right: `3.2 s`.
    case measure(String)
    /// Nothing.
    case empty

    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int) { self = .number(value) }

    var shown: String {
      switch self {
      case .text(let text), .measure(let text): DisplayText.escapingControls(text)
      case .number(let number): NumberText.grouped(number)
      case .empty: ""
      }
    }

    var isRightAligned: Bool {
      switch self {
      case .number, .measure: true
      case .text, .empty: false
      }
    }
  }

  private let titles: [String]
  private var rows: [[Cell]] = []
  private var footer: [Cell]?

  /// A table with these column titles and no rows.
  public init(_ titles: [String]) {
    self.titles = titles
  }

  /// Whether no row was added.
  public var isEmpty: Bool { rows.isEmpty }

  /// Adds a row. Cells beyond the titles are left out; missing ones are empty.
  public mutating func add(_ cells: [Cell]) {
    rows.append(fitted(cells))
  }

  /// Sets the row under a rule at the end, for sums.
  public mutating func setFooter(_ cells: [Cell]) {
    footer = fitted(cells)
  }

  private func fitted(_ cells: [Cell]) -> [Cell] {
    titles.indices.map { $0 < cells.count ? cells[$0] : .empty }
  }

  /// The table's lines, each ended by a newline. A column goes to the right when its first filled cell
  /// does.
  ///
  /// - Parameters:
  ///   - style: makes the titles bold, when it is on.
  ///   - indent: spaces before each line.
  public func text(style: ANSIStyle = ANSIStyle(isEnabled: false), indent: Int = 0) -> String {
    let body = rows + (footer.map { [$0] } ?? [])
    let widths = titles.indices.map { column in
      body.reduce(DisplayText.width(titles[column])) { max($0, DisplayText.width($1[column].shown)) }
    }
    let rightAligned = titles.indices.map { column in
      body.first { $0[column] != .empty }.map { $0[column].isRightAligned } ?? false
    }
    func line(_ texts: [String]) -> String {
      let cells = titles.indices.map { column in
        rightAligned[column]
          ? DisplayText.paddedLeft(texts[column], to: widths[column])
          : DisplayText.padded(texts[column], to: widths[column])
      }
      let joined = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
      return String(joined.reversed().drop { $0 == " " }.reversed())
    }
    var lines = [style.bold(line(titles))]
    lines += rows.map { line($0.map(\.shown)) }
    if let footer {
      lines.append(line(widths.map { String(repeating: "-", count: $0) }))
      lines.append(line(footer.map(\.shown)))
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
