internal import CommandLine
internal import Guardrails
internal import Mapping

/// What the templates of ``GuardSentence`` may speak of: a request, the plan, and the unit of work before the write.
struct GuardFacts {
  let plan: GuardPlan
  let request: GuardRequest
  let unit: GuardUnit

  private var entityIndex: Int? { plan.entity(named: request.entity) }
  private var entity: GuardPlan.Entity? { entityIndex.map { plan.entities[$0] } }
  private var crossing: Crossing? { plan.crossings.first { $0.name == unit.crossing } }

  var declared: String? { entity.map { $0.location.text } }
  var ownerStore: String? {
    entityIndex.flatMap { plan.ownerStore(of: $0) }.map { plan.stores[$0].name }
  }

  /// A fact by its name in the templates; nil where there is none of this name.
  func text(_ name: String) -> String? {
    switch name {
    case "entity": GuardSentence.shown(request.entity)
    case "store":
      GuardSentence.shown(plan.store(named: request.store).map { plan.stores[$0].name } ?? request.store)
    case "operation": GuardSentence.shown(request.operation)
    case "writer": GuardSentence.shown(request.writer ?? "")
    case "fence": request.fence.map { "\($0)" } ?? ""
    case "epoch": "\(plan.epoch)"
    case "entity_epoch": "\(entity?.epoch ?? 0)"
    case "phase": GuardSentence.shown(entity?.phase ?? "")
    case "in_phase": entity?.phase.map { " in phase \(GuardSentence.shown($0))" } ?? ""
    case "owner_store": GuardSentence.shown(ownerStore ?? "")
    case "declared": GuardSentence.shown(declared ?? "")
    case "set": GuardSentence.shown(plan.set)
    default: list(name)
    }
  }

  private func list(_ name: String) -> String? {
    switch name {
    case "entities": GuardSentence.list(plan.entities.map(\.name))
    case "stores": GuardSentence.list(plan.stores.map(\.name))
    case "operations": GuardSentence.list(WriteOperation.allCases.map(\.rawValue))
    case "writers": GuardSentence.list(entity?.writers ?? [])
    case "crossings": GuardSentence.list(plan.crossings.map(\.name))
    case "written": GuardSentence.list(unit.stores(plan))
    case "crossing": GuardSentence.shown(unit.crossing ?? "")
    case "crossing_entities": GuardSentence.list(crossing?.entities ?? [])
    case "expires": crossing.map { "\($0.expires)" } ?? ""
    case "link": GuardSentence.shown(crossing?.link ?? "")
    case "outside":
      crossing.flatMap { crossing in entityIndex.map { unit.outside(crossing, plan, $0) } }
        .map(GuardSentence.list) ?? ""
    default: nil
    }
  }
}

extension SourceLocation {
  /// As compilers say it: `users.yaml:3:1`.
  var text: String { "\(file):\(line):\(column)" }
}
