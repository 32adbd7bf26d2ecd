internal import Mapping

/// Which tables may be seeded: those that Postgres owns.
struct SeedOwnership {
  /// With the phases as they are now; nil where there is no mapping.
  let set: MappingSet?

  /// The entity that declares a table, itself or as one of its children's.
  func entity(of table: TableName) -> Entity? {
    set?.entities.first { entity in
      entity.owner == .core
        && (entity.table == table || entity.children.flatMap(\.all).contains { $0.table == table })
    }
  }

  /// Why a file may not be put in place; nil if it may.
  func refusal(of file: SeedFile, _ entity: Entity) -> String? {
    let place = file.target.name.location
    let start = "\(place.file):\(place.line):\(place.column): refused: "
    if entity.owner == .feature {
      return start
        + "entity \"\(entity.name)\" lives in store \"\(entity.store)\", not in Postgres; only what Postgres owns is seeded"
    }
    switch entity.phase {
    case .legacy, .shadow:
      return start
        + "entity \"\(entity.name)\" is in phase \(entity.phase.rawValue): store \"\(entity.store)\" owns it, and a row that is seeded"
        + " here would be drift. Put the rows there, or seed when the phase is core (kedge phase show)"
    case .core, .retired: return nil
    }
  }
}
