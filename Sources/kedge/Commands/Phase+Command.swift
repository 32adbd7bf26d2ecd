internal import Catalog
internal import CommandLine
internal import Guardrails
internal import Mapping
internal import Postgres

extension Session {
  /// `kedge phase show`
  func phaseShow() throws -> Int32 {
    let set = try mappingSet()
    for name in command.arguments where set.entity(named: name) == nil { throw unknownEntity(name, set) }
    let catalog = try existingTarget(of: set).map { Catalog(try PostgresConnection($0)) }
    let live = try catalog?.livePhases(of: set.name) ?? LivePhases()
    let plan = GuardPlan(set, live: live)
    let shown = plan.entities.indices.filter {
      command.arguments.isEmpty || command.arguments.contains(plan.entities[$0].name)
    }
    var changes: [PhaseChange] = []
    if command.flag("history"), let catalog, live.epoch > 0 {
      let entity = command.arguments.count == 1 ? command.arguments[0] : nil
      changes = try catalog.phaseChanges(in: set.name, entity: entity, limit: 1000).filter { change in
        command.arguments.isEmpty || command.arguments.contains(change.entity)
      }
    }
    if isJSON {
      output(json(plan, shown, set, changes))
    } else {
      output(text(plan, shown, set, changes))
    }
    return ExitCode.done
  }

  private func json(_ plan: GuardPlan, _ shown: [Int], _ set: MappingSet, _ changes: [PhaseChange])
    -> JSONValue
  {
    var pairs: [(String, JSONValue)] = [
      ("set", .string(plan.set)), ("epoch", .int(plan.epoch)),
      (
        "entities",
        .array(
          shown.map { index in
            let entity = plan.entities[index]
            let owner = plan.ownerStore(of: index)
            return .object([
              ("entity", .string(entity.name)), ("owner", .string(entity.owner.rawValue)),
              ("phase", .optional(entity.phase)),
              ("declared_phase", .optional(declaredPhase(entity.name, set))), ("epoch", .int(entity.epoch)),
              ("owner_store", .optional(owner.map { plan.stores[$0].name })),
            ])
          })
      ),
    ]
    if command.flag("history") {
      pairs.append(
        (
          "changes",
          .array(
            changes.map { change in
              .object([
                ("entity", .string(change.entity)), ("old_phase", .string(change.old)),
                ("phase", .string(change.new)), ("epoch", .int(change.epoch)),
                ("reason", .optional(change.reason)), ("by", .string(change.by)), ("at", .string(change.at)),
              ])
            })
        ))
    }
    return .object(pairs)
  }

  private func text(_ plan: GuardPlan, _ shown: [Int], _ set: MappingSet, _ changes: [PhaseChange]) -> String
  {
    var table = TableText(["entity", "owner", "phase", "in the mapping", "epoch", "written in"])
    for index in shown {
      let entity = plan.entities[index]
      let declared = declaredPhase(entity.name, set)
      let store = plan.ownerStore(of: index).map { plan.stores[$0].name }
      table.add([
        .text(entity.name), .text(entity.owner.rawValue), .text(entity.phase ?? ""),
        .text(declared == entity.phase ? "" : declared ?? ""), .number(entity.epoch),
        .text(store ?? "nowhere: the phase isn't known"),
      ])
    }
    var lines = [table.text(style: style), "epoch of the set: \(plan.epoch)"]
    for change in changes {
      let reason = change.reason.map { ": \($0)" } ?? ""
      lines.append(
        "\(change.at)  \(change.entity) \(change.old) → \(change.new), epoch \(change.epoch), by \(change.by)\(reason)"
      )
    }
    return lines.joined(separator: "\n")
  }

  private func declaredPhase(_ name: String, _ set: MappingSet) -> String? {
    set.entity(named: name).flatMap { $0.owner == .core ? $0.phase.rawValue : nil }
  }

  func unknownEntity(_ name: String, _ set: MappingSet) -> UsageProblem {
    UsageProblem(
      "the mapping set \"\(set.name)\" has no entity \"\(name)\"; it has "
        + set.entities.map(\.name).joined(separator: ", "))
  }
}
