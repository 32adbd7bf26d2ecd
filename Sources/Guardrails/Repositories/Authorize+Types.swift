/// Checks by types: a store that the entity never lives in doesn't compile.
extension Guardrails {
  /// Lets a write to a core entity's old store pass, or refuses it.
  ///
  /// - Throws: ``GuardRefusal``.
  public func authorize<Entity: CoreEntity>(
    _ operation: WriteOperation, _ entity: Entity.Type, in store: Entity.Source.Type,
    as writer: String? = nil,
    fence: Int? = nil, fileID: StaticString = #fileID, line: UInt = #line
  ) throws(GuardRefusal) {
    try authorize(
      operation, Entity.entityName, in: store.storeName, as: writer, fence: fence, fileID: fileID, line: line)
  }

  /// Lets a write to the store that a core entity moves to pass, or refuses it.
  ///
  /// - Throws: ``GuardRefusal``.
  public func authorize<Entity: CoreEntity>(
    _ operation: WriteOperation, _ entity: Entity.Type, in store: Entity.Target.Type,
    as writer: String? = nil,
    fence: Int? = nil, fileID: StaticString = #fileID, line: UInt = #line
  ) throws(GuardRefusal) {
    try authorize(
      operation, Entity.entityName, in: store.storeName, as: writer, fence: fence, fileID: fileID, line: line)
  }

  /// Lets a write to a feature entity's store pass, or refuses it.
  ///
  /// - Throws: ``GuardRefusal``.
  public func authorize<Entity: FeatureEntity>(
    _ operation: WriteOperation, _ entity: Entity.Type, in store: Entity.Store.Type, as writer: String? = nil,
    fence: Int? = nil, fileID: StaticString = #fileID, line: UInt = #line
  ) throws(GuardRefusal) {
    try authorize(
      operation, Entity.entityName, in: store.storeName, as: writer, fence: fence, fileID: fileID, line: line)
  }

  /// What the compiler finds where none of the others fits.
  @available(
    *, unavailable,
    message: "this core entity never lives in that store: write it in its Source or its Target"
  )
  public func authorize<Entity: CoreEntity, Store: StoreMarker>(
    _ operation: WriteOperation, _ entity: Entity.Type, in store: Store.Type, as writer: String? = nil,
    fence: Int? = nil, fileID: StaticString = #fileID, line: UInt = #line
  ) throws(GuardRefusal) {
    try authorize(
      operation, Entity.entityName, in: store.storeName, as: writer, fence: fence, fileID: fileID, line: line)
  }

  /// What the compiler finds where none of the others fits.
  @available(*, unavailable, message: "this feature entity is owned by another store: write it in its Store")
  public func authorize<Entity: FeatureEntity, Store: StoreMarker>(
    _ operation: WriteOperation, _ entity: Entity.Type, in store: Store.Type, as writer: String? = nil,
    fence: Int? = nil, fileID: StaticString = #fileID, line: UInt = #line
  ) throws(GuardRefusal) {
    try authorize(
      operation, Entity.entityName, in: store.storeName, as: writer, fence: fence, fileID: fileID, line: line)
  }
}
