internal import CommandLine
internal import Seeds

extension Session {
  /// `kedge seed`
  func seed() throws -> Int32 {
    let report = try runSeeds(seedOptions())
    if isJSON { output(json(report)) } else { output(text(report)) }
    return ExitCode.done
  }

  private func json(_ report: SeedReport) -> JSONValue {
    .object([
      ("ok", .bool(true)), ("dry_run", .bool(report.isDry)),
      (
        "seeds",
        .array(
          report.seeds.map { seed in
            .object([
              ("seed", .string(seed.seed)), ("table", .string(seed.table)), ("inserted", .int(seed.inserted)),
              ("updated", .int(seed.updated)), ("unchanged", .int(seed.unchanged)), ("kept", .int(seed.kept)),
              ("removed", .int(seed.removed)), ("left", .int(seed.left)),
              ("rows", .array(seed.rows.map(json))),
            ])
          })
      ),
    ])
  }

  private func json(_ row: SeedChange) -> JSONValue {
    .object([
      ("change", .string(row.kind.rawValue)),
      ("key", .object(row.key.map { ($0.name, .optional($0.wanted ?? $0.live)) })),
      (
        "columns",
        .object(
          row.columns.map { column in
            (column.name, .object([("live", .optional(column.live)), ("file", .optional(column.wanted))]))
          })
      ),
    ])
  }

  private func text(_ report: SeedReport) -> String {
    var table = TableText(["seed", "table", "inserted", "updated", "unchanged", "kept", "removed"])
    for seed in report.seeds {
      table.add([
        .text(seed.seed), .text(seed.table), .number(seed.inserted), .number(seed.updated),
        .number(seed.unchanged), .number(seed.kept), .number(seed.removed),
      ])
    }
    var lines = [table.text(style: style)]
    for seed in report.seeds { lines += seed.rows.map { line($0, seed.table) } }
    let kept = report.seeds.reduce(0) { $0 + $1.kept }
    let left = report.seeds.reduce(0) { $0 + $1.left }
    if kept > 0 {
      lines.append(
        "\(kept) \(kept == 1 ? "row is" : "rows are") other than the files say, and kept; kedge seed --force puts rows as the files say"
      )
    }
    if left > 0, !command.flag("prune") {
      lines.append(
        "\(left) seeded \(left == 1 ? "row" : "rows") left the files; kedge seed --prune removes what nobody changed"
      )
    }
    let changed = report.seeds.reduce(0) { $0 + $1.inserted + $1.updated + $1.removed }
    if report.isDry {
      lines.append(changed == 0 ? "nothing would change" : "nothing was written")
    } else if changed == 0 {
      lines.append(style.green("nothing to do"))
    }
    return lines.joined(separator: "\n")
  }

  private func line(_ row: SeedChange, _ table: String) -> String {
    let key = row.key.map { "\($0.name)=\(shown($0.wanted ?? $0.live))" }.joined(separator: ", ")
    let start = "\(table) \(key)"
    let files = row.columns.map { "\($0.name): \(shown($0.live)) → \(shown($0.wanted))" }.joined(
      separator: ", ")
    let kept = row.columns.map { "\($0.name) is \(shown($0.live)), the file says \(shown($0.wanted))" }
      .joined(separator: "; ")
    let text =
      switch row.kind {
      case .inserted:
        "+ \(start)"
          + (row.columns.isEmpty
            ? "" : ": " + row.columns.map { "\($0.name) \(shown($0.wanted))" }.joined(separator: ", "))
      case .updated: "~ \(start): \(files)"
      case .removed: "- \(start)"
      case .changed: "kept \(start): a person changed it: \(kept)"
      case .deleted: "kept \(start): a person deleted it"
      case .differs: "kept \(start): it was there before: \(kept)"
      case .changedAndLeft: "kept \(start): it left the file, and a person changed it"
      case .referred: "kept \(start): it left the file, and other rows refer to it"
      }
    return DisplayText.escapingControls(text)
  }

  private func shown(_ value: String?) -> String { value ?? "null" }
}
