public import CommandLine
public import Guardrails
public import Mapping

/// Who may write one entity, and where, in every phase.
public struct EntityExplanation: Sendable {
  /// What one store is to the entity in one phase.
  public struct Place: Sendable, Equatable {
    public var store: String
    public var standing: Standing
    /// Who may write there, in words.
    public var writers: String
  }

  /// One phase; a feature entity has a single one, without a name.
  public struct Phase: Sendable, Equatable {
    public var name: String?
    public var isNow: Bool
    public var places: [Place]
  }

  public let entity: GuardPlan.Entity
  /// The store that owns it now; nil in a phase that isn't known.
  public let ownerStore: String?
  public let phases: [Phase]
  /// Roles of databases that may write it because one of their writers may.
  public let roles: [String]
  public let crossings: [Crossing]
  private let today: CalendarDay
  private let sourceStore: String
  private let targetStore: String?

  /// - Parameter today: the day in UTC, by which crossings expire.
  public init(_ plan: GuardPlan, entity index: Int, today: CalendarDay) {
    let entity = plan.entities[index]
    self.entity = entity
    self.today = today
    ownerStore = plan.ownerStore(of: index).map { plan.stores[$0].name }
    sourceStore = plan.stores[entity.source].name
    targetStore = entity.target.map { plan.stores[$0].name }
    roles = plan.roles(writing: index)
    crossings = plan.crossings.filter { $0.entities.contains(entity.name) }
    let names: [String?] = entity.owner == .core ? Mapping.Entity.Phase.allCases.map(\.rawValue) : [nil]
    phases = names.map { name in
      var asked = plan
      asked.entities[index].phase = name
      let places = asked.stores.indices.compactMap { store -> Place? in
        let standing = asked.standing(of: index, in: store)
        if standing == .elsewhere { return nil }
        return Place(
          store: plan.stores[store].name, standing: standing,
          writers: Self.writers(standing, entity, isMoved: entity.owner == .core))
      }
      return Phase(name: name, isNow: name == entity.phase, places: places)
    }
  }

  private static func writers(_ standing: Standing, _ entity: GuardPlan.Entity, isMoved: Bool) -> String {
    if entity.mode == .off { return "anybody: it isn't guarded" }
    switch standing {
    case .owner: return entity.writers.isEmpty ? "any writer" : entity.writers.joined(separator: ", ")
    case .copy: return "kedge alone"
    case .retired, .elsewhere, .unknownPhase: return "nobody"
    }
  }

  /// Whether a crossing's last day has passed.
  public func isExpired(_ crossing: Crossing) -> Bool { crossing.expires < today }
}

extension EntityExplanation {
  /// As `kedge guard explain --json` prints it.
  public var json: JSONValue {
    [
      "entity": .string(entity.name), "owner": .string(entity.owner.rawValue),
      "phase": .optional(entity.phase),
      "owner_store": .optional(ownerStore), "mode": .string(entity.mode.rawValue),
      "requires_fence": .bool(entity.requiresFence), "epoch": .int(entity.epoch),
      "declared": .string(entity.location.text), "source": .string(sourceStore),
      "collection": .string(entity.collection), "target": .optional(targetStore),
      "tables": .strings(entity.tables.map(\.display)), "writers": .strings(entity.writers),
      "roles": .strings(roles), "phases": .array(phases.map(json)),
      "crossings": .array(
        crossings.map { crossing in
          [
            "name": .string(crossing.name), "entities": .strings(crossing.entities),
            "reason": .string(crossing.reason), "link": .string(crossing.link),
            "expires": .string("\(crossing.expires)"), "expired": .bool(isExpired(crossing)),
            "declared": .string(crossing.location.text),
          ]
        }),
    ]
  }

  private func json(_ phase: Phase) -> JSONValue {
    [
      "phase": .optional(phase.name), "now": .bool(phase.isNow),
      "stores": .array(
        phase.places.map {
          ["store": .string($0.store), "standing": .string("\($0.standing)"), "writers": .string($0.writers)]
        }),
    ]
  }

  /// As a person reads it.
  public func text(style: ANSIStyle) -> String {
    let shown = DisplayText.escapingControls
    let owner = ownerStore.map { "\"\(shown($0))\" owns it now" } ?? "nobody can say who owns it now"
    let phase = entity.phase.map { " in phase \(shown($0))" } ?? ""
    var lines = [
      "\(style.bold(shown(entity.name))): \(entity.owner.rawValue), \(owner)\(phase)",
      "  declared in \(shown(entity.location.text)), mode \(entity.mode.rawValue)"
        + (entity.requiresFence ? ", a fence is required" : "")
        + (entity.epoch > 0 ? ", its phase began with fence \(entity.epoch)" : ""),
      "  \(shown(entity.collection)) in \"\(shown(sourceStore))\""
        + (targetStore.map { store in
          "; \(entity.tables.map { shown($0.display) }.joined(separator: ", ")) in \"\(shown(store))\""
        } ?? ""),
    ]
    if !roles.isEmpty {
      lines.append("  roles that may write it: \(roles.map(shown).joined(separator: ", "))")
    }
    var table = TableText(["", "phase", "store", "what it is", "who may write"])
    for phase in phases {
      for (offset, place) in phase.places.enumerated() {
        table.add([
          .text(phase.isNow && offset == 0 ? "now" : ""), .text(offset == 0 ? phase.name ?? "always" : ""),
          .text(place.store), .text("\(place.standing)"), .text(place.writers),
        ])
      }
    }
    var text = lines.joined(separator: "\n") + "\n" + table.text(style: style, indent: 2)
    for crossing in crossings {
      text +=
        "  crossing \"\(shown(crossing.name))\" with \(crossing.entities.filter { $0 != entity.name }.map(shown).joined(separator: ", ")): "
        + "\(shown(crossing.reason)) (\(shown(crossing.link))), "
        + (isExpired(crossing) ? style.red("expired on \(crossing.expires)") : "until \(crossing.expires)")
        + "\n"
    }
    return text
  }
}
