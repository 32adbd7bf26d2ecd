public import CommandLine
public import Guardrails
internal import Mapping

/// A plan as JSON: what `kedge guard export --lang json` prints, and what exported modules decide from.
///
/// All that a decision follows from is in it as data, also which store owns an entity in which phase, which reasons refuse, and
/// what is said: a module has the order of the questions, and nothing else.
public enum PlanDocument {
  /// Goes up when a reader of the version before would read it wrongly. Keys may be added within one.
  public static let version = 1

  /// The document. The same plan makes the same document.
  public static func json(_ plan: GuardPlan) -> JSONValue {
    [
      "version": .int(version), "set": .string(plan.set), "epoch": .int(plan.epoch),
      "stores": .array(plan.stores.map { ["name": .string($0.name), "kind": .string($0.kind.rawValue)] }),
      "entities": .array(plan.entities.map { entity($0, plan) }),
      "roles": .array(plan.roles.map { ["name": .string($0.name), "writers": .strings($0.writers)] }),
      "crossings": .array(plan.crossings.map(crossing)),
      "operations": .strings(WriteOperation.allCases.map(\.rawValue)),
      "phases": .array(phases),
      "kedge": [
        "mover": .string(KedgeWriter.mover), "maintainer": .string(KedgeWriter.maintainer),
      ],
      "reasons": .array(GuardReason.allCases.map(reason)),
    ]
  }

  private static func entity(_ entity: GuardPlan.Entity, _ plan: GuardPlan) -> JSONValue {
    [
      "name": .string(entity.name), "owner": .string(entity.owner.rawValue), "phase": .optional(entity.phase),
      "mode": .string(entity.mode.rawValue), "requires_fence": .bool(entity.requiresFence),
      "writers": .strings(entity.writers), "source": .string(plan.stores[entity.source].name),
      "target": .optional(entity.target.map { plan.stores[$0].name }), "epoch": .int(entity.epoch),
      "declared": .string(entity.location.text), "collection": .string(entity.collection),
      "tables": .strings(entity.tables.map(\.display)),
    ]
  }

  private static func crossing(_ crossing: Crossing) -> JSONValue {
    [
      "name": .string(crossing.name), "entities": .strings(crossing.entities),
      "reason": .string(crossing.reason), "link": .string(crossing.link),
      "expires": .string("\(crossing.expires)"), "declared": .string(crossing.location.text),
    ]
  }

  private static func reason(_ reason: GuardReason) -> JSONValue {
    [
      "word": .string(reason.rawValue), "allowed": .bool(reason.isAllowed),
      "always_refused": .bool(reason.isAlwaysRefused), "finding": .string(reason.finding),
      "advice": .string(reason.advice),
    ]
  }

  /// What an entity's two stores are to it in each phase, asked of the plan itself.
  private static let phases: [JSONValue] = Entity.Phase.allCases.map { phase in
    let plan = GuardPlan(
      set: "", stores: [GuardPlan.Store(name: "", kind: .mongo), GuardPlan.Store(name: "", kind: .postgres)],
      entities: [
        GuardPlan.Entity(
          name: "", owner: .core, phase: phase.rawValue, mode: .enforce, source: 0, target: 1,
          location: SourceLocation(file: "", line: 0, column: 0), collection: "")
      ])
    return [
      "phase": .string(phase.rawValue), "source": .string("\(plan.standing(of: 0, in: 0))"),
      "target": .string("\(plan.standing(of: 0, in: 1))"),
    ]
  }
}
