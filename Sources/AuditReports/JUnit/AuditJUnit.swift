public import Audit
internal import CommandLine

/// A report as the XML that continuous integration reads as test results: a suite for the audit, a case for each entity,
/// each reference and each check of ownership.
///
/// A case fails where its findings page somebody; drift that doesn't is written in the case's output. A case that wasn't
/// compared to its end is skipped.
public struct AuditJUnit {
  private let report: AuditReport
  private let rule: FailureRule
  /// Differences that a failure names.
  private let samples: Int

  /// - Parameter samples: how many differences a failure names.
  public init(_ report: AuditReport, rule: FailureRule = .drift, samples: Int = 20) {
    self.report = report
    self.rule = rule
    self.samples = samples
  }

  private enum Outcome {
    case passed
    case failed(type: String, message: String)
    case skipped(message: String)
  }

  private struct Case {
    var group: String
    var name: String
    var seconds: Double
    var outcome: Outcome
    /// What is worth reading, passed or not.
    var lines: [String]

    var isFailure: Bool { if case .failed = outcome { true } else { false } }
    var isSkipped: Bool { if case .skipped = outcome { true } else { false } }
  }

  /// The whole document, with a newline at its end.
  public func xml() -> String {
    let cases =
      report.entities.map(testCase) + report.references.map(testCase)
      + OwnershipFinding.Kind.allCases.map(ownershipCase)
    let counts =
      "tests=\"\(cases.count)\" failures=\"\(cases.count(where: \.isFailure))\" errors=\"0\""
      + " skipped=\"\(cases.count(where: \.isSkipped))\""
    let took = time(report.took)
    // Without a zone, as the usual readers of the format expect it.
    let stamp = ReportTime.text(report.startedAt).prefix(19)
    let name = Markup.text("kedge audit of \(report.set)")
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="\(name)" \(counts.replacing(#/ skipped="\d+"/#, with: "")) time="\(took)">
      <testsuite name="\(name)" \(counts) time="\(took)" timestamp="\(stamp)">
      <properties>
      <property name="run" value="\(report.run)"/>
      <property name="drift" value="\(report.hasDrift)"/>
      <property name="complete" value="\(report.isComplete)"/>
      </properties>
      \(cases.map(element).joined(separator: "\n"))
      </testsuite>
      </testsuites>

      """
  }

  private func element(_ test: Case) -> String {
    let head =
      "<testcase classname=\"\(Markup.text("kedge.audit.\(report.set).\(test.group)"))\""
      + " name=\"\(Markup.text(test.name))\" time=\"\(time(test.seconds))\""
    let text = test.lines.map(Markup.text).joined(separator: "\n")
    switch test.outcome {
    case .passed where test.lines.isEmpty: return head + "/>"
    case .passed: return head + ">\n<system-out>\(text)</system-out>\n</testcase>"
    case .failed(let type, let message):
      return head
        + ">\n<failure type=\"\(Markup.text(type))\" message=\"\(Markup.text(message))\">\(text)</failure>\n</testcase>"
    case .skipped(let message):
      let output = text.isEmpty ? "" : "\n<system-out>\(text)</system-out>"
      return head + ">\n<skipped message=\"\(Markup.text(message))\"/>\(output)\n</testcase>"
    }
  }

  private func testCase(_ entity: AuditReport.EntityReport) -> Case {
    let tally = entity.tally
    let listed = entity.differences.prefix(samples)
    var lines = listed.flatMap { difference -> [String] in
      ["\(AuditWords.key(difference)): \(AuditWords.finding(difference))"]
        + AuditWords.evidence(difference, limit: 200).map { found in
          "  \(found.column): " + found.sides.map { "\($0.name)\($0.value)" }.joined(separator: ", ")
        }
    }
    let rest = AuditWords.unlisted(entity, listed: listed.count { $0.verdict.isDrift })
    if rest > 0 {
      lines.append("… and \(NumberText.grouped(rest)) more: kedge audit show \(report.run) --all")
    }
    lines += AuditWords.notes(entity)
    let counts = [
      (tally.missing, "missing"), (tally.extra, "extra"), (tally.different, "different"),
      (tally.orphans, "orphans"), (tally.duplicates, "duplicates"), (tally.quarantined, "quarantined"),
      (tally.inFlight, "in flight"), (tally.repaired, "repaired"),
    ].filter { $0.0 > 0 }.map { "\(NumberText.grouped($0.0)) \($0.1)" }.joined(separator: ", ")
    let outcome: Outcome =
      if rule.pages(tally) {
        .failed(type: tally.drift > 0 ? "drift" : "waiting", message: "\(entity.entity): \(counts)")
      } else if let coverage = AuditWords.coverage(entity) {
        .skipped(message: "not complete: \(coverage)")
      } else {
        .passed
      }
    if case .passed = outcome, !counts.isEmpty { lines.insert(counts, at: 0) }
    return Case(
      group: "records", name: entity.entity, seconds: entity.seconds, outcome: outcome, lines: lines)
  }

  private func testCase(_ reference: ReferenceFinding) -> Case {
    let counts =
      "\(Count.text(reference.orphans, "orphan")) in \(Count.text(reference.checked, "reference")) that were checked"
    return Case(
      group: "references", name: reference.name, seconds: 0,
      outcome: rule.pages(reference) ? .failed(type: "orphan", message: counts) : .passed,
      lines: reference.orphans > 0
        ? [counts + (reference.isEnforced ? "" : ", which the mapping only counts")] : [])
  }

  private func ownershipCase(_ kind: OwnershipFinding.Kind) -> Case {
    let findings = report.ownership.filter { $0.kind == kind }
    let paging = findings.filter(rule.pages)
    return Case(
      group: "ownership", name: kind.rawValue, seconds: 0,
      outcome: paging.isEmpty
        ? .passed : .failed(type: "ownership", message: Count.text(paging.count, "finding")),
      lines: findings.prefix(samples).map {
        "\(EvidenceValue.text($0.store)) \(EvidenceValue.text($0.object)): \(AuditWords.message($0))"
      })
  }

  private func time(_ seconds: Double) -> String {
    let milliseconds = Int((max(0, seconds) * 1000).rounded())
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }
}
