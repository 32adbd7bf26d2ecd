internal import CommandLine
internal import GuardExport
internal import Guardrails
internal import Mapping

extension Session {
  /// `kedge guard explain`
  func guardExplain() throws -> Int32 {
    let set = try mappingSet()
    let asked = command.arguments.first
    let basis = try guardBasis(set, isOffline: command.flag("offline"))
    if let asked, basis.plan.entity(named: asked) == nil {
      throw UsageProblem(
        "the mapping set \"\(set.name)\" has no entity \"\(asked)\"; it has "
          + set.entities.map(\.name).joined(separator: ", "))
    }
    let explanations = basis.plan.entities.indices
      .filter { asked == nil || basis.plan.entities[$0].name == asked }
      .map { EntityExplanation(basis.plan, entity: $0, today: .inUTC()) }
    if isJSON {
      output([
        "set": .string(set.name), "epoch": .int(basis.plan.epoch), "phases": .string(basis.phases.rawValue),
        "roles": .array(
          basis.plan.roles.map { ["name": .string($0.name), "writers": .strings($0.writers)] }),
        "entities": .array(explanations.map(\.json)),
      ])
    } else {
      output(explanations.map { $0.text(style: style) }.joined(separator: "\n"))
      output(
        basis.phases == .live
          ? "phases as they are set now, fence \(basis.plan.epoch)" : "phases of the mapping files")
    }
    return ExitCode.done
  }
}
