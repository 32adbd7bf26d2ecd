public import Audit
internal import CommandLine

/// Which findings page somebody: what `--fail-on` says. The others are reported all the same.
public struct FailureRule: Sendable, Equatable {
  /// A kind of finding that can be named.
  public enum Finding: String, Sendable, Hashable, CaseIterable {
    case missing, extra, different, orphan, duplicate, ownership, quarantined
    case inFlight = "in_flight"

    /// Whether it is drift.
    public var isDrift: Bool {
      switch self {
      case .quarantined, .inFlight: false
      default: true
      }
    }
  }

  /// The findings that page.
  public var findings: Set<Finding>

  /// Every drift, and nothing else: the default.
  public static let drift = FailureRule(findings: Set(Finding.allCases.filter(\.isDrift)))
  /// Nothing pages.
  public static let none = FailureRule(findings: [])

  public init(findings: Set<Finding>) { self.findings = findings }

  /// Reads `drift`, `none`, or kinds of findings with commas between them: `missing,extra`. With `drift` among them, others add
  /// to it.
  ///
  /// - Throws: ``FailureRuleProblem`` for an unknown word, or `none` beside another.
  public init(_ text: String) throws(FailureRuleProblem) {
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if words == ["none"] {
      self = .none
      return
    }
    findings = []
    for word in words {
      if word == "drift" {
        findings.formUnion(Self.drift.findings)
      } else if let finding = Finding(rawValue: word) {
        findings.insert(finding)
      } else {
        throw FailureRuleProblem(word: word)
      }
    }
  }

  /// Whether the report pages somebody.
  public func pages(_ report: AuditReport) -> Bool {
    report.entities.contains { pages($0.tally) } || report.ownership.contains(where: pages)
  }

  /// Whether an entity's findings page. Where some differences were repaired and some stand, a kind that was found counts as
  /// standing, since nobody could say that it doesn't.
  func pages(_ tally: AuditTally) -> Bool {
    let standing = tally.drift > 0
    return findings.contains { finding in
      switch finding {
      case .missing: standing && tally.missing > 0
      case .extra: standing && tally.extra > 0
      case .different: standing && tally.different > 0
      case .orphan: standing && tally.orphans > 0
      case .duplicate: standing && tally.duplicates > 0
      case .quarantined: tally.quarantined > 0
      case .inFlight: tally.inFlight > 0
      case .ownership: false
      }
    }
  }

  func pages(_ finding: OwnershipFinding) -> Bool { finding.isDrift && findings.contains(.ownership) }

  func pages(_ reference: ReferenceFinding) -> Bool {
    reference.isEnforced && reference.orphans > 0 && findings.contains(.orphan)
  }
}

/// Why a `--fail-on` can't be understood.
public struct FailureRuleProblem: Error, Sendable, Equatable, CustomStringConvertible {
  public let word: String

  public var description: String {
    let names = FailureRule.Finding.allCases.map(\.rawValue).joined(separator: ", ")
    return "--fail-on takes drift, none, or kinds of findings with commas between them (\(names)), not"
      + " '\(DisplayText.escapingControls(word))'"
  }
}
