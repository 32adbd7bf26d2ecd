public import Audit
public import CommandLine
internal import Foundation

/// Past audits as a table, and as JSON.
public struct HistoryText {
  private let audits: [PastAudit]

  /// - Parameter audits: in the order in which they are shown.
  public init(_ audits: [PastAudit]) { self.audits = audits }

  /// The table, each line ended by a newline.
  public func text(style: ANSIStyle) -> String {
    var table = TableText(["audit", "began (UTC)", "took", "entities", "compared", "looked at", "found"])
    for audit in audits {
      let report = audit.report
      table.add([
        .number(audit.run), .text(String(AuditWords.time(audit.startedAt).prefix(19))),
        seconds(audit).map { .measure(Count.seconds($0)) } ?? .empty,
        report.map { .number($0.entities.count) } ?? .empty,
        report.map { .number($0.entities.reduce(0) { $0 + $1.tally.compared }) } ?? .empty,
        .text(report.map(lookedAt) ?? ""), .text(found(audit)),
      ])
    }
    return table.text(style: style)
  }

  /// The audits as an array of objects.
  public var json: JSONValue {
    .array(
      audits.map { audit in
        let drift = audit.report.map(DriftCounts.init)
        return .object([
          ("run", .int(audit.run)), ("state", .string(audit.state)), ("error", .optional(audit.error)),
          ("started_at", .string(ReportTime.text(audit.startedAt))),
          ("finished_at", .optional(audit.finishedAt.map(ReportTime.text))),
          ("seconds", seconds(audit).map { .double(($0 * 1000).rounded() / 1000) } ?? .null),
          ("drift", audit.report.map { .bool($0.hasDrift) } ?? .null),
          ("complete", audit.report.map { .bool($0.isComplete) } ?? .null),
          ("sample", audit.report.map { .bool($0.entities.contains { $0.bound != nil }) } ?? .null),
          ("entities", .optional(audit.report?.entities.count)),
          ("compared", .optional(audit.report.map { $0.entities.reduce(0) { $0 + $1.tally.compared } })),
          ("found", drift.map { .object($0.counts.map { ($0.name, .int($0.count)) }) } ?? .null),
        ])
      })
  }

  private func seconds(_ audit: PastAudit) -> Double? {
    audit.finishedAt.map { max(0, $0.timeIntervalSince(audit.startedAt)) }
  }

  private func found(_ audit: PastAudit) -> String {
    guard let report = audit.report else {
      switch audit.state {
      case "done": return "no report was kept"
      case "running": return "running, or ended without a word"
      default:
        let first = audit.error?.split(separator: "\n").first.map { ": \($0)" } ?? ""
        return DisplayText.truncated(audit.state + first, to: 60)
      }
    }
    if !report.hasDrift { return "no drift" }
    return DriftCounts(report).counts.filter { $0.count > 0 }
      .map { "\(NumberText.grouped($0.count)) \($0.name)" }.joined(separator: ", ")
  }

  private func lookedAt(_ report: AuditReport) -> String {
    let shares = report.entities.compactMap { $0.bound?.share }
    let scope = shares.max().map { "\(Count.percent($0))" } ?? "all"
    return report.isComplete ? scope : scope + ", in part"
  }
}

/// How many of each kind of drift a report has.
private struct DriftCounts {
  let counts: [(name: String, count: Int)]

  init(_ report: AuditReport) {
    func sum(_ count: (AuditTally) -> Int) -> Int { report.entities.reduce(0) { $0 + count($1.tally) } }
    counts = [
      ("missing", sum(\.missing)), ("extra", sum(\.extra)), ("different", sum(\.different)),
      ("orphans", sum(\.orphans)), ("duplicates", sum(\.duplicates)),
      ("ownership", report.ownership.count { $0.isDrift }), ("repaired", sum(\.repaired)),
    ]
  }
}
