internal import Audit
internal import CommandLine
internal import Mapping

/// `kedge audit --repair`, `--plan FILE` and `--apply FILE`
extension Session {
  /// Checks what is asked to be repaired. Entities that Postgres owns are compared all the same.
  func checkRepairOptions(_ set: MappingSet, _ entities: [String]) throws {
    let asked = [
      command.flag("repair") ? "--repair" : nil, command.value("plan").map { _ in "--plan" },
      command.value("apply").map { _ in "--apply" },
    ].compactMap { $0 }
    guard asked.count <= 1 else {
      throw UsageProblem(
        "\(asked.joined(separator: " and ")) don't go together: --plan writes a plan, --apply carries it out, --repair"
          + " does both at once")
    }
    guard !asked.isEmpty else { return }
    let plans = try corePlans(of: set).filter {
      command.value("apply") == nil || entities.contains($0.entity.name)
    }
    _ = try movable(plans, asked: entities)
  }

  /// Carries out a plan.
  func applyPlan(_ file: String, _ set: MappingSet, entities: [String]) throws -> Int32 {
    let report = try PlanApplication(
      try context(set, plans: try corePlans(of: set)), file: file, entities: entities,
      listed: isJSON ? 1000 : 20
    ).run()
    if isJSON {
      guard case .object(let members) = report.json else { return ExitCode.failed }
      output(.object([("ok", .bool(report.isDone))] + members))
    } else {
      output((lines(report) + [verdict(report, file)]).joined(separator: "\n"))
    }
    if report.changed > 0 { return ExitCode.failed }
    return report.refused > 0 ? ExitCode.drift : ExitCode.done
  }

  private func verdict(_ report: RepairReport, _ file: String) -> String {
    let done = "\(report.repaired) repaired" + (report.leftOut > 0 ? ", \(report.leftOut) left out" : "")
    if report.changed > 0 {
      let what = "the world has changed for \(report.changed) of \(report.planned) actions"
      return report.untouched > 0 || report.repaired == 0
        ? style.red(what)
          + ", so nothing of the plan was done; make a new one with: kedge audit --plan \(file)"
        : style.red(what) + " while they were carried out; \(done)"
    }
    if report.refused > 0 {
      return style.red("\(report.refused) of \(report.planned) actions couldn't be done") + "; \(done)"
    }
    if report.repaired == 0 {
      return style.green("everything is as planned already") + "; nothing was changed"
    }
    return style.green(done)
      + (report.already > 0 ? "; \(report.already) were as planned already" : "")
      + "; logged as run \(report.run)"
  }

  // MARK: In the report of an audit

  /// What was planned; what a repair did is part of the report.
  func repairLines(_ report: AuditReport) -> [String] {
    guard let planned = report.plannedRepairs, let file = command.value("plan") else { return [] }
    return [
      planned == 0
        ? "nothing is to be repaired; the plan in \(file) is empty"
        : "\(planned) repairs are planned in \(file); read it, then: kedge audit --apply \(file)"
    ]
  }

  /// What wasn't done, and why.
  private func lines(_ report: RepairReport) -> [String] {
    var lines = report.undone.map {
      "\($0.entity) \($0.key.joined(separator: ", ")): not repaired (\($0.action)): \($0.reason)"
    }
    let others = report.changed + report.refused - report.undone.count
    if others > 0 { lines.append("… and \(others) more that weren't repaired") }
    return lines
  }
}

extension RepairReport {
  /// Whether nothing of it is left to do.
  fileprivate var isDone: Bool { changed == 0 && refused == 0 }
}

extension RepairError {
  var exitCode: Int32 {
    switch self {
    case .owned: ExitCode.refused
    case .interrupted: ExitCode.interrupted
    default: ExitCode.failed
    }
  }
}
