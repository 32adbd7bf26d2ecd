public import Audit
internal import CommandLine

/// A report as one page of HTML that needs nothing else: no script, no picture, no font from elsewhere.
///
/// It is well-formed XML too, so that any parser can check it. Values of records are data from strangers: all of them go
/// through ``Markup``, and the page's own policy lets a browser run and load nothing.
public struct AuditPage {
  let report: AuditReport
  /// Earlier reports of the same set, the latest last.
  let past: [AuditReport]
  /// Differences of each entity that are shown.
  let samples: Int

  /// - Parameters:
  ///   - past: earlier reports of the same set, the latest last; they need no differences.
  ///   - samples: how many differences of each entity are shown.
  public init(_ report: AuditReport, past: [AuditReport], samples: Int = 100) {
    self.report = report
    self.past = past.filter { $0.run < report.run }
    self.samples = samples
  }

  /// The whole page, with a newline at its end.
  public func html() -> String {
    let title = "Audit \(report.run) of \(EvidenceValue.text(report.set))"
    let sections = [counts(), trend(), repairs(), steps(), differences(), references(), ownership()]
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
      <title>\(Markup.text(report.hasDrift ? "Drift: " : "No drift: "))\(Markup.text(title))</title>
      <style>
      \(Self.style)</style>
      </head>
      <body>
      <header>
      <h1>Audit \(report.run) <span class="of">of <bdi>\(Markup.value(report.set))</bdi></span></h1>
      \(verdict())
      \(facts())
      </header>
      <main>
      \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
      </main>
      <footer><p>Written by kedge. Values of columns that the mapping marks personal are shown as digests.</p></footer>
      </body>
      </html>

      """
  }

  private func verdict() -> String {
    let (tone, mark) = report.hasDrift ? ("bad", "✗") : report.isComplete ? ("good", "✓") : ("warn", "…")
    return """
      <p class="verdict \(tone)" role="status"><span aria-hidden="true">\(mark)</span> \
      \(Markup.text(AuditWords.headline(report)))</p>
      """
  }

  private func facts() -> String {
    let sampled = report.entities.contains { $0.bound != nil }
    let facts = [
      ("Began", AuditWords.time(report.startedAt)), ("Took", Count.seconds(report.took)),
      ("Looked at", sampled ? "a sample" : "every record"),
      ("Complete", report.isComplete ? "yes" : "no: the time budget ended"),
    ]
    return "<dl class=\"facts\">\n"
      + facts.map { "<div><dt>\($0.0)</dt><dd>\(Markup.text($0.1))</dd></div>\n" }.joined() + "</dl>"
  }

  /// A section with its heading, or nothing where it has no content.
  func section(_ name: String, _ title: String, _ content: String) -> String {
    if content.isEmpty { return "" }
    return """
      <section aria-labelledby="\(name)">
      <h2 id="\(name)">\(Markup.text(title))</h2>
      \(content)
      </section>
      """
  }

  /// A table that scrolls inside its own frame where the page is too narrow for it.
  func table(_ label: String, _ titles: [(text: String, isNumber: Bool)], _ rows: [[String]]) -> String {
    let head = titles.map { title in
      "<th scope=\"col\"\(title.isNumber ? " class=\"number\"" : "")>\(Markup.text(title.text))</th>"
    }
    let body = rows.map { cells in
      let first = cells.prefix(1).map { "<th scope=\"row\">\($0)</th>" }
      let rest = zip(cells, titles).dropFirst().map { cell, title in
        "<td\(title.isNumber ? " class=\"number\"" : "")>\(cell)</td>"
      }
      return "<tr>\((first + rest).joined())</tr>"
    }
    return """
      <div class="frame" role="region" aria-label="\(Markup.text(label))" tabindex="0"><table>
      <thead><tr>\(head.joined())</tr></thead>
      <tbody>
      \(body.joined(separator: "\n"))
      </tbody></table></div>
      """
  }

  private func repairs() -> String {
    let lines = report.repair.map(AuditWords.repair) ?? []
    if lines.isEmpty { return "" }
    let items = lines.map { "<li>\(Markup.text($0))</li>" }
    return section("repairs", "Repairs", "<ul class=\"notes\">\n\(items.joined(separator: "\n"))\n</ul>")
  }

  private func steps() -> String {
    let steps = NextStep.steps(for: report)
    if steps.isEmpty { return "" }
    let items = steps.map { step in
      "<li>\(Markup.text(step.says))"
        + (step.command.map { "<pre><code>\(Markup.text($0))</code></pre>" } ?? "") + "</li>"
    }
    return section("steps", "What to do", "<ol class=\"steps\">\n\(items.joined(separator: "\n"))\n</ol>")
  }
}
