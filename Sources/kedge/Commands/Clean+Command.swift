internal import Audit
internal import CommandLine
internal import Mapping

extension Session {
  /// `kedge clean`
  func clean() throws -> Int32 {
    let set = try liveSet()
    var options = CleanOptions()
    options.entities = try wantedEntities(in: set)
    options.applies = command.flag("apply")
    options.batch = command.integer("batch-size") ?? options.batch
    options.listed = isJSON ? 1000 : 20
    if let text = command.value("margin") {
      guard let time = DurationText.parse(text) else {
        throw UsageProblem("--margin takes a time such as '500ms', '30s' or '5m', not '\(text)'")
      }
      options.margin = time / .seconds(1)
    }
    let report = try Cleaner(
      try context(set, plans: try corePlans(of: set)), featurePlans: try featurePlans(of: set),
      options: options
    ).run()
    if isJSON { output(json(report)) } else { output(text(report)) }
    return report.left > 0 ? ExitCode.drift : ExitCode.done
  }

  private func json(_ report: CleanReport) -> JSONValue {
    .object([
      ("run", .int(report.run)), ("applied", .bool(report.isApplied)), ("orphans", .int(report.orphans)),
      ("cleaned", .int(report.cleaned)), ("left", .int(report.left)),
      (
        "references",
        .array(
          report.references.map { reference in
            .object([
              ("name", .string(reference.name)), ("entity", .string(reference.entity)),
              ("store", .string(reference.store)), ("action", .string(reference.action.rawValue)),
              ("reason", .optional(reference.reason)), ("orphans", .int(reference.orphans)),
              ("cleaned", .int(reference.cleaned)), ("left", .int(reference.left)),
            ])
          })
      ),
      (
        "samples",
        .array(
          report.samples.map { sample in
            .object([
              ("entity", .string(sample.entity)), ("key", .strings(sample.key)),
              ("columns", .strings(sample.columns.map(\.column))), ("reference", .optional(sample.reference)),
            ])
          })
      ),
    ])
  }

  private func text(_ report: CleanReport) -> String {
    var table = TableText(["reference", "in", "orphans", "on-delete does", "cleaned"])
    for reference in report.references {
      table.add([
        .text(reference.name), .text(reference.store), .number(reference.orphans),
        .text(reference.action.rawValue), .number(reference.cleaned),
      ])
    }
    var lines = ["clean \(report.run)", table.text(style: style)]
    for sample in report.samples {
      lines.append(
        "\(sample.entity) \(sample.key.joined(separator: ", ")):"
          + " \(sample.columns.map(\.column).joined(separator: ", ")) refers to nothing")
    }
    for reference in report.references where reference.orphans > 0 {
      if let reason = reference.reason { lines.append("\(reference.name): \(reason)") }
    }
    let left = report.left
    if report.orphans == 0 {
      lines.append(style.green("nothing to clean"))
    } else if report.isApplied {
      lines.append(
        "\(report.cleaned) cleaned" + (left > 0 ? ", \(style.red("\(left) left"))" : "")
          + "; before and after are in kedge.audit_repairs of run \(report.run)")
    } else {
      let ready = report.references.filter { $0.action != .none }.reduce(0) { $0 + $1.orphans }
      lines.append(
        "nothing was changed"
          + (ready > 0 ? "; \(ready) can be cleaned with: kedge clean --apply" : ""))
    }
    return lines.joined(separator: "\n")
  }
}
