internal import Audit
internal import CommandLine

/// What was found, section by section.
extension AuditPage {
  func counts() -> String {
    typealias Column = (title: String, isAlways: Bool, isBad: Bool, count: (AuditTally) -> Int)
    let columns: [Column] = [
      ("Compared", true, false, { $0.compared }), ("Matching", true, false, { $0.matching }),
      ("Missing", true, true, { $0.missing }), ("Extra", true, true, { $0.extra }),
      ("Different", true, true, { $0.different }), ("Orphans", true, true, { $0.orphans }),
      ("Duplicates", false, true, { $0.duplicates }), ("Quarantined", false, false, { $0.quarantined }),
      ("In flight", false, false, { $0.inFlight }), ("Filtered", false, false, { $0.filtered }),
      ("Tolerated", false, false, { $0.tolerated + $0.toleratedOrphans }),
      ("Repaired", false, false, { $0.repaired }),
    ]
    let shown = columns.filter { column in
      column.isAlways || report.entities.contains { column.count($0.tally) != 0 }
    }
    let before = past.last
    let titles =
      [("Entity", false)] + shown.map { ($0.title, true) } + (before == nil ? [] : [("Since last", true)])
      + [("Took", true)]
    let rows = report.entities.map { entity in
      var cells = [Markup.value(entity.entity)]
      cells += shown.map { column in
        let count = column.count(entity.tally)
        let text = NumberText.grouped(count)
        if count == 0 { return "<span class=\"zero\">0</span>" }
        return column.isBad ? "<strong class=\"bad\">\(text)</strong>" : text
      }
      if let before { cells.append(change(of: entity, since: before)) }
      return cells + [Markup.text(Count.seconds(entity.seconds))]
    }
    let notes = report.entities.flatMap { entity in
      AuditWords.notes(entity).map { "<li>\(Markup.value(entity.entity)): \(Markup.text($0))</li>" }
    }
    let list = notes.isEmpty ? "" : "\n<ul class=\"notes\">\n\(notes.joined(separator: "\n"))\n</ul>"
    return section("counts", "Counts", table("Counts of each entity", titles, rows) + list)
  }

  /// By how many differences an entity has more or fewer than in an earlier audit.
  private func change(of entity: AuditReport.EntityReport, since before: AuditReport) -> String {
    guard let earlier = before.entities.first(where: { $0.entity == entity.entity }) else { return "new" }
    let change = entity.tally.drift - earlier.tally.drift
    if change == 0 { return "<span class=\"zero\">±0</span>" }
    return change > 0
      ? "<strong class=\"bad\">+\(NumberText.grouped(change))</strong>"
      : "<span class=\"good\">−\(NumberText.grouped(-change))</span>"
  }

  func differences() -> String {
    let parts = report.entities.filter { !$0.differences.isEmpty }.map { entity in
      let listed = entity.differences.prefix(samples)
      let rest = AuditWords.unlisted(entity, listed: listed.count { $0.verdict.isDrift })
      let more =
        rest > 0
        ? "\n<p>… and \(Count.text(rest, "difference")) more: <code>kedge audit show \(report.run) --all</code></p>"
        : ""
      return """
        <h3>\(Markup.value(entity.entity))</h3>
        <ul class="differences">
        \(listed.map(difference).joined(separator: "\n"))
        </ul>\(more)
        """
    }
    return section("differences", "Differences", parts.joined(separator: "\n"))
  }

  private func difference(_ difference: AuditDifference) -> String {
    let tone = difference.isRepaired ? "good" : difference.verdict.isDrift ? "bad" : "warn"
    let key = difference.key.map { Markup.value($0) }.joined(separator: ", ")
    var lines = [
      "<p class=\"what\"><span class=\"badge \(tone)\">\(badge(difference))</span> <span class=\"key\">\(key)</span></p>"
    ]
    let known = difference.columns.filter { $0.source != nil || $0.target != nil }
    let unknown = difference.columns.filter { $0.source == nil && $0.target == nil }
    if !known.isEmpty {
      let rows = known.map { column in
        let pair = Markup.pair(column.source, column.target)
        return [Markup.value(column.column), pair.source, pair.target]
      }
      lines.append(
        table(
          "What differs in \(AuditWords.key(difference))",
          [("Column", false), ("Source", false), ("Target", false)], rows))
    }
    if !unknown.isEmpty {
      lines.append("<p>In: \(unknown.map { Markup.value($0.column) }.joined(separator: ", "))</p>")
    }
    if let reference = difference.reference { lines.append("<p>Reference: \(Markup.value(reference))</p>") }
    if let rule = difference.rule { lines.append("<p>Allowed by: \(Markup.value(rule))</p>") }
    lines.append(
      "<p class=\"seen\">Seen \(Count.text(difference.looks, "time")), first \(AuditWords.time(difference.firstSeen)),"
        + " last \(AuditWords.time(difference.lastSeen))</p>")
    return "<li>\(lines.joined(separator: "\n"))</li>"
  }

  private func badge(_ difference: AuditDifference) -> String {
    let words = difference.verdict == .inFlight ? "in flight" : difference.verdict.rawValue
    return words + (difference.isRepaired ? ", repaired" : "")
  }

  func references() -> String {
    if report.references.isEmpty { return "" }
    let rows = report.references.map { reference in
      let orphans = NumberText.grouped(reference.orphans)
      return [
        Markup.value(reference.name), reference.isAcrossStores ? "across stores" : "within one store",
        NumberText.grouped(reference.checked),
        reference.orphans > 0 && reference.isEnforced ? "<strong class=\"bad\">\(orphans)</strong>" : orphans,
        reference.isEnforced ? "counts as drift" : "only counted",
      ]
    }
    return section(
      "references", "References",
      table(
        "References",
        [
          ("Reference", false), ("Where", false), ("Checked", true), ("Orphans", true), ("Rule", false),
        ], rows))
  }

  func ownership() -> String {
    if report.ownership.isEmpty { return "" }
    let items = report.ownership.map { finding in
      """
      <li><p class="what"><span class="badge \(finding.isDrift ? "bad" : "warn")">\(Markup.text(finding.kind.rawValue))</span> \
      <span class="key">\(Markup.value(finding.store)) \(Markup.value(finding.object))</span></p>
      <p>\(Markup.text(finding.message))</p></li>
      """
    }
    return section(
      "ownership", "Ownership", "<ul class=\"differences\">\n\(items.joined(separator: "\n"))\n</ul>")
  }
}
