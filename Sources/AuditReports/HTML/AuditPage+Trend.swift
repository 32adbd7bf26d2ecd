internal import Audit
internal import CommandLine

/// How this audit compares with those before it: a bar each, and the figures for who can't see bars.
extension AuditPage {
  /// Audits that the chart shows.
  private static var shown: Int { 30 }
  private static var height: Double { 96 }

  /// Everything that counts as drift in a report.
  private static func drift(_ report: AuditReport) -> Int {
    report.entities.reduce(0) { $0 + max(0, $1.tally.drift) } + report.ownership.count { $0.isDrift }
  }

  func trend() -> String {
    let reports = (past + [report]).suffix(Self.shown)
    guard reports.count > 1 else { return "" }
    let highest = reports.map(Self.drift).max() ?? 0
    let rows = reports.reversed().map { report in
      [
        "\(report.run)", Markup.text(AuditWords.time(report.startedAt)),
        NumberText.grouped(Self.drift(report)),
        report.isComplete ? "yes" : "no",
      ]
    }
    let says =
      "The last \(reports.count) audits. The highest bar stands for \(Count.text(highest, "difference"));"
      + " heights grow with the square root, and an audit without drift has a low green bar."
    return section(
      "trend", "Trend",
      """
      \(chart(Array(reports), highest: highest, label: says))
      <p class="seen">\(Markup.text(says))</p>
      <details><summary>The figures</summary>
      \(table("Past audits", [("Audit", false), ("When", false), ("Differences", true), ("Complete", false)], rows))
      </details>
      """)
  }

  private func chart(_ reports: [AuditReport], highest: Int, label: String) -> String {
    let step = 600 / Double(max(reports.count, 12))
    let bars = reports.enumerated().map { index, report in
      let drift = Self.drift(report)
      // A square root lets one difference be seen beside ten thousand.
      let share = highest == 0 ? 0 : (Double(drift) / Double(highest)).squareRoot()
      let height = drift == 0 ? 4 : max(6, share * Self.height)
      let tone = drift > 0 ? "bad" : report.isComplete ? "good" : "warn"
      let isThis = report.run == self.report.run
      return """
        <rect class="bar \(tone)\(isThis ? " this" : "")" x="\(number(Double(index) * step + step * 0.12))" \
        y="\(number(100 - height))" width="\(number(step * 0.76))" height="\(number(height))" rx="2">\
        <title>\(Markup.text("Audit \(report.run), \(AuditWords.time(report.startedAt)): \(Count.text(drift, "difference"))"))\
        </title></rect>
        """
    }
    return """
      <svg class="trend" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 102" role="img" \
      aria-label="\(Markup.text(label))" preserveAspectRatio="none">
      \(bars.joined(separator: "\n"))
      <line class="base" x1="0" y1="101" x2="600" y2="101" />
      </svg>
      """
  }

  private func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
