internal import Audit
internal import AuditReports
internal import Catalog
internal import CommandLine
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress

/// Audits of the past.
extension Session {
  /// Nil where nothing was ever moved or audited.
  func auditHistory(of set: MappingSet) throws -> AuditHistory? {
    guard let settings = try existingTarget(of: set) else { return nil }
    let catalog = Catalog(try PostgresConnection(settings))
    guard try catalog.exists() else { return nil }
    if try !catalog.isCurrent() { try catalog.ensure() }
    return AuditHistory(
      catalog.connection, set: set.name, plans: try corePlans(of: set) + featurePlans(of: set))
  }

  /// `kedge audit history`
  func auditHistory() throws -> Int32 {
    let set = try mappingSet()
    let audits = try auditHistory(of: set)?.list(limit: command.integer("limit") ?? 20) ?? []
    if isJSON {
      output(["set": .string(set.name), "audits": HistoryText(audits).json])
    } else if audits.isEmpty {
      output("there was no audit of the mapping set \"\(set.name)\" yet; begin with: kedge audit")
    } else {
      output(HistoryText(audits).text(style: style))
      output("see one with: kedge audit show RUN")
    }
    return ExitCode.done
  }

  /// `kedge audit show`
  func auditShow() throws -> Int32 {
    let outputs = try AuditOutputs(command)
    let set = try mappingSet()
    let entities = try wantedEntities(in: set)
    guard let run = command.arguments.first.flatMap({ Int($0) }) else { throw UsageProblem("name an audit") }
    guard command.flag("all") || entities.isEmpty else {
      throw UsageProblem("--entity goes with --all: a report is of all its entities")
    }
    guard let history = try auditHistory(of: set), let audit = try history.find(run) else {
      throw UsageProblem(
        "there is no audit \(run) of the mapping set \"\(set.name)\" in this target; see: kedge audit history"
      )
    }
    guard var report = audit.report else {
      throw UsageProblem(
        "audit \(run) is \(audit.state)\(audit.error.map { ": \($0)" } ?? "") and has no report; see: kedge audit history"
      )
    }
    if command.flag("all") {
      try history.eachDifference(run, entities: entities) { difference in
        Terminal.write(difference.line.text(.compact) + "\n", to: STDOUT_FILENO)
      }
    }
    try history.list(outputs.listed(isJSON: isJSON), in: &report)
    do {
      try outputs.write(report, past: outputs.html == nil ? [] : pastReports(before: run, of: set))
    } catch let error as ReportFileError {
      log.error(error.description)
      return ExitCode.failed
    }
    if command.flag("all") { return ExitCode.done }
    if isJSON { output(report.json(pages: outputs.rule.pages(report))) } else { output(text(report)) }
    return ExitCode.done
  }
}
