internal import Mapping

extension GuardPlan {
  /// Decides about a write that is named by words, as it comes from outside.
  ///
  /// This is what every enforcer must agree with. The order of the questions is part of it: the first that is answered with no
  /// gives the reason.
  ///
  /// - Parameters:
  ///   - writer: the repository or role that writes, ``KedgeWriter/mover``, or nil where it isn't said.
  ///   - fence: the epoch that the writer knows, or nil where it says none.
  public func decide(
    entity: String, store: String, operation: String, writer: String? = nil, fence: Int? = nil
  ) -> GuardDecision {
    guard let entity = self.entity(named: entity) else { return GuardDecision(.unknownEntity) }
    guard let store = self.store(named: store) else { return GuardDecision(.unknownStore) }
    guard WriteOperation(word: operation) != nil else { return GuardDecision(.unknownOperation) }
    return decide(entity: entity, store: store, writer: writer, fence: fence)
  }

  /// Decides about a write of a known entity to a known store.
  public func decide(entity index: Int, store: Int, writer: String? = nil, fence: Int? = nil) -> GuardDecision
  {
    let entity = entities[index]
    let standing = standing(of: index, in: store)
    if standing == .unknownPhase { return GuardDecision(.unknownPhase) }
    if entity.mode == .off { return GuardDecision(.off) }
    return GuardDecision(
      reason(entity, standing, writer: writer, fence: fence), observes: entity.mode == .observe)
  }

  private func reason(_ entity: Entity, _ standing: Standing, writer: String?, fence: Int?) -> GuardReason {
    var allowed = GuardReason.owner
    switch standing {
    case .unknownPhase: return .unknownPhase
    case .elsewhere: return .wrongStore
    case .retired: return .retired
    case .copy:
      guard isSame(writer, KedgeWriter.mover) else { return .notOwner }
      allowed = .mover
    case .owner:
      if isSame(writer, KedgeWriter.mover) { return .moverIntoOwner }
      if isSame(writer, KedgeWriter.maintainer) {
        allowed = .maintenance
      } else if let refusal = writerRefusal(writer, entity) {
        return refusal
      }
    }
    guard let fence else { return entity.requiresFence ? .missingFence : allowed }
    if fence < entity.epoch { return .staleFence }
    if fence > epoch { return .futureFence }
    return allowed
  }

  /// Why a writer may not write an entity where it is owned.
  func writerRefusal(_ writer: String?, _ entity: Entity) -> GuardReason? {
    guard let writer else { return entity.writers.isEmpty ? nil : .unnamedWriter }
    if entity.writers.contains(where: { isSameName($0, writer) }) { return nil }
    if let role = roles.first(where: { isSameName($0.name, writer) }) {
      let mayWrite =
        entity.writers.isEmpty
        ? !role.writers.isEmpty
        : role.writers.contains { spoken in entity.writers.contains { isSameName($0, spoken) } }
      return mayWrite ? nil : .undeclaredWriter
    }
    return entity.writers.isEmpty ? nil : .undeclaredWriter
  }
}

/// Whether a writer that may be unnamed is this one.
private func isSame(_ writer: String?, _ name: String) -> Bool {
  writer.map { isSameName($0, name) } ?? false
}

/// What a store is to an entity, in the entity's phase.
public enum Standing: UInt8, Sendable {
  /// It owns the entity: the application writes here.
  case owner
  /// It holds a copy, which Kedge alone writes.
  case copy
  /// It held the entity, and nobody writes here any more.
  case retired
  /// The entity has never lived there.
  case elsewhere
  /// The phase isn't known, so nobody can say.
  case unknownPhase
}

extension GuardPlan {
  /// What a store is to an entity.
  public func standing(of index: Int, in store: Int) -> Standing {
    let entity = entities[index]
    let isSource = entity.source == store
    guard entity.owner == .core else { return isSource ? .owner : .elsewhere }
    let isTarget = entity.target == store
    guard let phase = entity.phase.flatMap(Mapping.Entity.Phase.init(rawValue:)) else {
      return .unknownPhase
    }
    if !isSource, !isTarget { return .elsewhere }
    switch phase {
    case .legacy, .shadow: return isSource ? .owner : .copy
    case .core: return isTarget ? .owner : .copy
    case .retired: return isTarget ? .owner : .retired
    }
  }

  /// The store that owns an entity now; nil in a phase that isn't known.
  public func ownerStore(of index: Int) -> Int? {
    stores.indices.first { standing(of: index, in: $0) == .owner }
  }
}
