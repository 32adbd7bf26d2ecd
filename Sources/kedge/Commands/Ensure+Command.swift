internal import CommandLine
internal import CoreSchema
internal import Mapping
internal import Migrations
internal import Postgres
internal import Progress

extension Session {
  /// `kedge ensure`
  func ensure() throws -> Int32 {
    let set = try mappingSet()
    var settings = CoreSchemaSettings(
      try migrationTarget(set), mapping: set, migrations: try migrationFolder(set))
    let options = migrationOptions()
    settings.patience = options.patience
    settings.lockTimeout = options.lockTimeout
    settings.stop = stop
    settings.say = { [log] text in log.info(text) }
    let isDry = command.flag("dry-run")
    var (applied, missing, warnings): ([String], [String], [String]) = ([], [], [])
    do {
      if isDry {
        let outlook = try CoreSchemaWork(settings: settings).outlook()
        applied = outlook.pending
        // What waits may bring what is missing.
        missing = applied.isEmpty ? outlook.missing : []
      } else {
        let ready = try CoreSchemaWork(settings: settings).run()
        (applied, warnings) = (ready.applied, ready.warnings)
      }
    } catch CoreSchemaError.incomplete(_, let found) {
      missing = found
    } catch CoreSchemaError.migrations(_, .interrupted) {
      throw MigrationError.interrupted
    }
    report(set, applied: applied, missing: missing, warnings: warnings, isDry: isDry)
    return missing.isEmpty ? ExitCode.done : ExitCode.drift
  }

  private func report(
    _ set: MappingSet, applied: [String], missing: [String], warnings: [String], isDry: Bool
  ) {
    if isJSON {
      output([
        "ok": .bool(missing.isEmpty), "set": .string(set.name), "dry_run": .bool(isDry),
        "migrations": .strings(applied), "missing": .strings(missing), "warnings": .strings(warnings),
      ])
      return
    }
    var lines = applied.map { "\(isDry ? "would apply" : "applied") \($0)" }
    lines += warnings.map { "not as the mapping says, and rows can do without: \($0)" }
    if missing.isEmpty {
      if !isDry { lines.append("the schema of \"\(set.name)\" is up") }
      if isDry, applied.isEmpty { lines.append("nothing to do: the schema of \"\(set.name)\" is up") }
    } else {
      lines += missing.map { "missing: \($0)" }
      lines.append("write what is missing with: kedge migrate new NAME --from-mapping")
    }
    output(lines.joined(separator: "\n"))
  }
}
