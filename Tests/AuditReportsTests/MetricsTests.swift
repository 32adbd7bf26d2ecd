import Audit
import Foundation
import Testing

@testable import AuditReports

@Suite("Reports as metrics")
struct MetricsTests {
  @Test("the texts are the recorded ones")
  func golden() throws {
    try expectGolden(AuditMetrics(Samples.drift).text(.prometheus), "drift.prom")
    try expectGolden(AuditMetrics(Samples.drift).text(.openmetrics), "drift.om")
  }

  @Test("the name says the form")
  func form() {
    #expect(Exposition.Format(path: "/a/kedge.prom") == .prometheus)
    #expect(Exposition.Format(path: "/a/kedge.om") == .openmetrics)
    #expect(Exposition.Format(path: "kedge.OpenMetrics") == .openmetrics)
    #expect(Exposition.Format(path: "kedge") == .prometheus)
  }

  @Test("labels can't break out of their quotes, their line, or the text")
  func labels() {
    #expect(Exposition.escaped("a\"b\\c\nd") == "a\\\"b\\\\c\\nd")
    #expect(Exposition.escaped("a\rb\u{0}") == "a\\\\u{D}b\\\\u{0}")
    for text in Samples.hostile where text.utf8.count < 500 {
      var report = Samples.drift
      report.set = text
      report.entities[0].entity = text
      for format in Exposition.Format.allCases {
        let lines = AuditMetrics(report).text(format).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.last == "")
        #expect(lines.count { $0 == "# EOF" } == (format == .openmetrics ? 1 : 0))
        for line in lines.dropLast() where !line.hasPrefix("#") {
          #expect(
            line.wholeMatch(of: #/kedge_audit_[a-z_]+\{([a-z]+="([^"\\]|\\[\\"n])*",?)+\} -?[0-9.e+-]+/#)
              != nil, "\(line)")
        }
      }
    }
  }

  @Test("every series has one type, and stands together")
  func families() {
    for format in Exposition.Format.allCases {
      var seen: [String] = []
      for line in AuditMetrics(Samples.drift).text(format).split(separator: "\n") where line != "# EOF" {
        let words = line.split(separator: " ")
        let name = String(line.hasPrefix("#") ? words[2] : words[0].prefix { $0 != "{" })
        if seen.last != name {
          #expect(!seen.contains(name), "\(name)")
          seen.append(name)
        }
      }
      #expect(seen.count >= 14)
    }
  }

  @Test(
    "promtool accepts it", .enabled(if: Tool.promtool != nil, "needs promtool, of the package prometheus"),
    arguments: [Samples.drift, Samples.clean, Samples.sample])
  func promtool(_ report: AuditReport) throws {
    let outcome = try Tool.run(
      try #require(Tool.promtool), ["check", "metrics"], input: AuditMetrics(report).text(.prometheus))
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.output == "")
  }

  @Test(
    "the parsers of prometheus_client read back every label",
    .enabled(if: Tool.hasPythonClient, "needs Python's prometheus_client"),
    arguments: Exposition.Format.allCases)
  func pythonClient(_ format: Exposition.Format) throws {
    var report = Samples.drift
    report.entities[0].entity = "it's \"quoted\" \\ and\nbroken"
    let outcome = try Tool.run(
      "/usr/bin/env", ["python3", "-c", Self.reader, format.rawValue],
      input: AuditMetrics(report).text(format))
    #expect(outcome.status == 0, "\(outcome.output)")
    let read = try #require(JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[Any]])
    let missing = read.filter { sample in
      let labels = sample[1] as? [String: String]
      return sample[0] as? String == "kedge_audit_records" && labels?["verdict"] == "missing"
    }
    #expect((missing.first?[1] as? [String: String])?["entity"] == report.entities[0].entity)
    #expect(missing.map { $0[2] as? Double } == [1, 0])
  }

  private static let reader = """
    import sys, json
    if sys.argv[1] == "openmetrics":
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
    else:
        from prometheus_client.parser import text_string_to_metric_families as read
    print(json.dumps([[s.name, s.labels, s.value] for f in read(sys.stdin.read()) for s in f.samples]))
    """
}
