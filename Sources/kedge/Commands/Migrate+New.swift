internal import CommandLine
internal import CoreSchema
internal import Foundation
internal import Mapping
internal import Migrations
internal import Postgres
internal import Progress
internal import Schema

extension Session {
  /// `kedge migrate new`
  func migrateNew() throws -> Int32 {
    guard !command.flag("from-mapping") else { return try migrateNewFromMapping() }
    if command.value("prelude") != nil { throw UsageProblem("--prelude belongs to --from-mapping") }
    let folder = try folderToWrite(try migrationMapping())
    let isDry = command.flag("dry-run")
    let file = try folder.writeNew(command.arguments.first ?? "", isDry: isDry)
    if isJSON {
      output(["ok": true, "file": .string(file), "files": [.string(file)], "dry_run": .bool(isDry)])
    } else {
      output(file)
    }
    return ExitCode.done
  }

  /// The folder, which is made where it isn't there; in a dry run it is taken as empty.
  private func folderToWrite(_ set: MappingSet?) throws -> MigrationFolder {
    let path = try migrationPath(set)
    if !FileManager.default.fileExists(atPath: path) {
      if command.flag("dry-run") { return MigrationFolder(emptyAt: path) }
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    return try MigrationFolder(path: path)
  }

  /// `kedge migrate new --from-mapping`
  private func migrateNewFromMapping() throws -> Int32 {
    let set = try mappingSet()
    let plan = SchemaPlan(try tablePlans(of: set), set: set)
    let path = try migrationPath(set)
    let folder =
      FileManager.default.fileExists(atPath: path)
      ? try MigrationFolder(path: path) : MigrationFolder(emptyAt: path)
    let prelude = try command.value("prelude").map { try String(contentsOfFile: $0, encoding: .utf8) } ?? ""
    let draft: MigrationDrafter
    do {
      draft = try ScratchDatabase(try migrationTarget(set), folder, options: migrationOptions()).replay(
        prelude: prelude
      ) { try MigrationDrafter(plan, from: $0) }
    } catch MigrationError.failed(let failure) {
      throw ReplayFailure(failure: failure)
    }
    let isDry = command.flag("dry-run")
    let files = draft.files(named: command.arguments.first ?? "", set: set.name)
    // Only now: nothing to do makes no folder either.
    let paths = files.isEmpty ? [] : try folderToWrite(set).write(files, isDry: isDry)
    let isDone = draft.decisions.isEmpty
    if isJSON {
      output([
        "ok": .bool(isDone), "file": .optional(paths.first), "files": .strings(paths),
        "dry_run": .bool(isDry),
        "decisions": .array(
          draft.decisions.map { ["text": .string($0.difference), "advice": .strings($0.advice)] }),
      ])
      return isDone ? ExitCode.done : ExitCode.drift
    }
    if paths.isEmpty { output("nothing to do: the migrations make what the mapping needs") }
    if isDry {
      for (path, file) in zip(paths, files) { output("-- would write \(path)\n\(file.text)") }
    } else if !paths.isEmpty {
      output(paths.joined(separator: "\n"))
    }
    for decision in draft.decisions {
      log.warn(
        "a person has to decide, and write it into \(paths.first ?? "a migration"): \(decision.difference)")
    }
    return isDone ? ExitCode.done : ExitCode.drift
  }
}
