/// The page of results: everything on it is computed from what the sections left.
public struct ResultsPage {
  private let results: Results
  private let explanations: [String: String]

  /// - Parameters:
  ///   - results: of all sections.
  ///   - explanations: a Markdown text with a heading of the second level for each target that may be missed, named as the target:
  ///     why, and the next lever. What a target that is met would have to say is left out.
  public init(_ results: Results, explanations: String = "") {
    self.results = results
    self.explanations = Self.parts(explanations)
  }

  /// As Markdown.
  public func text() -> String {
    var parts = [head(), machine(), targets()]
    parts += Section.all.compactMap { $0.page(results) }
    parts.append(PeersSection.page(results))
    return parts.compactMap { $0 }.joined(separator: "\n")
  }

  private func head() -> String {
    """
    # Results

    This page is written by `scripts/benchmark all`, and nothing on it by hand but the explanations of missed targets, which are kept in
    `Benchmarks/EXPLANATIONS.md`. Figures are medians, with the smallest and the largest in brackets; ratios are of measurements that were made one
    right after the other. Seconds are by the clock unless it says otherwise. How it measures is in `Benchmarks/README.md`.

    """
  }

  private func machine() -> String? {
    guard let environment = results.section("environment").first?.results else { return nil }
    let rows = environment.facts.sorted { $0.key < $1.key }.map { name, text in
      // Numbered, so that they keep an order that makes sense.
      [name.drop { $0.isNumber || $0 == " " }.description, text]
    }
    return "## The machine and the servers\n\n" + MarkdownTable.text([["", ""]] + rows)
  }

  private func targets() -> String {
    var rows = [["target", "workload", "measured", "asked for", ""]]
    var missed: [String] = []
    var counts = (met: 0, missed: 0, open: 0)
    for target in Target.all {
      for measured in target.measured(results) {
        let verdict: String
        if measured.values.values.isEmpty {
          verdict = "not measured"
          counts.open += 1
        } else if target.bound.holds(measured.values.median) {
          verdict = "met"
          counts.met += 1
        } else {
          verdict = "**missed**"
          counts.missed += 1
          if !missed.contains(target.name) { missed.append(target.name) }
        }
        let note = measured.note.isEmpty ? "" : " (\(measured.note))"
        rows.append([
          target.words, measured.workload, measured.values.text + note, "\(target.bound)", verdict,
        ])
      }
    }
    var text = "## Targets\n\n\(counts.met) met, \(counts.missed) missed, \(counts.open) not measured.\n\n"
    text += MarkdownTable.text(rows)
    if !missed.isEmpty {
      text += "\n### Why targets are missed, and what comes next\n"
      for name in missed {
        text += "\n**\(name)**: \(explanations[name] ?? "not explained yet.")\n"
      }
    }
    return text
  }

  /// The paragraphs below each heading of the second level, by its words.
  private static func parts(_ text: String) -> [String: String] {
    var parts: [String: String] = [:]
    var name: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("## ") {
        name = String(line.dropFirst(3))
      } else if let name {
        parts[name, default: ""] += line + "\n"
      }
    }
    return parts.mapValues { String($0.trimmed()) }
  }
}

extension Target.Bound: CustomStringConvertible {
  var description: String {
    switch self {
    case .atMost(let bound): "at most \(Measurements.number(bound))"
    case .atLeast(let bound): "at least \(Measurements.number(bound))"
    case .below(let bound): "below \(Measurements.number(bound))"
    }
  }
}

extension String {
  fileprivate func trimmed() -> Substring {
    let start = firstIndex { !$0.isWhitespace } ?? endIndex
    let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? endIndex
    return start < end ? self[start..<end] : ""
  }
}
