import Audit
import AuditReports
import Testing

@Suite("Reports as JUnit")
struct JUnitTests {
  @Test("the document is the recorded one")
  func golden() throws {
    try expectGolden(AuditJUnit(Samples.drift).xml(), "drift.junit.xml")
    try expectGolden(AuditJUnit(Samples.clean).xml(), "clean.junit.xml")
  }

  @Test("its counts are those of its cases, and its shape is what Jenkins' and Surefire's schemas ask for")
  func shape() throws {
    for report in [Samples.drift, Samples.clean, Samples.sample] {
      for rule in [FailureRule.drift, .none, try FailureRule("extra")] {
        let reader = try MarkupReader(AuditJUnit(report, rule: rule).xml())
        let cases = reader.all("testcase")
        #expect(
          cases.count == report.entities.count + report.references.count
            + OwnershipFinding.Kind.allCases.count)
        for name in ["testsuites", "testsuite"] {
          let suite = try #require(reader.all(name).first)
          #expect(suite.attributes["tests"] == "\(cases.count)")
          #expect(suite.attributes["failures"] == "\(reader.all("failure").count)")
          #expect(suite.attributes["errors"] == "0")
        }
        #expect(reader.all("testsuite")[0].attributes["skipped"] == "\(reader.all("skipped").count)")
        for test in cases {
          #expect(Set(test.attributes.keys) == ["classname", "name", "time"])
          #expect(test.attributes["time"]?.wholeMatch(of: #/\d+\.\d{3}/#) != nil)
        }
        for failure in reader.all("failure") { #expect(Set(failure.attributes.keys) == ["type", "message"]) }
        let allowed = [
          "testsuites": [], "testsuite": ["testsuites"], "properties": ["testsuites", "testsuite"],
          "property": ["testsuites", "testsuite", "properties"], "testcase": ["testsuites", "testsuite"],
        ]
        for element in reader.elements {
          #expect(
            element.path == allowed[element.name] ?? ["testsuites", "testsuite", "testcase"],
            "\(element.name)")
        }
      }
    }
  }

  @Test("what pages fails, what stops early is skipped, the rest passes with a word")
  func outcomes() throws {
    func outcome(_ name: String, _ rule: FailureRule) throws -> String? {
      let reader = try MarkupReader(AuditJUnit(Samples.drift, rule: rule).xml())
      let index = try #require(
        reader.elements.firstIndex { $0.name == "testcase" && $0.attributes["name"] == name })
      return reader.elements[(index + 1)...].first { $0.name != "testcase" }.flatMap { next in
        reader.elements[(index + 1)...].first?.name == "testcase" ? nil : next.name
      }
    }
    #expect(try outcome("users", .drift) == "failure")
    #expect(try outcome("users", .none) == "system-out")
    #expect(try outcome("events", .drift) == "failure")
    #expect(try outcome("events", .none) == "skipped")
    #expect(try outcome("users.workspace_id → workspaces.id", .drift) == "failure")
    #expect(try outcome("conversations.user_id → users.id", .drift) == "system-out")
    #expect(try outcome("written-in-old-store", .drift) == "failure")
    #expect(try outcome("undeclared", .drift) == "system-out")
    #expect(try outcome("guardrail", .drift) == nil)
    let failure = try #require(
      MarkupReader(AuditJUnit(Samples.drift).xml()).all("failure").first)
    #expect(failure.attributes["message"]?.contains("3 different") == true)
    #expect(failure.text.contains("score: source 0.3, target 0.30000000000000004"))
  }
}
