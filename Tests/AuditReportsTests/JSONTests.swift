import Audit
import CommandLine
import Foundation
import Testing

@Suite("Reports as JSON")
struct JSONTests {
  static let reports = [Samples.drift, Samples.clean, Samples.sample]

  @Test("the form is the published one, to the letter")
  func golden() throws {
    try expectGolden(Samples.drift.json(pages: true).text() + "\n", "drift.json")
    try expectGolden(Samples.clean.json.text() + "\n", "clean.json")
  }

  @Test("the schema describes every report, and every key of it", arguments: 0..<3)
  func schema(_ index: Int) throws {
    let checker = try SchemaChecker()
    #expect(try checker.objections(to: Self.reports[index].json.text()) == [])
    #expect(try checker.objections(to: Self.reports[index].json(pages: false).text(.compact)) == [])
    for difference in Self.reports[index].entities.flatMap(\.differences) {
      #expect(try checker.objections(to: difference.line.text(), definition: "difference") == [])
    }
  }

  @Test("the schema refuses what isn't a report")
  func refusals() throws {
    let checker = try SchemaChecker()
    let good = Samples.drift.json.text()
    for (wrong, right) in [
      ("\"run\": \"12\"", "\"run\": 12"), ("\"drift\": 1", "\"drift\": true"),
      ("\"kind\": \"odd\"", "\"kind\": \"missing\""),
      ("\"coverage\": 1.5", "\"coverage\": 0.425"), ("\"compared\": -1", "\"compared\": 12345"),
      ("\"rum\": 12", "\"run\": 12"),
      ("\"started_at\": \"yesterday\"", "\"started_at\": \"2026-01-01T00:00:00.000Z\""),
      ("\"bound\": {}", "\"bound\": null"),
    ] {
      let bad = good.replacing(right, with: wrong, maxReplacements: 1)
      try #require(bad != good, "\(right)")
      #expect(try !checker.objections(to: bad).isEmpty, "\(wrong)")
    }
  }

  @Test("the words of the schema are those of the model")
  func words() throws {
    let definitions = try #require(SchemaChecker().root["$defs"] as? [String: [String: Any]])
    func words(_ definition: String, _ key: String) -> [String]? {
      let properties = definitions[definition]?["properties"] as? [String: [String: Any]]
      return properties?[key]?["enum"] as? [String]
    }
    #expect(words("difference", "kind") == Verdict.allCases.map(\.rawValue))
    #expect(words("ownership", "kind") == OwnershipFinding.Kind.allCases.map(\.rawValue))
  }

  @Test("what was written is read again", arguments: 0..<3)
  func roundTrip(_ index: Int) throws {
    let report = Self.reports[index]
    let text = report.json.text(.compact)
    let read = try JSONDecoder().decode(AuditReport.self, from: Data(text.utf8))
    #expect(read == report)
    #expect(try JSONDecoder().decode(AuditReport.self, from: JSONEncoder().encode(report)) == report)
  }

  @Test("a report of an earlier version is read, with defaults for what it lacks")
  func earlier() throws {
    let text = """
      {"run": 3, "set": "shop", "started_at": "2026-01-01T00:00:00.000Z", "finished_at": "2026-01-01T00:00:01.000Z",
       "drift": true, "later": [1], "entities": [{"entity": "users", "compared": 5, "missing": 1, "differences": [
        {"kind": "missing", "key": ["1"], "columns": ["a"], "repaired": false,
         "first_seen": "2026-01-01T00:00:00.000Z", "last_seen": "2026-01-01T00:00:00.000Z"}]}]}
      """
    let report = try JSONDecoder().decode(AuditReport.self, from: Data(text.utf8))
    #expect(report.isComplete)
    #expect(report.hasDrift)
    #expect(report.entities.first?.coverage == 1)
    #expect(report.entities.first?.differences.first?.columns == [ColumnEvidence(column: "a")])
    #expect(report.entities.first?.differences.first?.looks == 1)
  }

  @Test(
    "times are written in one form, and only that is read",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (951_782_399.999, "2000-02-28T23:59:59.999Z"),
      (951_782_400, "2000-02-29T00:00:00.000Z"), (-0.001, "1969-12-31T23:59:59.999Z"),
      (4_107_542_400, "2100-03-01T00:00:00.000Z"), (-62_135_596_800, "0001-01-01T00:00:00.000Z"),
      (253_402_300_799.999, "9999-12-31T23:59:59.999Z"), (1_767_225_600.1234, "2026-01-01T00:00:00.123Z"),
    ])
  func times(_ seconds: Double, _ text: String) {
    let date = Date(timeIntervalSince1970: seconds)
    #expect(ReportTime.text(date) == text)
    let read = ReportTime.date(text)
    #expect(read.map { abs($0.timeIntervalSince(date)) < 0.001 } == true)
    #expect(read.map(ReportTime.text) == text)
  }

  @Test(
    "other times are refused",
    arguments: [
      "", "2026-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-01-01T24:00:00.000Z",
      "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000+", "2026-01-01 00:00:00.000Z",
      "２026-01-01T00:00:00.000Z",
    ])
  func notTimes(_ text: String) { #expect(ReportTime.date(text) == nil) }
}
