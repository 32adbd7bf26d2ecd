import Audit
import AuditReports
import Testing

@Suite("Which findings page")
struct FailureRuleTests {
  private func report(_ change: (inout AuditTally) -> Void) -> AuditReport {
    var report = Samples.clean
    change(&report.entities[0].tally)
    return report
  }

  @Test("every drift pages unless told otherwise, and what is no drift doesn't")
  func usual() throws {
    let counts: [(WritableKeyPath<AuditTally, Int>, Bool)] = [
      (\.missing, true), (\.extra, true), (\.different, true), (\.orphans, true), (\.duplicates, true),
      (\.quarantined, false), (\.inFlight, false), (\.tolerated, false), (\.toleratedOrphans, false),
      (\.filtered, false),
    ]
    for (path, isDrift) in counts {
      let report = report { $0[keyPath: path] = 1 }
      #expect(FailureRule.drift.pages(report) == isDrift)
      #expect(report.hasDrift == isDrift)
      #expect(!FailureRule.none.pages(report))
    }
    #expect(!FailureRule.drift.pages(Samples.clean))
    #expect(try FailureRule("drift") == .drift)
    #expect(try FailureRule("none") == FailureRule.none)
  }

  @Test("each kind pages for itself alone", arguments: FailureRule.Finding.allCases)
  func each(_ finding: FailureRule.Finding) throws {
    let rule = try FailureRule(finding.rawValue)
    let reports: [(FailureRule.Finding, AuditReport)] = [
      (.missing, report { $0.missing = 1 }), (.extra, report { $0.extra = 1 }),
      (.different, report { $0.different = 1 }), (.orphan, report { $0.orphans = 1 }),
      (.duplicate, report { $0.duplicates = 1 }), (.quarantined, report { $0.quarantined = 1 }),
      (.inFlight, report { $0.inFlight = 1 }), (.ownership, Self.ownership(isDrift: true)),
    ]
    for (found, report) in reports { #expect(rule.pages(report) == (found == finding), "\(found)") }
    #expect(!rule.pages(Self.ownership(isDrift: false)))
  }

  private static func ownership(isDrift: Bool) -> AuditReport {
    var report = Samples.clean
    report.ownership = [
      OwnershipFinding(kind: .guardrail, store: "postgres", object: "x", message: "gone", isDrift: isDrift)
    ]
    return report
  }

  @Test("what is repaired doesn't page; where some of it stands, every kind that was found may")
  func repaired() throws {
    let all = report { ($0.missing, $0.extra, $0.repaired) = (2, 1, 3) }
    #expect(!FailureRule.drift.pages(all))
    let some = report { ($0.missing, $0.extra, $0.repaired) = (2, 1, 2) }
    #expect(try FailureRule("missing").pages(some))
    #expect(try FailureRule("extra").pages(some))
    #expect(try !FailureRule("different").pages(some))
  }

  @Test("kinds add up, and what isn't one is refused")
  func words() throws {
    #expect(try FailureRule("missing,in_flight").findings == [.missing, .inFlight])
    #expect(try FailureRule("drift,quarantined").findings == FailureRule.drift.findings.union([.quarantined]))
    for text in ["", "missing,", "missin", "none,missing", "Drift", "missing extra", "\u{1B}[31m"] {
      let problem = #expect(throws: FailureRuleProblem.self) { try FailureRule(text) }
      #expect(problem?.description.contains("in_flight") == true)
      #expect(problem?.description.contains("\u{1B}") == false)
    }
  }
}
