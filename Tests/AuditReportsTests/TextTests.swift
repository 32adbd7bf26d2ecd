import Audit
import CommandLine
import Testing

@testable import AuditReports

@Suite("Reports as text")
struct TextTests {
  private let plain = ANSIStyle(isEnabled: false)

  @Test("the text is the recorded one")
  func golden() throws {
    try expectGolden(AuditText(Samples.drift, style: plain).text() + "\n", "drift.txt")
    try expectGolden(AuditText(Samples.fresh, style: plain).text() + "\n", "fresh.txt")
    try expectGolden(AuditText(Samples.clean, style: plain).text() + "\n", "clean.txt")
    try expectGolden(AuditText(Samples.sample, style: plain).text() + "\n", "sample.txt")
    try expectGolden(HistoryText(Self.history).text(style: plain), "history.txt")
    try expectGolden(HistoryText(Self.history).json.text() + "\n", "history.json")
  }

  static let history = [
    PastAudit(run: 15, state: "running", startedAt: Samples.time(9000)),
    PastAudit(
      run: 14, state: "done", startedAt: Samples.time(7200), finishedAt: Samples.time(7203),
      report: Samples.sample),
    PastAudit(
      run: 13, state: "done", startedAt: Samples.time(3600), finishedAt: Samples.time(3601),
      report: Samples.clean),
    PastAudit(
      run: 12, state: "done", startedAt: Samples.time(0), finishedAt: Samples.time(73.25),
      report: Samples.drift),
    PastAudit(
      run: 11, state: "failed", error: "the target is away\nmore", startedAt: Samples.time(-60),
      finishedAt: Samples.time(-50)),
    PastAudit(run: 10, state: "done", startedAt: Samples.time(-600), finishedAt: Samples.time(-599)),
  ]

  @Test("colour changes nothing but colour")
  func colour() {
    let coloured = AuditText(Samples.drift, style: ANSIStyle(isEnabled: true)).text()
    #expect(coloured.contains("\u{1B}[31m"))
    #expect(
      coloured.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == AuditText(Samples.drift, style: plain).text())
  }

  @Test("sentences keep to the width; only tables, keys and commands may be wider", arguments: [60, 80, 120])
  func width(_ width: Int) {
    for report in [Samples.clean, Samples.sample] {
      for line in AuditText(report, style: plain, width: width).text().split(separator: "\n") {
        #expect(line.count <= max(width, 76), "\(line)")
      }
    }
  }

  @Test("a control character of a record never reaches the terminal")
  func hostile() {
    var report = Samples.clean
    for text in Samples.hostile {
      report.entities[0].differences.append(
        AuditDifference(
          entity: "users", verdict: .different, key: [text],
          columns: [ColumnEvidence(column: text, source: text, target: nil)], rule: text, reference: text,
          firstSeen: Samples.time(0), lastSeen: Samples.time(0)))
      report.references.append(
        ReferenceFinding(
          name: text, entity: text, refersTo: text, isAcrossStores: true, checked: 1, orphans: 1,
          isEnforced: true))
      report.ownership.append(
        OwnershipFinding(kind: .undeclared, store: text, object: text, message: text, isDrift: true))
    }
    report.set = Samples.hostile.joined()
    let text = AuditText(report, style: plain, samples: 1000).text()
    let strange = text.unicodeScalars.filter {
      $0 != "\n" && ($0.value < 0x20 || (0x7F...0x9F).contains($0.value))
    }
    #expect(strange.isEmpty)
    #expect(!text.unicodeScalars.contains("\u{202E}"))
    #expect(!text.contains(String(repeating: "x", count: 1001)))
  }

  @Test(
    "values are shown so that they can be told apart",
    arguments: [
      (nil, "NULL"), ("NULL", "\"NULL\""), ("", "\"\""), ("a ", "\"a \""), ("a  b", "\"a  b\""),
      ("0.30000000000000004", "0.30000000000000004"), ("a\u{0}b", "\"a\\u{0}b\""),
      ("say \"hi\"", "say \"hi\""),
      ("say \"hi\" ", "\"say \\\"hi\\\" \""), ("a\\b", "a\\b"), ("a\\b\n", "\"a\\\\b\\n\""), ("é", "é"),
      ("a\u{200B}b", "\"a\\u{200B}b\""), ("a\u{A0}b", "\"a\\u{A0}b\""), ("Zürich 東京", "Zürich 東京"),
    ] as [(String?, String)])
  func values(_ value: String?, _ shown: String) { #expect(EvidenceValue.text(value) == shown) }

  @Test("of two long values the place is shown where they differ")
  func excerpts() {
    let common = String(repeating: "m", count: 5000)
    let pair = EvidenceValue.pair(common + "left", common + "right", limit: 40)
    #expect(pair.source.hasSuffix("mmleft (5,004 characters)"))
    #expect(pair.target.hasSuffix("mmright (5,005 characters)"))
    #expect(pair.source.hasPrefix("…mm"))
    let early = EvidenceValue.pair("a" + common, "b" + common, limit: 40)
    #expect(early.source == "a" + String(repeating: "m", count: 39) + "… (5,001 characters)")
    #expect(early.target.hasPrefix("bmm"))
    let space = EvidenceValue.pair(common + " ", common, limit: 40)
    #expect(space.source.contains("m \""))
    #expect(!space.target.contains("\""))
  }

  @Test("texts that look alike are told apart by their code points")
  func alike() {
    let pair = EvidenceValue.pair("é", "e\u{301}")
    #expect(pair.source == "\"\\u{E9}\"")
    #expect(pair.target == "\"e\\u{301}\"")
  }

  @Test(
    "a bound is never said smaller than it is",
    arguments: [
      (0.000_299_5, "0.03 %"), (0.000_301, "0.031 %"), (0.5, "50 %"), (1, "100 %"), (0, "0 %"),
      (0.999_1, "100 %"),
      (0.012_34, "1.3 %"), (0.03, "3 %"), (2.0e-7, "0.00002 %"),
    ] as [(Double, String)])
  func percent(_ share: Double, _ text: String) { #expect(Count.upperPercent(share) == text) }

  @Test("a coverage is never said larger than it is")
  func lowerPercent() {
    #expect(Count.percent(0.999_1) == "99 %")
    #expect(Count.percent(0.95) == "95 %")
    #expect(Count.percent(0.425) == "42 %")
  }

  @Test("what a sample says is said in words")
  func bound() throws {
    let bound = try #require(Samples.sample.entities[0].bound)
    #expect(
      AuditWords.bound(bound)
        == "with 95 % confidence at most 0.03 % of 1,000,000 records differ (10,000 records looked at, 0 of them differ; seed 7);"
        + " rows that are in the target alone can't be in the sample"
    )
  }
}
