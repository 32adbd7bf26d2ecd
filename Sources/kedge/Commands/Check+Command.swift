internal import CommandLine
internal import Foundation
internal import Mapping
internal import Postgres
internal import RecordSources
internal import Schema

extension Session {
  /// `kedge check`
  func check() throws -> Int32 {
    let set: MappingSet
    let plans: [Mapping.EntityPlan]
    do {
      set = try mappingSet()
      plans = try tablePlans(of: set) + featurePlans(of: set)
      warnOfExpired(set)
    } catch let error as MappingErrors where isJSON {
      output(["ok": false, "diagnostics": .array(error.diagnostics.map(json))])
      return ExitCode.usage
    }
    var problems: [String] = []
    if command.flag("live") { problems = try liveProblems(set, plans) }
    if isJSON {
      output([
        "ok": .bool(problems.isEmpty), "set": .string(set.name), "entities": .int(set.entities.count),
        "diagnostics": [], "live": .strings(problems),
      ])
    } else {
      for problem in problems { output(style.red("error: ") + problem) }
      if problems.isEmpty {
        let core = set.entities.count { $0.owner == .core }
        output(
          "the mapping set \"\(set.name)\" is valid: \(core) core and \(set.entities.count - core) feature entities"
            + (command.flag("live") ? "; source and target agree with it" : ""))
      }
    }
    return problems.isEmpty ? ExitCode.done : ExitCode.usage
  }

  private func json(_ diagnostic: Diagnostic) -> JSONValue {
    [
      "file": .string(diagnostic.location.file), "line": .int(diagnostic.location.line),
      "column": .int(diagnostic.location.column), "severity": .string("\(diagnostic.severity)"),
      "message": .string(diagnostic.message), "suggestion": .optional(diagnostic.suggestion),
    ]
  }

  private func liveProblems(_ set: MappingSet, _ plans: [Mapping.EntityPlan]) throws -> [String] {
    var problems: [String] = []
    let sources = try sources(of: set)
    for (name, source) in sources.sorted(by: { $0.key < $1.key }) {
      let session = try source.openSessions(1).take()
      for plan in plans where plan.entity.store == name {
        do { try session?.verify(plan) } catch let problem as SourceProblem { problems.append("\(problem)") }
      }
    }
    let connection = try PostgresConnection(try target(of: set))
    let core = plans.filter { $0.entity.owner == .core }
    for difference in try SchemaPlan(core, set: set).differences(from: connection) {
      switch difference {
      // What isn't there yet, backfill creates.
      case .missingTable, .missingForeignKey, .missingIndex: continue
      case .missingType where difference.remedy(in: SchemaPlan(core, set: set)) != nil: continue
      // Nothing lands otherwise for it.
      case .otherCollation: continue
      default: problems.append(difference.description)
      }
    }
    return problems
  }
}
