internal import CommandLine
internal import Foundation
internal import Migrations
internal import Postgres

extension Session {
  /// `kedge migrate …`
  func migrate(_ verb: String) throws -> Int32 {
    switch verb {
    case "up":
      return try migrateSteps { try $0.up(to: command.integer("to"), isDry: command.flag("dry-run")) }
    case "down":
      return try migrateSteps { try $0.down(to: command.integer("to"), isDry: command.flag("dry-run")) }
    case "status": return try migrateStatus()
    case "verify": return try migrateVerify()
    case "baseline": return try migrateBaseline()
    case "new": return try migrateNew()
    case "repair": return try migrateRepair()
    case "lint": return try migrateLint()
    default: throw UsageProblem("the command migrate \(verb) isn't known; see: kedge migrate --help")
    }
  }

  private func migrateSteps(_ run: (MigrationRunner) throws -> [MigrationRunner.Step]) throws -> Int32 {
    let (steps, set) = try withMigrationRunner { (try run($0), $1.set) }
    let isDry = command.flag("dry-run")
    if isJSON {
      output([
        "ok": true, "set": .string(set), "dry_run": .bool(isDry),
        "migrations": .array(
          steps.map { step in
            [
              "number": .int(step.file.number), "name": .string(step.file.name),
              "direction": .string(step.direction.rawValue), "seconds": .double(step.seconds),
              "statements": .int(step.file.part(step.direction)?.statements.count ?? 0),
            ]
          }),
      ])
      return ExitCode.done
    }
    var lines: [String] = []
    for step in steps where isDry {
      let part = step.file.part(step.direction)
      let how = part?.isTransaction == false ? ", without a transaction" : ""
      lines.append("-- would \(step.direction == .up ? "apply" : "undo") \(step.file.title)\(how)")
      lines += (part?.statements ?? []).map { $0.text + ";" }
    }
    let count = steps.count == 1 ? "1 migration" : "\(steps.count) migrations"
    let verb = command.path == ["migrate", "up"] ? "applied" : "undone"
    if !isDry { lines.append(steps.isEmpty ? "nothing to do" : "\(count) \(verb)") }
    if isDry, steps.isEmpty { lines.append("-- nothing to do") }
    output(lines.joined(separator: "\n"))
    return ExitCode.done
  }

  private func migrateVerify() throws -> Int32 {
    let set = try migrationMapping()
    let folder = try migrationFolder(set)
    let prelude = try command.value("prelude").map { try String(contentsOfFile: $0, encoding: .utf8) } ?? ""
    let differences = try Verification(try migrationTarget(set), folder, options: migrationOptions()).run(
      prelude: prelude)
    if isJSON {
      output([
        "ok": .bool(differences.isEmpty), "set": .string(folder.set),
        "differences": .array(
          differences.map {
            ["object": .string($0.object), "expected": .optional($0.expected), "found": .optional($0.found)]
          }),
      ])
    } else {
      output(
        differences.isEmpty
          ? "the live database is what its migrations make"
          : differences.map(\.description).joined(separator: "\n"))
    }
    return differences.isEmpty ? ExitCode.done : ExitCode.drift
  }

  private func migrateBaseline() throws -> Int32 {
    guard let number = command.arguments.first.flatMap({ Int($0) }) else {
      throw UsageProblem("baseline wants the number of a migration")
    }
    let isDry = command.flag("dry-run")
    let (files, set) = try withMigrationRunner { (try $0.baseline(number, isDry: isDry), $1.set) }
    if isJSON {
      output([
        "ok": true, "set": .string(set), "dry_run": .bool(isDry),
        "migrations": .array(files.map { ["number": .int($0.number), "name": .string($0.name)] }),
      ])
    } else {
      let words = isDry ? "would be taken as applied" : "is taken as applied"
      output(
        files.isEmpty ? "nothing to do" : files.map { "\($0.title) \(words)" }.joined(separator: "\n"))
    }
    return ExitCode.done
  }

  private func migrateLint() throws -> Int32 {
    let folder = try migrationFolder(try migrationMapping())
    let first = command.integer("from") ?? 1
    let findings = Linter.findings(in: folder.files.filter { $0.number >= first })
    if isJSON {
      output([
        "ok": .bool(findings.isEmpty), "set": .string(folder.set),
        "findings": .array(
          findings.map {
            [
              "rule": .string($0.rule.id), "file": .string($0.file), "line": .int($0.line),
              "column": .int($0.column),
              "danger": .string($0.rule.danger), "safer": .string($0.rule.saferWay),
            ]
          }),
      ])
    } else {
      output(findings.isEmpty ? "no warnings" : findings.map(\.description).joined(separator: "\n"))
    }
    return findings.isEmpty ? ExitCode.done : ExitCode.drift
  }
}
