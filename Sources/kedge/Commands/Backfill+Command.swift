internal import Backfill
internal import Catalog
internal import Codec
internal import CommandLine
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress

extension Session {
  /// `kedge backfill`
  func backfill() throws -> Int32 {
    let set = try liveSet(toleratesAbsence: command.flag("dry-run"))
    var options = BackfillOptions()
    options.entities = try wantedEntities(in: set)
    for name in options.entities where set.entity(named: name)?.owner == .feature {
      throw UsageProblem(
        "entity \"\(name)\" is feature data, owned by its own store; only core entities are moved")
    }
    for name in options.entities where set.entity(named: name)?.isNative == true {
      throw UsageProblem("entity \"\(name)\" has always lived in Postgres; there is nothing to move")
    }
    options.workers = command.integer("workers") ?? ProcessInfo.processInfo.activeProcessorCount
    options.chunkSize = command.integer("chunk-size") ?? options.chunkSize
    options.limit = command.integer("limit")
    try applyLoadOptions(to: &options)
    if let text = command.value("postpone-keys") {
      let count = Int(text)
      guard text == "off" || (count ?? 0) > 0 else {
        throw UsageProblem("--postpone-keys takes a whole number of at least 1, or 'off', not '\(text)'")
      }
      options.postponesKeysFrom = count
    }
    options.createsSchema = !command.flag("no-create")
    options.patience = command.integer("patience").map(Double.init) ?? options.patience
    options.lease = command.integer("lease") ?? options.lease
    options.isNew = command.flag("new")
    if let run = command.integer("join") {
      options.join = run
      let catalog = Catalog(try PostgresConnection(try target(of: set)))
      guard try catalog.exists() else { throw CatalogError.unknownRun(run, known: []) }
      try catalog.ensure()
      let asked = try catalog.request(of: run, set: set.name)
      if options.entities.isEmpty { options.entities = asked.entities }
      options.limit = options.limit ?? asked.limit
    }
    let plans = try movable(try corePlans(of: set), asked: options.entities)
    let report: BackfillReport
    if command.flag("dry-run") {
      report = try DryRun(
        set: set, plans: plans, sources: try sources(of: set), progress: progress, stop: stop,
        options: options
      ).run()
    } else {
      let backfill = Backfill(try context(set, plans: plans), options: options)
      do { report = try backfill.run() } catch let error where !(error is BackfillError) {
        log.info("what was finished is kept; the same command goes on from there")
        throw error
      }
    }
    if isJSON { output(json(report)) } else { output(text(report)) }
    return report.total.quarantined > 0 ? ExitCode.quarantined : ExitCode.done
  }

  private func json(_ report: BackfillReport) -> JSONValue {
    .object([
      ("run", .optional(report.run)), ("ok", .bool(report.isBalanced)), ("dry_run", .bool(report.run == nil)),
      ("resumed", .bool(report.isResumed)),
      (
        "entities",
        .array(
          report.entities.map { entity in
            .object([
              ("entity", .string(entity.entity)), ("read", .int(entity.tally.read)),
              ("landed", .int(entity.tally.landed)), ("unchanged", .int(entity.tally.unchanged)),
              ("quarantined", .int(entity.tally.quarantined)), ("filtered", .int(entity.tally.filtered)),
              ("seconds", .double((entity.seconds * 1000).rounded() / 1000)),
              (
                "unmapped",
                .array(
                  entity.unmapped.map { field in
                    .object([
                      ("path", .string(field.path)), ("records", .int(field.count)),
                      ("kinds", .strings(field.kinds.map(\.name))), ("example", .string(field.example)),
                    ])
                  })
              ),
            ])
          })
      ),
    ])
  }

  private func text(_ report: BackfillReport) -> String {
    if report.entities.isEmpty {
      return "nothing to move: Postgres owns every core entity of the mapping set"
    }
    var table = TableText(["entity", "read", "landed", "unchanged", "quarantined", "filtered", "seconds"])
    for entity in report.entities {
      table.add([
        .text(entity.entity), .number(entity.tally.read), .number(entity.tally.landed),
        .number(entity.tally.unchanged), .number(entity.tally.quarantined), .number(entity.tally.filtered),
        .measure(String(format: "%.1f", entity.seconds)),
      ])
    }
    let total = report.total
    table.setFooter([
      .text("all"), .number(total.read), .number(total.landed), .number(total.unchanged),
      .number(total.quarantined), .number(total.filtered), .empty,
    ])
    var lines = [
      report.run.map { "run \($0)" + (report.isResumed ? ", resumed" : "") }
        ?? "dry run: nothing was written",
      table.text(style: style),
      "\(total.read) read = \(total.landed) landed + \(total.unchanged) unchanged + \(total.quarantined) quarantined"
        + " + \(total.filtered) filtered",
    ]
    if report.run != nil, total.landed == 0, total.quarantined == 0 { lines.append("nothing to change") }
    for entity in report.entities where !entity.unmapped.isEmpty {
      let names = entity.unmapped.prefix(8).map { field in
        "\(field.path) (\(field.count), \(field.kinds.map(\.name).joined(separator: "/")))"
      }.joined(separator: ", ")
      let more = entity.unmapped.count > 8 ? " and \(entity.unmapped.count - 8) more" : ""
      lines.append("\(entity.entity): fields that the mapping doesn't name: \(names)\(more)")
    }
    if total.quarantined > 0, report.run != nil { lines.append("see why with: kedge quarantine list") }
    return lines.joined(separator: "\n")
  }
}
