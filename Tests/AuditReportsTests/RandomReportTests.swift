import Audit
import AuditReports
import CommandLine
import Foundation
import Testing

@Suite("Reports of any shape")
struct RandomReportTests {
  @Test("every form can be read, and JSON gives the report back", arguments: 0..<60)
  func everyForm(_ seed: UInt64) throws {
    var random = RandomReport(seed: seed)
    let report = random.report()
    let past = [random.report(), random.report()]
    let text = report.json.text(seed % 2 == 0 ? .compact : .pretty)
    _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
    let read = try JSONDecoder().decode(AuditReport.self, from: Data(text.utf8))
    #expect(read == report)
    #expect(read.json.text() == report.json.text())
    #expect(try SchemaChecker().objections(to: text) == [])

    #expect(try MarkupReader(AuditJUnit(report).xml()).all("testsuite").count == 1)
    #expect(try MarkupReader(AuditPage(report, past: past).html()).all("body").count == 1)
    #expect(AuditMetrics(report).text(.openmetrics).hasSuffix("\n# EOF\n"))
    let plain = AuditText(report, style: ANSIStyle(isEnabled: false)).text()
    #expect(!plain.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(plain.contains(report.hasDrift ? "drift found" : "no drift"))
    #expect(FailureRule.drift.pages(report) == report.hasDrift)
  }
}
