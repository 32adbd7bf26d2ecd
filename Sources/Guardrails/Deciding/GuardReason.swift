/// Why a write may, or may not, go ahead. The words are stable: every enforcer uses them.
public enum GuardReason: String, Sendable, CaseIterable {
  // MARK: Allowed
  /// The store owns the entity, and the writer may write it.
  case owner
  /// Kedge moves data into the side that doesn't own it.
  case mover
  /// Kedge mends the owning side, sent by a person.
  case maintenance
  /// The entity isn't guarded.
  case off

  // MARK: Refused, whatever the mode
  case unknownEntity = "unknown_entity"
  case unknownStore = "unknown_store"
  case unknownOperation = "unknown_operation"
  case unknownPhase = "unknown_phase"

  // MARK: Refused in mode enforce
  /// The entity has never lived in that store.
  case wrongStore = "wrong_store"
  /// The entity lives there, but the other side owns it in this phase.
  case notOwner = "not_owner"
  /// The old copy is gone; not even Kedge writes there.
  case retired
  /// Kedge would move data over the owner's.
  case moverIntoOwner = "mover_into_owner"
  /// The mapping names writers, and this one doesn't say who it is.
  case unnamedWriter = "unnamed_writer"
  /// The mapping names writers, and this one isn't among them.
  case undeclaredWriter = "undeclared_writer"
  /// The phase has changed since the writer took its fence.
  case staleFence = "stale_fence"
  /// A fence that hasn't been given out: the writer knows another database, or a later one.
  case futureFence = "future_fence"
  /// The entity wants a fence, and the writer has none.
  case missingFence = "missing_fence"

  // MARK: Refused in a unit of work
  /// It has written another store already, and no crossing was named.
  case undeclaredCrossing = "undeclared_crossing"
  /// The crossing that it names isn't declared.
  case unknownCrossing = "unknown_crossing"
  /// The crossing's last day has passed.
  case expiredCrossing = "expired_crossing"
  /// The crossing doesn't name one of the entities.
  case outsideCrossing = "outside_crossing"

  /// Whether such a write goes ahead.
  public var isAllowed: Bool {
    switch self {
    case .owner, .mover, .maintenance, .off: true
    default: false
    }
  }

  /// Whether it is refused even in mode `observe`: what nobody declared can't be observed as anything.
  public var isAlwaysRefused: Bool {
    switch self {
    case .unknownEntity, .unknownStore, .unknownOperation, .unknownPhase: true
    default: false
    }
  }
}
