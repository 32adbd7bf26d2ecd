internal import CommandLine
internal import Foundation
internal import Mapping
internal import Migrations
internal import Postgres
internal import Schema

extension Session {
  /// `kedge schema`
  func schema() throws -> Int32 {
    let set = try mappingSet()
    let plans = try tablePlans(of: set)
    let plan = SchemaPlan(plans, set: set)
    if command.flag("diff") { return try schemaDiff(set, plan) }
    for option in ["migrations", "against", "prelude"] where command.value(option) != nil {
      throw UsageProblem("--\(option) belongs to --diff: kedge schema --diff --\(option) …")
    }
    if isJSON { output(SchemaDocument.json(plans)) } else { output(plan.script) }
    return ExitCode.done
  }

  /// What the migrations make, beside the mapping.
  private struct Made {
    var folder: MigrationFolder
    var differences: [Schema.SchemaDifference]
    var unknown: [UnknownObject]
  }

  private func schemaDiff(_ set: MappingSet, _ plan: SchemaPlan) throws -> Int32 {
    let against = command.value("against")
    let made = against == "live" ? nil : try made(set, plan, isAsked: against == "migrations")
    let live: [Schema.SchemaDifference]? =
      against == "migrations" ? nil : try plan.differences(from: PostgresConnection(try target(of: set)))
    let isClean = (live ?? []).isEmpty && (made?.differences ?? []).isEmpty
    if isJSON {
      output([
        "ok": .bool(isClean), "differences": json(live ?? [], plan),
        "migrations": made.map { made in
          [
            "folder": .string(made.folder.path), "files": .int(made.folder.files.count),
            "differences": json(made.differences, plan),
            "unknown": .array(
              made.unknown.map { ["object": .string($0.object), "definition": .string($0.definition)] }),
          ]
        } ?? .null,
      ])
    } else {
      var sections: [String] = []
      if let made { sections.append(text(made, plan)) }
      if let live { sections.append(text(live, plan, isAlone: made == nil)) }
      output(sections.joined(separator: "\n"))
    }
    return isClean ? ExitCode.done : ExitCode.drift
  }

  /// - Parameter isAsked: whether it is a fault that there is no folder of migrations.
  private func made(_ set: MappingSet, _ plan: SchemaPlan, isAsked: Bool) throws -> Made? {
    guard isAsked || command.value("migrations") != nil || hasMigrations(set) else { return nil }
    let folder = try migrationFolder(set)
    let prelude = try command.value("prelude").map { try String(contentsOfFile: $0, encoding: .utf8) } ?? ""
    do {
      return try ScratchDatabase(try migrationTarget(set), folder, options: migrationOptions()).replay(
        prelude: prelude
      ) {
        Made(
          folder: folder, differences: try plan.differences(from: $0),
          unknown: try plan.unknownObjects(in: $0))
      }
    } catch MigrationError.failed(let failure) {
      throw ReplayFailure(failure: failure)
    }
  }

  private func json(_ differences: [Schema.SchemaDifference], _ plan: SchemaPlan) -> JSONValue {
    .array(differences.map { ["text": .string($0.description), "remedy": .optional($0.remedy(in: plan))] })
  }

  private func text(_ made: Made, _ plan: SchemaPlan) -> String {
    let count = made.folder.files.count == 1 ? "1 migration" : "\(made.folder.files.count) migrations"
    var lines = ["-- the mapping beside \(made.folder.path) (\(count)):"]
    if made.differences.isEmpty {
      lines.append("-- the migrations make what the mapping needs")
    } else {
      lines += texts(made.differences, plan)
      lines.append("-- write the next migration with: kedge migrate new NAME --from-mapping")
    }
    if !made.unknown.isEmpty {
      lines.append("-- the migrations also make, and the mapping needn't know:")
      lines += made.unknown.map { "--   \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func text(_ live: [Schema.SchemaDifference], _ plan: SchemaPlan, isAlone: Bool) -> String {
    let title = isAlone ? [] : ["-- the mapping beside the live schema:"]
    let lines = live.isEmpty ? ["-- the live schema is what the mapping says"] : texts(live, plan)
    return (title + lines).joined(separator: "\n")
  }

  private func texts(_ differences: [Schema.SchemaDifference], _ plan: SchemaPlan) -> [String] {
    differences.flatMap { difference in
      [
        "-- \(difference)",
        difference.remedy(in: plan).map { $0 + ";\n" } ?? "-- a person has to decide this one\n",
      ]
    }
  }
}

/// Migrations that can't be applied to an empty database.
struct ReplayFailure: Error, CustomStringConvertible {
  let failure: MigrationFailure
  var description: String {
    "the migrations can't be replayed in an empty database. If they build on what something else makes, such as the tables that"
      + " 'kedge backfill' makes of the mapping, hand that over with --prelude FILE. \(failure)"
  }
}
