internal import Audit
internal import AuditReports
internal import CommandLine
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress

/// Where reports go besides standard output, and which findings page: checked before the audit begins.
struct AuditOutputs {
  var rule: FailureRule
  var html: ReportFile?
  var junit: ReportFile?
  var metrics: (file: ReportFile, format: Exposition.Format)?

  /// - Throws: ``UsageProblem`` for a file that can't be written, and for an unknown finding.
  init(_ command: ParsedCommand) throws {
    func file(_ name: String) -> ReportFile? {
      command.value(name).map { ReportFile(option: "--\(name)", path: $0) }
    }
    html = file("html")
    junit = file("junit")
    if let file = file("metrics") {
      let asked = command.value("metrics-format").flatMap(Exposition.Format.init(rawValue:))
      metrics = (file, asked ?? Exposition.Format(path: file.path))
    } else if command.value("metrics-format") != nil {
      throw UsageProblem("--metrics-format says the form of a file; name it with --metrics FILE")
    }
    do {
      rule = try command.value("fail-on").map { try FailureRule($0) } ?? .drift
      for file in files { try file.check() }
    } catch let problem as FailureRuleProblem {
      throw UsageProblem(problem.description)
    } catch let problem as ReportFileError {
      throw UsageProblem(problem.description)
    }
    for (index, file) in files.enumerated() {
      if let other = files[..<index].first(where: { $0.path == file.path }) {
        throw UsageProblem("\(other.option) and \(file.option) name the same file, \(file.path)")
      }
    }
  }

  var files: [ReportFile] { [html, junit, metrics?.file].compactMap(\.self) }

  /// How many differences of each entity a report should list for these files.
  func listed(isJSON: Bool) -> Int { isJSON ? 1000 : html == nil ? 20 : 100 }

  /// Writes the files.
  ///
  /// - Parameter past: earlier reports of the set, the latest last.
  /// - Throws: ``ReportFileError`` for the first that can't be written; those before it are written.
  func write(_ report: AuditReport, past: [AuditReport]) throws {
    try html?.write(AuditPage(report, past: past).html())
    try junit?.write(AuditJUnit(report, rule: rule).xml())
    try metrics?.file.write(AuditMetrics(report, rule: rule).text(metrics?.format ?? .prometheus))
  }
}

extension Session {
  /// Writes an audit's report everywhere it was asked for, and says what to exit with.
  func deliver(_ report: AuditReport, of set: MappingSet, to outputs: AuditOutputs) throws -> Int32 {
    let pages = outputs.rule.pages(report)
    // Who reads standard output gets the report, also when a disk is full.
    var problem: ReportFileError?
    do {
      try outputs.write(report, past: outputs.html == nil ? [] : pastReports(before: report.run, of: set))
    } catch let error as ReportFileError {
      problem = error
    }
    if isJSON {
      output(report.json(pages: pages))
    } else {
      output(([text(report)] + repairLines(report)).joined(separator: "\n"))
      if report.hasDrift && !pages { output("--fail-on names none of this, so the exit code is 0") }
    }
    if let problem {
      log.error(problem.description)
      return ExitCode.failed
    }
    return pages ? ExitCode.drift : ExitCode.done
  }

  /// The report for a person, as wide as their terminal.
  func text(_ report: AuditReport) -> String {
    let width = min(Terminal.width(STDOUT_FILENO) ?? Terminal.usualWidth, 120)
    return AuditText(report, style: style, width: width).text()
  }

  /// Reports for the trend, the latest last.
  func pastReports(before run: Int, of set: MappingSet) throws -> [AuditReport] {
    guard let history = try auditHistory(of: set) else { return [] }
    return try history.list(limit: 29, before: run).compactMap(\.report).reversed()
  }
}
