import Audit
import Foundation

/// Reports that the golden files are made of.
enum Samples {
  static func time(_ seconds: Double) -> Date { Date(timeIntervalSince1970: 1_767_225_600 + seconds) }

  private static func tally(_ change: (inout AuditTally) -> Void) -> AuditTally {
    var tally = AuditTally()
    change(&tally)
    return tally
  }

  private static func difference(
    _ entity: String, _ verdict: Verdict, _ key: [String], _ columns: [ColumnEvidence] = [],
    rule: String? = nil, reference: String? = nil, looks: Int = 2, isRepaired: Bool = false
  ) -> AuditDifference {
    AuditDifference(
      entity: entity, verdict: verdict, key: key, columns: columns, rule: rule, reference: reference,
      firstSeen: time(1.25), lastSeen: time(4.5), looks: looks, isRepaired: isRepaired)
  }

  /// Everything that can be found, in one report.
  static var drift: AuditReport {
    var report = AuditReport(
      run: 12, set: "sendfx", startedAt: time(0), finishedAt: time(73.25),
      entities: [
        .init(
          entity: "users",
          tally: tally {
            ($0.compared, $0.matching, $0.missing, $0.extra, $0.different) = (12_345, 12_338, 1, 1, 3)
            ($0.orphans, $0.duplicates, $0.quarantined, $0.inFlight) = (30, 1, 2, 1)
            ($0.tolerated, $0.repaired, $0.toleratedOrphans, $0.filtered) = (1, 1, 4, 7)
          }, seconds: 41.5,
          differences: [
            difference("users", .missing, ["64f0c0ffee"]), difference("users", .extra, ["64f0dead"]),
            difference(
              "users", .different, ["64f0beef"],
              [
                .init(column: "score", source: "0.3", target: "0.30000000000000004"),
                .init(column: "name", source: "Ada ", target: "Ada"),
                .init(column: "email", source: "sha256:5e884898da28", target: nil),
                .init(column: "users_tags"),
              ]),
            difference(
              "users", .different, ["64f0feed", "7"], [.init(column: "plan", source: "free", target: "Free")],
              isRepaired: true),
            difference(
              "users", .orphan, ["64f0aaaa"], [.init(column: "workspace_id", source: "w-9")],
              reference: "users.workspace_id → workspaces.id"),
            difference(
              "users", .duplicate, ["64f0bbbb"],
              [.init(column: "id", source: "{\"_id\":2}", target: "{\"_id\":1}")]),
            difference(
              "users", .inFlight, ["64f0cccc"], [.init(column: "seen", source: "1", target: "2")], looks: 5),
            difference(
              "users", .tolerated, ["64f0dddd"],
              [.init(column: "ratio", source: "0.5", target: "0.5001")], rule: "tolerance ratio 0.001"),
          ]),
        .init(
          entity: "events",
          tally: tally { ($0.compared, $0.matching, $0.different) = (10_000, 9_999, 1) }, seconds: 31,
          differences: [
            difference("events", .different, ["1"], [.init(column: "at", source: nil, target: "2026-01-01")])
          ],
          bound: SampleBound(
            share: 0.01, population: 1_000_000, sampled: 10_000, drifting: 1, confidence: 0.95,
            upperShare: 0.000_557_2),
          coverage: 0.425),
      ])
    report.entities[1].note = "compared by hand"
    report.references = [
      ReferenceFinding(
        name: "users.workspace_id → workspaces.id", entity: "users", refersTo: "workspaces",
        isAcrossStores: false, checked: 12_345, orphans: 30, isEnforced: true),
      ReferenceFinding(
        name: "conversations.user_id → users.id", entity: "conversations", refersTo: "users",
        isAcrossStores: true, checked: 900, orphans: 4, isEnforced: false),
    ]
    report.ownership = [
      OwnershipFinding(
        kind: .writtenInOldStore, store: "mongo", object: "users", entity: "users",
        message:
          "3 documents were written in the old store since the entity is in phase core. Find the writer, and move it to Postgres.",
        isDrift: true),
      OwnershipFinding(
        kind: .undeclared, store: "postgres", object: "core.scratch",
        message: "No mapping declares this table. Declare it, or drop it.", isDrift: false),
    ]
    var repair = RepairReport(run: 15)
    repair.entities = [RepairReport.EntityRepair(entity: "users")]
    (repair.entities[0].planned, repair.entities[0].repaired, repair.entities[0].changed) = (4, 1, 3)
    repair.undone = [
      RepairReport.Undone(
        entity: "users", action: "update", key: ["64f0beef"], reason: "its row has changed since; audit again"
      )
    ]
    report.repair = repair
    report.isComplete = false
    return report
  }

  /// Nothing to complain of.
  static var clean: AuditReport {
    AuditReport(
      run: 13, set: "sendfx", startedAt: time(3600), finishedAt: time(3600.84),
      entities: [
        .init(
          entity: "users", tally: tally { ($0.compared, $0.matching) = (1, 1) }, seconds: 0.2,
          differences: []),
        .init(
          entity: "workspaces", tally: tally { ($0.compared, $0.matching, $0.filtered) = (1_204, 1_200, 4) },
          seconds: 0.5, differences: []),
      ])
  }

  /// Drift that nobody has repaired yet.
  static var fresh: AuditReport {
    var report = clean
    (report.entities[0].tally.missing, report.entities[1].tally.orphans) = (1, 2)
    report.entities[0].differences = [difference("users", .missing, ["7"])]
    return report
  }

  /// A sample without a difference.
  static var sample: AuditReport {
    AuditReport(
      run: 14, set: "sendfx", startedAt: time(7200), finishedAt: time(7203),
      entities: [
        .init(
          entity: "events", tally: tally { ($0.compared, $0.matching) = (10_000, 10_000) }, seconds: 3,
          differences: [],
          bound: SampleBound(
            share: 0.01, population: 1_000_000, sampled: 10_000, drifting: 0, confidence: 0.95,
            upperShare: 0.000_299_5, coversExtras: false, seed: 7))
      ])
  }

  /// Earlier audits, for the trend.
  static var past: [AuditReport] {
    [0, 0, 12, 40, 3, 0, 0, 1, 0, 150, 36].enumerated().map { index, count in
      var report = AuditReport(
        run: index + 1, set: "sendfx", startedAt: time(Double(index - 11) * 86_400),
        finishedAt: time(Double(index - 11) * 86_400 + 60),
        entities: [
          .init(
            entity: "users", tally: tally { ($0.compared, $0.missing) = (12_000, count) }, seconds: 60,
            differences: [])
        ])
      report.isComplete = index != 5
      return report
    }
  }

  /// Texts that want to break out of a page, a line or a label.
  static let hostile: [String] = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "it's \"quoted\" & <b>",
    "]]>", "<!-- -->", "&lt;", "\u{202E}gnp.exe", "a\u{0}b", "\u{1B}[31mred\u{1B}[0m", "line\nbreak\r\ttab",
    "{label=\"x\"} 1\n# EOF", "\\", "\\n", "'; DROP TABLE users; --", "é", "e\u{301}", "👨‍👩‍👧",
    "\u{FFFE}\u{FFFF}",
    "\u{2028}\u{85}\u{A0}", "", " ", "NULL", String(repeating: "x", count: 10_000), "\u{10FFFF}\u{E000}",
    "javascript:alert(1)", "</style></title>", "${jndi}", "%00",
  ]
}
