public import Audit
public import CommandLine

/// A report for a person at a terminal, or in a log.
public struct AuditText {
  private let report: AuditReport
  private let style: ANSIStyle
  private let width: Int
  /// Differences of each entity that are written out.
  private let samples: Int

  /// - Parameters:
  ///   - width: the columns that sentences are wrapped to; a table may be wider.
  ///   - samples: how many differences of each entity are written out.
  public init(_ report: AuditReport, style: ANSIStyle, width: Int = 80, samples: Int = 20) {
    self.report = report
    self.style = style
    self.width = max(40, width)
    self.samples = samples
  }

  /// The whole text, without a newline at its end.
  public func text() -> String {
    let sections = [heading(), counts(), notes(), differences(), references(), ownership(), verdict()]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private func heading() -> [String] {
    return wrapped(
      "audit \(report.run) of \(EvidenceValue.text(report.set)): \(AuditWords.time(report.startedAt)), took"
        + " \(Count.seconds(report.took))")
  }

  /// The table. Columns that hold nothing but zeros are left out, but for those that everybody looks for.
  private func counts() -> [String] {
    typealias Column = (title: String, isAlways: Bool, count: (AuditTally) -> Int)
    let columns: [Column] = [
      ("compared", true, { $0.compared }), ("matching", true, { $0.matching }),
      ("missing", true, { $0.missing }), ("extra", true, { $0.extra }), ("different", true, { $0.different }),
      ("orphans", true, { $0.orphans }), ("duplicates", false, { $0.duplicates }),
      ("quarantined", false, { $0.quarantined }), ("in flight", false, { $0.inFlight }),
      ("filtered", false, { $0.filtered }), ("tolerated", false, { $0.tolerated }),
      ("repaired", false, { $0.repaired }),
    ]
    let shown = columns.filter { column in
      column.isAlways || report.entities.contains { column.count($0.tally) != 0 }
    }
    func table(_ columns: [Column], _ entities: [AuditReport.EntityReport]) -> [String] {
      var table = TableText(["entity"] + columns.map(\.title))
      for entity in entities {
        table.add(
          [.text(EvidenceValue.text(entity.entity))] + columns.map { .number($0.count(entity.tally)) })
      }
      return lines(table)
    }
    let whole = table(shown, report.entities)
    let rare = shown.filter { !$0.isAlways }
    if rare.isEmpty || whole.allSatisfy({ DisplayText.width(plain($0)) <= width }) { return whole }
    // Too wide: what is rare gets a table of its own, of the entities that have it.
    let having = report.entities.filter { entity in rare.contains { $0.count(entity.tally) != 0 } }
    return table(shown.filter(\.isAlways), report.entities) + [""] + table(rare, having)
  }

  /// A line without its colours, to measure it.
  private func plain(_ line: String) -> String { line.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") }

  private func notes() -> [String] {
    report.entities.flatMap { entity -> [String] in
      AuditWords.notes(entity).flatMap { wrapped("\(EvidenceValue.text(entity.entity)): \($0)") }
    }
  }

  private func differences() -> [String] { report.entities.flatMap(differences(of:)) }

  private func differences(of entity: AuditReport.EntityReport) -> [String] {
    let name = EvidenceValue.text(entity.entity)
    let listed = entity.differences.prefix(samples)
    var lines: [String] = []
    for difference in listed {
      let finding = AuditWords.finding(difference)
      let shown = difference.verdict.isDrift ? style.red(finding) : style.yellow(finding)
      lines.append("\(style.bold(name)) \(AuditWords.key(difference)): \(shown)")
      lines += evidence(difference)
    }
    let rest = AuditWords.unlisted(entity, listed: listed.filter(\.verdict.isDrift).count)
    if rest > 0 {
      let command = "kedge audit show \(report.run) --all"
      lines += wrapped("\(name): … and \(NumberText.grouped(rest)) more; see all with: \(command)")
    }
    return lines
  }

  /// The values, where they are known. Those that don't fit beside each other stand one above the other.
  private func evidence(_ difference: AuditDifference) -> [String] {
    AuditWords.evidence(difference, limit: 80).flatMap { found -> [String] in
      let line = "  \(found.column): " + found.sides.map { "\($0.name)\($0.value)" }.joined(separator: ", ")
      if found.sides.count < 2 || DisplayText.width(line) <= width { return [line] }
      return ["  \(found.column):"] + found.sides.map { "    \($0.name)\($0.value)" }
    }
  }

  private func references() -> [String] {
    if report.references.isEmpty { return [] }
    var table = TableText(["reference", "stores", "checked", "orphans", ""])
    for reference in report.references {
      table.add([
        .text(EvidenceValue.text(reference.name)), .text(reference.isAcrossStores ? "across" : "one"),
        .number(reference.checked),
        .number(reference.orphans), .text(reference.isEnforced ? "" : "only counted"),
      ])
    }
    return lines(table)
  }

  private func ownership() -> [String] {
    if report.ownership.isEmpty { return [] }
    return [style.bold("ownership")]
      + report.ownership.flatMap { finding -> [String] in
        let place = "\(EvidenceValue.text(finding.store)) \(EvidenceValue.text(finding.object))"
        let title = "\(finding.kind.rawValue): \(place)"
        return [finding.isDrift ? style.red(title) : style.yellow(title)]
          + TextWrap.lines(AuditWords.message(finding), width: width - 2).map { "  " + $0 }
      }
  }

  private func verdict() -> [String] {
    let repaired = report.entities.reduce(0) { $0 + $1.tally.repaired }
    var lines = report.repair.map(AuditWords.repair) ?? []
    if report.entities.isEmpty {
      lines.append("nothing to compare: Postgres owns every core entity of the mapping set")
    }
    if repaired > 0 { lines.append("\(Count.text(repaired, "difference")) repaired") }
    if !report.isComplete {
      lines.append(style.yellow("not complete: the time budget ended before everything was compared"))
    }
    if report.hasDrift {
      lines.append(style.red("drift found"))
    } else {
      lines.append(style.green(repaired > 0 ? "no drift is left" : "no drift"))
    }
    lines += NextStep.steps(for: report).flatMap { step in
      guard let command = step.command else { return wrapped("  \(step.says)") }
      return ["  \(step.says):", "    " + style.bold(command)]
    }
    return lines
  }

  private func lines(_ table: TableText) -> [String] {
    table.text(style: style).split(separator: "\n").map(String.init)
  }

  private func wrapped(_ text: String) -> [String] {
    let indent = text.prefix { $0 == " " }
    return TextWrap.lines(text, width: width - indent.count).map { indent + $0 }
  }
}
