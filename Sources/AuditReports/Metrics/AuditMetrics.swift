public import Audit
internal import Foundation

/// A report as metrics. Every series of a set that can be zero is there with its zero, so that an alert on a value that
/// vanishes isn't needed.
public struct AuditMetrics {
  private let report: AuditReport
  private let rule: FailureRule

  public init(_ report: AuditReport, rule: FailureRule = .drift) {
    self.report = report
    self.rule = rule
  }

  /// The metrics as text.
  public func text(_ format: Exposition.Format) -> String {
    var exposition = Exposition(format)
    addRun(&exposition)
    addEntities(&exposition)
    addReferences(&exposition)
    addOwnership(&exposition)
    return exposition.finished()
  }

  private var set: (String, String) { ("set", report.set) }

  private func addRun(_ exposition: inout Exposition) {
    func flag(_ value: Bool) -> Double { value ? 1 : 0 }
    func one(_ name: String, unit: String? = nil, _ help: String, _ value: Double) {
      exposition.gauge(name, unit: unit, help: help, [([set], value)])
    }
    one(
      "kedge_audit_last_run_timestamp_seconds", unit: "seconds",
      "When the last audit that came to its end did so, as Unix time.",
      (report.finishedAt.timeIntervalSince1970 * 1000).rounded() / 1000)
    one(
      "kedge_audit_duration_seconds", unit: "seconds", "How long the audit took.",
      report.took)
    one("kedge_audit_run", "The audit's number, as in kedge audit show.", Double(report.run))
    one("kedge_audit_drift", "Whether any difference stands: 1 or 0.", flag(report.hasDrift))
    one(
      "kedge_audit_pages", "Whether a finding is one that --fail-on names: 1 or 0.", flag(rule.pages(report)))
    one(
      "kedge_audit_complete", "Whether everything was compared before the time budget ended: 1 or 0.",
      flag(report.isComplete))
  }

  private func addEntities(_ exposition: inout Exposition) {
    typealias Sample = (labels: [(String, String)], value: Double)
    func each(_ value: (AuditReport.EntityReport) -> Double?) -> [Sample] {
      report.entities.compactMap { entity in
        value(entity).map { ([set, ("entity", entity.entity)], $0) }
      }
    }
    exposition.gauge(
      "kedge_audit_compared_records", help: "Source records that were compared.",
      each { Double($0.tally.compared) })
    let verdicts: [(String, KeyPath<AuditTally, Int>)] = [
      ("matching", \.matching), ("missing", \.missing), ("extra", \.extra), ("different", \.different),
      ("orphan", \.orphans), ("duplicate", \.duplicates), ("quarantined", \.quarantined),
      ("in_flight", \.inFlight), ("filtered", \.filtered), ("tolerated", \.tolerated),
      ("tolerated_orphan", \.toleratedOrphans), ("repaired", \.repaired),
    ]
    exposition.gauge(
      "kedge_audit_records", help: "Records by what the audit says of them; see docs/audit-reports.md.",
      report.entities.flatMap { entity in
        verdicts.map { verdict in
          (
            [set, ("entity", entity.entity), ("verdict", verdict.0)], Double(entity.tally[keyPath: verdict.1])
          )
        }
      })
    exposition.gauge(
      "kedge_audit_entity_duration_seconds", unit: "seconds", help: "How long an entity took.",
      each { ($0.seconds * 1000).rounded() / 1000 })
    exposition.gauge(
      "kedge_audit_coverage_ratio", unit: "ratio",
      help: "The share of an entity that has been compared, 0 to 1.",
      each(\.coverage))
    exposition.gauge(
      "kedge_audit_sample_upper_share",
      help:
        "For a sample: with the confidence of the audit, at most this share of all records differs, 0 to 1.",
      each { $0.bound?.upperShare })
    exposition.gauge(
      "kedge_audit_sample_records", help: "For a sample: how many records were looked at.",
      each { $0.bound.map { Double($0.sampled) } })
  }

  private func addReferences(_ exposition: inout Exposition) {
    func labels(_ reference: ReferenceFinding) -> [(String, String)] {
      [set, ("reference", reference.name), ("enforced", reference.isEnforced ? "true" : "false")]
    }
    exposition.gauge(
      "kedge_audit_reference_checked", help: "References that were looked up.",
      report.references.map { (labels($0), Double($0.checked)) })
    exposition.gauge(
      "kedge_audit_reference_orphans", help: "References that lead nowhere.",
      report.references.map { (labels($0), Double($0.orphans)) })
  }

  private func addOwnership(_ exposition: inout Exposition) {
    exposition.gauge(
      "kedge_audit_ownership_findings", help: "Ownership drift, by its kind.",
      OwnershipFinding.Kind.allCases.map { kind in
        (
          [set, ("kind", kind.rawValue)],
          Double(report.ownership.count { $0.kind == kind && $0.isDrift })
        )
      })
  }
}
