internal import Audit
internal import Backfill
internal import CommandLine
internal import Foundation
internal import Mapping

extension Session {
  /// `kedge audit`
  func audit() throws -> Int32 {
    if command.value("every") != nil { return try auditOnSchedule() }
    try refuseScheduleOptions()
    let hooks = try driftHooks()
    let (report, context) = try compare()
    publish(report)
    return tell(hooks, report, context.target) ? exitCode(report) : ExitCode.failed
  }

  /// One audit as the command line asks for it.
  ///
  /// - Parameters:
  ///   - tenure: the lease that it runs under, for an audit on a schedule.
  ///   - accept: looks at the mapping set before anything is done with it.
  func compare(tenure: AuditTenure? = nil, accept: (MappingSet) throws -> Void = { _ in }) throws -> (
    AuditReport, BackfillContext
  ) {
    let set = try mappingSet()
    try accept(set)
    var options = AuditOptions()
    options.entities = try wantedEntities(in: set)
    options.repairs = command.flag("repair")
    options.workers = ProcessInfo.processInfo.activeProcessorCount
    options.listed = isJSON ? 1000 : 20
    options.tenure = tenure
    var plans = try corePlans(of: set).filter { $0.entity.phase != .retired }
    if options.repairs { plans = try movable(plans, asked: options.entities) }
    let context = try context(set, plans: plans)
    let audit = Audit(context, featurePlans: try featurePlans(of: set), options: options)
    return (try audit.run(), context)
  }

  /// Shows the result.
  func publish(_ report: AuditReport) {
    if isJSON { output(json(report)) } else { output(text(report, repaired: command.flag("repair"))) }
  }

  /// What an audit with this result ends with.
  func exitCode(_ report: AuditReport) -> Int32 { report.hasDrift ? ExitCode.drift : ExitCode.done }

  /// The report as programs get it: printed, and told to hooks.
  func json(_ report: AuditReport) -> JSONValue {
    .object([
      ("run", .int(report.run)), ("drift", .bool(report.hasDrift)),
      (
        "entities",
        .array(
          report.entities.map { entity in
            let tally = entity.tally
            return .object([
              ("entity", .string(entity.entity)), ("compared", .int(tally.compared)),
              ("matching", .int(tally.matching)), ("missing", .int(tally.missing)),
              ("extra", .int(tally.extra)),
              ("different", .int(tally.different)), ("orphans", .int(tally.orphans)),
              ("quarantined", .int(tally.quarantined)), ("in_flight", .int(tally.inFlight)),
              ("filtered", .int(tally.filtered)), ("repaired", .int(tally.repaired)),
              ("tolerated_orphans", .int(tally.toleratedOrphans)),
              ("seconds", .double((entity.seconds * 1000).rounded() / 1000)),
              ("differences", .array(entity.differences.map(json))),
            ])
          })
      ),
    ])
  }

  private func json(_ difference: AuditDifference) -> JSONValue {
    .object([
      ("kind", .string(difference.verdict.rawValue)), ("key", .strings(difference.key)),
      ("columns", .strings(difference.columns.map(\.column))), ("repaired", .bool(difference.isRepaired)),
    ])
  }

  private func text(_ report: AuditReport, repaired: Bool) -> String {
    var table = TableText([
      "entity", "compared", "matching", "missing", "extra", "different", "orphans", "quarantined",
      "in flight",
    ])
    for entity in report.entities {
      let tally = entity.tally
      table.add([
        .text(entity.entity), .number(tally.compared), .number(tally.matching), .number(tally.missing),
        .number(tally.extra), .number(tally.different), .number(tally.orphans), .number(tally.quarantined),
        .number(tally.inFlight),
      ])
    }
    var lines = ["audit \(report.run)", table.text(style: style)]
    for entity in report.entities {
      for difference in entity.differences {
        let key = difference.key.joined(separator: ", ")
        var line = "\(entity.entity) \(key): "
        switch difference.verdict {
        case .missing: line += "missing in the target"
        case .extra: line += "extra: in the target alone"
        case .different: line += "different in \(difference.columns.map(\.column).joined(separator: ", "))"
        default:
          line +=
            "\(difference.columns.map(\.column).joined(separator: ", ")) refers to a row that isn't there"
        }
        lines.append(line + (difference.isRepaired ? " (repaired)" : ""))
      }
      let found = entity.tally.missing + entity.tally.extra + entity.tally.different + entity.tally.orphans
      if found > entity.differences.count {
        lines.append(
          "\(entity.entity): … and \(found - entity.differences.count) more, in kedge.audit_differences of run"
            + " \(report.run)")
      }
      if entity.tally.toleratedOrphans > 0 {
        lines.append(
          "\(entity.entity): \(entity.tally.toleratedOrphans) references lead nowhere, which the mapping tolerates"
            + " (enforce: none)")
      }
    }
    let mended = report.entities.reduce(0) { $0 + $1.tally.repaired }
    if repaired { lines.append("\(mended) repaired") }
    lines.append(
      report.hasDrift
        ? style.red("drift found") + (repaired ? "" : "; make the target right with: kedge audit --repair")
        : style.green(mended > 0 ? "no drift is left" : "no drift"))
    return lines.joined(separator: "\n")
  }
}
