internal import Audit
internal import CommandLine
internal import Mapping

extension Session {
  /// `kedge audit`
  func audit() throws -> Int32 {
    let set = try mappingSet()
    var options = AuditOptions()
    options.entities = try wantedEntities(in: set)
    options.repairs = command.flag("repair")
    try applyComparingOptions(to: &options)
    options.listed = isJSON ? 1000 : 20
    var plans = try corePlans(of: set).filter { $0.entity.phase != .retired }
    if options.repairs { plans = try movable(plans, asked: options.entities) }
    let audit = Audit(
      try context(set, plans: plans), featurePlans: try featurePlans(of: set),
      options: options)
    let report = try audit.run()
    if isJSON { output(json(report)) } else { output(text(report, repaired: options.repairs)) }
    return report.hasDrift ? ExitCode.drift : ExitCode.done
  }

  private func json(_ report: AuditReport) -> JSONValue {
    .object([
      ("run", .int(report.run)), ("drift", .bool(report.hasDrift)), ("complete", .bool(report.isComplete)),
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
              ("duplicates", .int(tally.duplicates)), ("tolerated", .int(tally.tolerated)),
              ("coverage", .double(entity.coverage)),
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
        case .duplicate:
          line += "duplicate: another source record has its key"
        case .inFlight: line += "in flight: it kept changing until the end"
        case .tolerated:
          line +=
            "\(difference.columns.map(\.column).joined(separator: ", ")) differs, as the mapping tolerates (\(difference.rule ?? ""))"
        default:
          line +=
            "\(difference.columns.map(\.column).joined(separator: ", ")) refers to a row that isn't there"
        }
        lines.append(line + (difference.isRepaired ? " (repaired)" : ""))
      }
      let found = entity.tally.drift + entity.tally.repaired
      let listed = entity.differences.count { $0.verdict.isDrift }
      if found > listed {
        lines.append(
          "\(entity.entity): … and \(found - listed) more, in kedge.audit_differences of run"
            + " \(report.run)")
      }
      if entity.tally.toleratedOrphans > 0 {
        lines.append(
          "\(entity.entity): \(entity.tally.toleratedOrphans) references lead nowhere, which the mapping tolerates"
            + " (enforce: none)")
      }
    }
    lines += coverageLines(report)
    let mended = report.entities.reduce(0) { $0 + $1.tally.repaired }
    if repaired { lines.append("\(mended) repaired") }
    lines.append(
      report.hasDrift
        ? style.red("drift found") + (repaired ? "" : "; make the target right with: kedge audit --repair")
        : style.green(mended > 0 ? "no drift is left" : report.isComplete ? "no drift" : "no drift so far"))
    return lines.joined(separator: "\n")
  }
}
