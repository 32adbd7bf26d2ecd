internal import Audit
internal import CommandLine
internal import Foundation

/// What every form of a report says in words, so that a page and a terminal say the same.
enum AuditWords {
  /// The report in one sentence: `No drift: 3 entities, 12,345 records compared.`
  static func headline(_ report: AuditReport) -> String {
    let compared = report.entities.reduce(0) { $0 + $1.tally.compared }
    let scope =
      "\(Count.text(report.entities.count, "entity", plural: "entities")),"
      + " \(Count.text(compared, "record")) compared"
    guard report.hasDrift else { return "No drift: \(scope)" + (report.isComplete ? "" : " so far") }
    let standing = report.entities.reduce(0) { $0 + max(0, $1.tally.drift) }
    let findings = report.ownership.count { $0.isDrift }
    let parts = [
      standing > 0 ? Count.text(standing, "difference") : nil,
      findings > 0 ? Count.text(findings, "ownership finding") : nil,
    ].compactMap(\.self)
    return "Drift: \(parts.joined(separator: " and ")) in \(scope)" + (report.isComplete ? "" : " so far")
  }

  /// `missing in the target`, `different in name, age`.
  static func finding(_ difference: AuditDifference) -> String {
    let columns = difference.columns.map { EvidenceValue.text($0.column) }.joined(separator: ", ")
    var text =
      switch difference.verdict {
      case .missing: "missing in the target"
      case .extra: "extra: in the target alone"
      case .different: columns.isEmpty ? "different" : "different in \(columns)"
      case .orphan:
        "orphan: \(columns.isEmpty ? "it" : columns) refers to a record that isn't there"
      case .duplicate: "duplicate: several source records have this key"
      case .quarantined: "in quarantine: it can't land"
      case .inFlight: "in flight: it changed too lately to tell"
      case .tolerated: columns.isEmpty ? "tolerated" : "tolerated: different in \(columns)"
      }
    if let reference = difference.reference { text += " (\(EvidenceValue.text(reference)))" }
    if let rule = difference.rule { text += " (rule: \(EvidenceValue.text(rule)))" }
    return text + (difference.isRepaired ? " (repaired)" : "")
  }

  /// The values of the columns that are known: on both sides, or, of an orphan, what it refers to.
  static func evidence(
    _ difference: AuditDifference, limit: Int
  ) -> [(column: String, sides: [(name: String, value: String)])] {
    difference.columns.filter { $0.source != nil || $0.target != nil }.map { column in
      let name = EvidenceValue.text(column.column)
      if difference.verdict == .orphan {
        return (name, [("", EvidenceValue.text(column.source ?? column.target, limit: limit))])
      }
      let pair = EvidenceValue.pair(column.source, column.target, limit: limit)
      return (name, [("source ", pair.source), ("target ", pair.target)])
    }
  }

  static func key(_ difference: AuditDifference) -> String {
    difference.key.map { EvidenceValue.text($0) }.joined(separator: ", ")
  }

  /// `with 95 % confidence at most 0.03 % of 1,000,000 records differ`, and what that rests on.
  static func bound(_ bound: SampleBound) -> String {
    "with \(Count.percent(bound.confidence)) confidence at most \(Count.upperPercent(bound.upperShare)) of"
      + " \(Count.text(bound.population, "record")) differ"
      + " (\(Count.text(bound.sampled, "record")) looked at, \(bound.drifting) of them"
      + " \(bound.drifting == 1 ? "differs" : "differ"))"
  }

  /// How far an entity was compared; nil where it was to its end.
  static func coverage(_ entity: AuditReport.EntityReport) -> String? {
    guard entity.coverage < 1 else { return nil }
    return "\(Count.percent(entity.coverage)) compared; the next audit goes on from there"
  }

  /// What is worth knowing of an entity beside its counts: how far it was compared, what a sample says, what is tolerated.
  static func notes(_ entity: AuditReport.EntityReport) -> [String] {
    [coverage(entity), entity.bound.map(bound)].compactMap(\.self) + remarks(entity.tally)
  }

  /// The counts of an entity beside drift, in words; empty where there are none.
  static func remarks(_ tally: AuditTally) -> [String] {
    var remarks: [String] = []
    if tally.toleratedOrphans > 0 {
      remarks.append(
        "\(Count.text(tally.toleratedOrphans, "reference")) \(tally.toleratedOrphans == 1 ? "leads" : "lead")"
          + " nowhere, which the mapping tolerates (enforce: none)")
    }
    if tally.tolerated > 0 {
      remarks.append("\(Count.text(tally.tolerated, "difference")) allowed by a rule of the mapping")
    }
    return remarks
  }

  /// How many differences an entity has that the report doesn't list.
  static func unlisted(_ entity: AuditReport.EntityReport, listed: Int) -> Int {
    let tally = entity.tally
    return max(
      0, tally.missing + tally.extra + tally.different + tally.orphans + tally.duplicates - listed)
  }

  /// What an ownership finding says; cut where something has gone very wrong.
  static func message(_ finding: OwnershipFinding) -> String {
    DisplayText.truncated(DisplayText.escapingControls(finding.message), to: 1000)
  }

  /// `2026-01-31 09:30:00 UTC`.
  static func time(_ date: Date) -> String {
    ReportTime.text(date).prefix(19).replacingOccurrences(of: "T", with: " ") + " UTC"
  }
}

extension AuditReport {
  /// How long the audit took, in seconds.
  var took: Double { finishedAt.timeIntervalSince(startedAt) }
}
