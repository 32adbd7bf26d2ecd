/// Why a store's rules can't be installed or taken away. Nothing was lost; the sentence says what to do.
public struct StoreGuardError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The store's name in the mapping set.
  public var store: String
  /// The entity that it is about; empty for what all entities of the store share.
  public var entity: String
  /// What stands in the way, and what to do.
  public var message: String

  public init(store: String, entity: String = "", message: String) {
    self.store = store
    self.entity = entity
    self.message = message
  }

  public var description: String {
    "guardrails of the store \"\(store)\"\(entity.isEmpty ? "" : ", entity \"\(entity)\""): \(message)"
  }
}
