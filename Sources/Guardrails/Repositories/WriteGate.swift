/// A store's handle for one entity: what writes (a table, a collection, a connection), and the part of it that only reads.
///
/// For example:
/// ```swift
/// struct UserTable: StoreAccess {
///   struct Reading { let connection: PostgresConnection; func find(_ id: Int) throws -> User? { … } }
///   let connection: PostgresConnection
///   var reading: Reading { Reading(connection: connection) }
///   func insert(_ user: User) throws { … }
/// }
/// ```
public protocol StoreAccess {
  /// What needs no check.
  associatedtype Reading
  /// The reading part.
  var reading: Reading { get }
}

/// The one way from a repository to its store: it hands the store's handle out for one write, after a check.
///
/// The types know which stores an entity may live in: a gate for another one doesn't compile. The phase, the writer and the
/// fence are checked at each write.
public struct WriteGate<Entity: GuardedEntity, Store: StoreMarker, Access: StoreAccess> {
  private let access: Access
  private let provider: any GuardrailsProvider
  private let writerName: String?
  private let entity: EntityHandle
  private let store: StoreHandle
  private let writer: WriterHandle

  /// A core entity in the store that held it before the move.
  public init(
    _ entity: Entity.Type, in store: Entity.Source.Type, _ access: Access, as writer: String?,
    by guardrails: any GuardrailsProvider
  ) where Entity: CoreEntity, Store == Entity.Source {
    self.init(resolving: access, writer, guardrails)
  }

  /// A core entity in the store that it moves to.
  public init(
    _ entity: Entity.Type, in store: Entity.Target.Type, _ access: Access, as writer: String?,
    by guardrails: any GuardrailsProvider
  ) where Entity: CoreEntity, Store == Entity.Target {
    self.init(resolving: access, writer, guardrails)
  }

  /// A feature entity in its store.
  public init(
    _ entity: Entity.Type, in store: Entity.Store.Type, _ access: Access, as writer: String?,
    by guardrails: any GuardrailsProvider
  ) where Entity: FeatureEntity, Store == Entity.Store {
    self.init(resolving: access, writer, guardrails)
  }

  /// What the compiler finds where none of the others fits.
  @available(
    *, unavailable,
    message: "this core entity never lives in that store: write it in its Source or its Target"
  )
  public init(
    _ entity: Entity.Type, in store: Store.Type, _ access: Access, as writer: String?,
    by guardrails: any GuardrailsProvider
  ) where Entity: CoreEntity {
    self.init(resolving: access, writer, guardrails)
  }

  /// What the compiler finds where none of the others fits.
  @available(*, unavailable, message: "this feature entity is owned by another store: write it in its Store")
  public init(
    _ entity: Entity.Type, in store: Store.Type, _ access: Access, as writer: String?,
    by guardrails: any GuardrailsProvider
  ) where Entity: FeatureEntity {
    self.init(resolving: access, writer, guardrails)
  }

  /// Finds the names once. One that isn't declared is refused at each write.
  init(resolving access: Access, _ writer: String?, _ provider: any GuardrailsProvider) {
    self.access = access
    self.provider = provider
    writerName = writer
    let guardrails = provider.current
    entity = guardrails.entity(Entity.entityName) ?? .unknown
    store = guardrails.store(Store.storeName) ?? .unknown
    self.writer = guardrails.writer(writer)
  }

  /// What reads, which needs no check.
  public var reading: Access.Reading { access.reading }

  /// Checks a write, and runs it with the store's handle if it may go ahead.
  ///
  /// - Parameter unit: the unit of work that the write belongs to; its fence counts, and stores that it has written. Without
  ///   one the write is a unit by itself, and its fence is of now.
  /// - Throws: ``GuardRefusal``, or what `body` throws.
  public func write<T>(
    _ operation: WriteOperation, in unit: UnitOfWork? = nil, fileID: StaticString = #fileID,
    line: UInt = #line, _ body: (Access) throws -> T
  ) throws -> T {
    try authorize(operation, unit, fileID, line)
    return try body(access)
  }

  /// Checks a write, and runs it with the store's handle if it may go ahead.
  ///
  /// - Throws: ``GuardRefusal``, or what `body` throws.
  public func write<T>(
    _ operation: WriteOperation, in unit: UnitOfWork? = nil, fileID: StaticString = #fileID,
    line: UInt = #line, _ body: (Access) async throws -> T
  ) async throws -> T {
    try authorize(operation, unit, fileID, line)
    return try await body(access)
  }

  private func authorize(
    _ operation: WriteOperation, _ unit: UnitOfWork?, _ fileID: StaticString, _ line: UInt
  ) throws(GuardRefusal) {
    if let unit {
      try unit.authorize(
        operation, Entity.entityName, in: Store.storeName, as: writerName, fileID: fileID, line: line)
      return
    }
    let guardrails = provider.current
    let decision = guardrails.decide(operation, entity, in: store, as: writer, fence: guardrails.epoch)
    if decision.reason.isAllowed, guardrails.observations.witness == nil { return }
    // By names, for the sentence, and because a provider may have another mapping by now.
    try guardrails.authorize(
      operation, Entity.entityName, in: Store.storeName, as: writerName, fence: guardrails.epoch,
      fileID: fileID, line: line)
  }
}

extension WriteGate: Sendable where Access: Sendable {}
