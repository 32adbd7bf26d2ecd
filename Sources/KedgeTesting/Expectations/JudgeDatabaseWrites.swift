internal import Guardrails
internal import Mapping

/// What tests make of the writes that databases have seen.
enum JudgeDatabaseWrites {
  static func outside(
    _ owner: Entity.Owner, _ writes: [(store: String, write: DatabaseWrite)], _ mappings: OwnershipMap,
    _ place: TestPlace
  ) -> [OwnershipViolation] {
    writes.compactMap { store, write in
      let subject = "\(write.operation.rawValue) \(write.collection) \(store)"
      let start = "This block may write only \(owner.rawValue) data, and \(store) saw \(words(write)). "
      guard let index = mappings.entity(of: write.collection, in: store) else {
        return OwnershipViolation(
          rule: "undeclared", subject: subject,
          message: start
            + "No entity has this collection or table: declare it in the mapping set, so that it has an owner.",
          place: place)
      }
      let entity = mappings.plan.entities[index]
      if entity.owner == owner { return nil }
      return OwnershipViolation(
        rule: "write", subject: subject,
        message: start + "It belongs to \(entity.name), which is owned by \(entity.owner.rawValue), says "
          + "\(mappings.declaration(of: entity)).", place: place)
    }
  }

  /// Writes to collections and tables whose owner is another store now.
  static func unowned(
    _ writes: [(store: String, write: DatabaseWrite)], _ mappings: OwnershipMap, _ place: TestPlace
  ) -> [OwnershipViolation] {
    let plan = mappings.plan
    return writes.compactMap { store, write in
      let subject = "\(write.operation.rawValue) \(write.collection) \(store)"
      guard let index = mappings.entity(of: write.collection, in: store), let here = plan.store(named: store)
      else {
        return OwnershipViolation(
          rule: "undeclared", subject: subject,
          message:
            "\(store) saw \(words(write)), and no entity has this collection or table: declare it in the mapping set.",
          place: place)
      }
      let owner = plan.ownerStore(of: index)
      if owner == here { return nil }
      let entity = plan.entities[index]
      return OwnershipViolation(
        rule: "write", subject: subject,
        message:
          "\(store) saw \(words(write)), and \(entity.name) is owned by \(owner.map { plan.stores[$0].name } ?? "nobody")"
          + "\(entity.phase.map { " in phase \($0)" } ?? ""), says \(mappings.declaration(of: entity)).",
        place: place)
    }
  }

  private static func words(_ write: DatabaseWrite) -> String {
    switch write.operation {
    case .truncate: "\(write.collection) emptied or dropped"
    default: "\(write.count) × \(write.operation.rawValue) of \(write.collection)"
    }
  }
}

extension OwnershipMap {
  /// The entity of a collection or table. Its own schema `kedge` isn't an entity, nor does it need one.
  func entity(of collection: String, in store: String) -> Int? {
    plan.store(named: store).flatMap { plan.entity(of: collection, in: $0) }
  }
}
