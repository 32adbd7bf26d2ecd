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
    // What is rare stands last, where a narrow page hides it.
    let (common, rare) = (
      shown.filter { $0.isAlways || $0.isBad }, shown.filter { !$0.isAlways && !$0.isBad }
    )
    let before = past.last
    let titles =
      [("Entity", false)] + common.map { ($0.title, true) } + (before == nil ? [] : [("Since last", true)])
      + [("Took", true)] + rare.map { ($0.title, true) }
    let rows = report.entities.map { entity in
      [Markup.value(entity.entity)] + common.map { cell($0.count(entity.tally), isBad: $0.isBad) }
        + (before.map { [change(of: entity, since: $0)] } ?? []) + [
          Markup.text(Count.seconds(entity.seconds))
        ]
        + rare.map { cell($0.count(entity.tally), isBad: false) }
    }
    let notes = report.entities.flatMap { entity in
      AuditWords.notes(entity).map { "<li>\(Markup.value(entity.entity)): \(Markup.text($0))</li>" }
    }
    let list = notes.isEmpty ? "" : "\n<ul class=\"notes\">\n\(notes.joined(separator: "\n"))\n</ul>"
    return section("counts", "Counts", table("Counts of each entity", titles, rows) + list)
  }

  private func cell(_ count: Int, isBad: Bool) -> String {
    let text = NumberText.grouped(count)
    if count == 0 { return "<span class=\"zero\">0</span>" }
    return isBad ? "<strong class=\"bad\">\(text)</strong>" : text
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
        ? "\n<p>… and \(NumberText.grouped(rest)) more: <code>kedge audit show \(report.run) --all</code></p>"
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
    let seen =
      "seen \(Count.text(difference.looks, "time")), \(AuditWords.time(difference.firstSeen)) to"
      + " \(AuditWords.time(difference.lastSeen))"
    var lines = [
      """
      <p class="what"><span class="badge \(tone)">\(badge(difference))</span> <span class="key">\(key)</span> \
      <span class="seen">\(seen)</span></p>
      """
    ]
    let known = difference.columns.filter { $0.source != nil || $0.target != nil }
    let unknown = difference.columns.filter { $0.source == nil && $0.target == nil }
    if difference.verdict == .orphan {
      lines += known.map { "<p>\(Markup.value($0.column)): \(Markup.value($0.source ?? $0.target))</p>" }
    } else if !known.isEmpty {
      let rows = known.map { column in
        let pair = Markup.pair(column.source, column.target)
        return [Markup.value(column.column), pair.source, pair.target]
      }
      lines.append(
        table(
          "What differs in \(AuditWords.key(difference))",
          difference.verdict == .duplicate
            ? [("Key", false), ("This record", false), ("The record whose row it is", false)]
            : [("Column", false), ("Source", false), ("Target", false)], rows))
    }
    if !unknown.isEmpty {
      lines.append("<p>In: \(unknown.map { Markup.value($0.column) }.joined(separator: ", "))</p>")
    }
    if let reference = difference.reference { lines.append("<p>Reference: \(Markup.value(reference))</p>") }
    if let rule = difference.rule { lines.append("<p>Allowed by: \(Markup.value(rule))</p>") }
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
      <p>\(Markup.text(AuditWords.message(finding)))</p></li>
      """
    }
    return section(
      "ownership", "Ownership", "<ul class=\"differences\">\n\(items.joined(separator: "\n"))\n</ul>")
  }
}
