internal import CommandLine
internal import Migrations
internal import Postgres

extension Session {
  /// `kedge migrate status`
  func migrateStatus() throws -> Int32 {
    try withMigrationRunner { runner, folder in
      let status = try runner.status()
      let indexes = try runner.invalidIndexes()
      if isJSON {
        output(json(status, indexes, set: folder.set))
      } else {
        output(text(status, indexes))
      }
      return status.isUpToDate ? ExitCode.done : ExitCode.drift
    }
  }

  private func json(_ status: MigrationStatus, _ indexes: [InvalidIndex], set: String) -> JSONValue {
    [
      "set": .string(set), "up_to_date": .bool(status.isUpToDate), "pending": .int(status.pending),
      "migrations": .array(
        status.entries.map { entry in
          [
            "number": .int(entry.number), "title": .string(entry.title),
            "state": .string(entry.state.rawValue),
            "applied_at": .optional(entry.record?.appliedAt),
            "applied_by": .optional(entry.record?.appliedBy),
            "seconds": entry.record.map { .double($0.seconds) } ?? .null,
            "statements_done": .optional(
              entry.record.flatMap { $0.state == .applied ? nil : $0.statementsDone }),
            "error": .optional(entry.record?.error),
          ]
        }),
      "problems": .strings(status.disagreements()), "invalid_indexes": .strings(indexes.map(\.name)),
    ]
  }

  private func text(_ status: MigrationStatus, _ indexes: [InvalidIndex]) -> String {
    var table = TableText(["migration", "state", "applied (UTC)", "by"])
    for entry in status.entries {
      table.add([
        .text(entry.title), .text(entry.state.rawValue), .text(entry.record?.appliedAt ?? ""),
        .text(entry.record?.appliedBy ?? ""),
      ])
    }
    var lines = status.entries.isEmpty ? [] : [table.text(style: style)]
    lines += status.disagreements()
    lines += unfinished(status)
    lines += indexes.map {
      "the index \($0.name) isn't valid: it costs writes and serves no query. Drop it: \($0.drop)"
    }
    lines.append(
      status.isUpToDate
        ? "up to date" : status.pending > 0 ? "\(status.pending) pending: kedge migrate up" : "not up to date"
    )
    return lines.joined(separator: "\n")
  }

  private func unfinished(_ status: MigrationStatus) -> [String] {
    status.entries.filter { $0.state == .partlyUp || $0.state == .partlyDown }.map { entry in
      "\(entry.title) stopped after \(entry.record?.statementsDone ?? 0) of its statements"
        + (entry.record?.error.map { ": \($0)" } ?? ", because it was interrupted.")
        + " Go on with: kedge migrate \(entry.state == .partlyUp ? "up" : "down")"
    }
  }

  /// `kedge migrate repair`
  func migrateRepair() throws -> Int32 {
    try withMigrationRunner { runner, folder in
      var done: [String] = []
      let isDry = command.flag("dry-run")
      func act(_ words: String, _ body: () throws -> Void) throws {
        if !isDry { try body() }
        done.append(isDry ? "would: " + words : words)
      }
      if let number = command.integer("accept") {
        try act("take the file of migration \(number) for what was applied") { try runner.accept(number) }
      }
      if let number = command.integer("mark-applied") {
        try act("mark migration \(number) as applied") { try runner.markApplied(number) }
      }
      if let number = command.integer("mark-pending") {
        try act("mark migration \(number) as pending") { try runner.markPending(number) }
      }
      if command.flag("drop-invalid") {
        let indexes = isDry ? try runner.leftIndexes() : try runner.dropInvalidIndexes()
        done += indexes.map { (isDry ? "would: " : "") + "drop the invalid index \($0.name)" }
        if indexes.isEmpty { done.append("no unfinished migration left an invalid index") }
      }
      let status = try runner.status()
      let problems = status.disagreements() + unfinished(status)
      if isJSON {
        output([
          "ok": .bool(problems.isEmpty), "set": .string(folder.set), "dry_run": .bool(isDry),
          "done": .strings(done),
          "problems": .strings(problems),
        ])
      } else {
        let lines = done + problems
        output(lines.isEmpty ? "nothing to mend" : lines.joined(separator: "\n"))
      }
      return problems.isEmpty || !done.isEmpty ? ExitCode.done : ExitCode.drift
    }
  }
}
