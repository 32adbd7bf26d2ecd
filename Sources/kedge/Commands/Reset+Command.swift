internal import Backfill
internal import CommandLine
internal import Executors
internal import Foundation
internal import Mapping
internal import Mongo
internal import Progress
internal import RecordSources
internal import Reset

extension Session {
  /// `kedge reset`
  func reset() throws -> Int32 {
    let isDry = command.flag("dry-run")
    let named = command.value("yes-really")
    if !isDry, named == nil, !Terminal.isTerminal(STDIN_FILENO) {
      throw UsageProblem(
        "a reset deletes data, and nobody can be asked here, since standard input is no terminal; look first with"
          + " --dry-run, then name the target's database: --yes-really NAME")
    }
    let set = try liveSet()
    var context = try context(set, plans: try tablePlans(of: set))
    for (name, source) in context.sources {
      // A copy that lags behind could miss what has to stay.
      guard let mongo = source as? MongoSource else { continue }
      var settings = mongo.settings
      settings.readPreference = .primary
      context.sources[name] = MongoSource(settings)
    }
    var options = ResetOptions()
    options.applies = !isDry
    options.batch = command.integer("batch-size") ?? options.batch
    options.restarts = command.flag("restart")
    let reset = try Reset(context, options: options)
    let report = try reset.run { preview in
      if let named, named != preview.database { throw wrongName(named, preview.database) }
      show(preview)
      if named == nil { try ask(preview) }
    }
    if isJSON {
      output(json(report, isDry: isDry))
    } else if isDry {
      output(text(report) + "\nnothing was changed; do it with: kedge reset")
    } else {
      output(
        ([style.green("\(report.removed) records are gone from \(report.database), \(report.kept) stay")]
          + report.advice).joined(separator: "\n"))
    }
    return ExitCode.done
  }

  private func wrongName(_ given: String, _ database: String) -> UsageProblem {
    UsageProblem(
      "the target's database is \"\(database)\", not \"\(given)\"; nothing was changed. See which server and database"
        + " that is with: kedge doctor")
  }

  /// Standard output belongs to the result where a program reads it.
  private func show(_ preview: ResetReport) {
    if isJSON || command.flag("quiet") {
      progress.stop()
      if !command.flag("quiet") { Terminal.write(text(preview) + "\n", to: STDERR_FILENO) }
    } else {
      output(text(preview))
    }
  }

  private func ask(_ preview: ResetReport) throws {
    progress.stop()
    Terminal.write(
      "This can't be undone. Type the name of the database, \(preview.database), to delete \(preview.removed) records: ",
      to: STDERR_FILENO)
    guard let line = Self.typedLine(stop) else {
      // Whoever asked finds the flag, and ends.
      if stop.isSet { return }
      throw UsageProblem("no name was typed; nothing was changed")
    }
    guard line == preview.database else { throw wrongName(line, preview.database) }
  }

  /// A line from the terminal; nil at its end, or when the command is stopped meanwhile.
  private static func typedLine(_ stop: StopFlag) -> String? {
    var bytes: [UInt8] = []
    while !stop.isSet {
      var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 100) > 0 else { continue }
      var byte: UInt8 = 0
      guard read(STDIN_FILENO, &byte, 1) == 1 else { return nil }
      if byte == UInt8(ascii: "\n") {
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
      }
      bytes.append(byte)
    }
    return nil
  }

  private func json(_ report: ResetReport, isDry: Bool) -> JSONValue {
    [
      "ok": true, "database": .string(report.database), "dry_run": .bool(isDry),
      "reset": .optional(report.reset), "resumed": .bool(report.isResumed),
      "entities": .array(
        report.items.map { item in
          [
            "entity": .string(item.entity), "store": .string(item.store), "object": .string(item.object),
            "removed": .int(item.removed), "kept": .int(item.kept),
          ]
        }),
      "undeclared": .strings(report.undeclared), "notes": .strings(report.notes),
      "idle_rules": .strings(report.idleRules),
    ]
  }

  private func text(_ report: ResetReport) -> String {
    var table = TableText(["entity", "store", "object", "goes", "stays"])
    for item in report.items {
      table.add([
        .text(item.entity), .text(item.store), .text(item.object), .number(item.removed), .number(item.kept),
      ])
    }
    var lines = ["reset of the database \(report.database)", table.text(style: style)]
    lines += report.notes
    if !report.undeclared.isEmpty {
      lines.append("not touched, since no entity declares it: \(report.undeclared.joined(separator: ", "))")
    }
    for rule in report.idleRules {
      lines.append(style.red("a keep rule matches nothing: \(rule)"))
    }
    lines.append("\(report.removed) records go, \(report.kept) stay")
    return lines.joined(separator: "\n")
  }
}
