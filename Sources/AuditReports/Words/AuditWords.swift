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
      case .duplicate: "duplicate: another source record has this key, and the row"
      case .quarantined: "in quarantine: it can't land"
      case .inFlight: "in flight: it changed too lately to tell"
      case .tolerated: columns.isEmpty ? "tolerated" : "tolerated: different in \(columns)"
      }
    if let reference = difference.reference { text += " (\(EvidenceValue.text(reference)))" }
    if let rule = difference.rule { text += " (rule: \(EvidenceValue.text(rule)))" }
    return text + (difference.isRepaired ? " (repaired)" : "")
  }

  /// The values of the columns that are known: on both sides; of an orphan, what it refers to; of a duplicate, the two
  /// records.
  static func evidence(
    _ difference: AuditDifference, limit: Int
  ) -> [(column: String, sides: [(name: String, value: String)])] {
    difference.columns.filter { $0.source != nil || $0.target != nil }.map { column in
      let name = EvidenceValue.text(column.column)
      if difference.verdict == .orphan {
        return (name, [("", EvidenceValue.text(column.source ?? column.target, limit: limit))])
      }
      let pair = EvidenceValue.pair(column.source, column.target, limit: limit)
      let isDuplicate = difference.verdict == .duplicate
      return (
        name,
        [
          (isDuplicate ? "record " : "source ", pair.source),
          (isDuplicate ? "row of " : "target ", pair.target),
        ]
      )
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
      + " \(bound.drifting == 1 ? "differs" : "differ"); seed \(bound.seed))"
      + (bound.coversExtras ? "" : "; rows that are in the target alone can't be in the sample")
  }

  /// How far an entity was compared; nil where it was to its end.
  static func coverage(_ entity: AuditReport.EntityReport) -> String? {
    guard entity.coverage < 1 else { return nil }
    return "\(Count.percent(entity.coverage)) compared; the next audit goes on from there"
  }

  /// What is worth knowing of an entity beside its counts: how far it was compared, what a sample says, what is tolerated.
  static func notes(_ entity: AuditReport.EntityReport) -> [String] {
    [entity.note.map(oneLine), coverage(entity), entity.bound.map(bound)].compactMap(\.self)
      + remarks(entity.tally)
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

  /// What a repair did, and what it didn't do.
  static func repair(_ repair: RepairReport) -> [String] {
    var lines = repair.undone.map { undone in
      let key = undone.key.map { EvidenceValue.text($0) }.joined(separator: ", ")
      return
        "\(EvidenceValue.text(undone.entity)) \(key): not repaired (\(oneLine(undone.action))): \(oneLine(undone.reason))"
    }
    let others = repair.changed + repair.refused - repair.undone.count
    if others > 0 { lines.append("… and \(NumberText.grouped(others)) more that weren't repaired") }
    if repair.repaired > 0 {
      lines.append(
        "\(Count.text(repair.repaired, "repair")) logged in kedge.audit_repairs as run \(repair.run)")
    }
    return lines
  }

  /// What an ownership finding says.
  static func message(_ finding: OwnershipFinding) -> String { oneLine(finding.message) }

  /// A sentence of the engine's, which may quote a record: on one line, and cut where something has gone very wrong.
  private static func oneLine(_ text: String) -> String {
    DisplayText.truncated(DisplayText.escapingControls(text), to: 1000)
  }

  /// `2026-01-31 09:30:00 UTC`.
  static func time(_ date: Date) -> String {
    ReportTime.text(date).prefix(19).replacingOccurrences(of: "T", with: " ") + " UTC"
  }
}

extension AuditReport {
  /// How long the audit took, in seconds: the difference of the times as they are written, so that a stored report says the same.
  var took: Double {
    let (start, end) = (startedAt.timeIntervalSince1970 * 1000, finishedAt.timeIntervalSince1970 * 1000)
    return (end.rounded() - start.rounded()) / 1000
  }
}
