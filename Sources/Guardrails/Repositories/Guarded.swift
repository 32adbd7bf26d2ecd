/// A repository's store: reading goes on as ever, and writing goes through the projected value alone, which checks.
///
/// For example:
/// ```swift
/// struct UserRepository {
///   @Guarded<Users, PostgresStore, UserTable> var users: UserTable.Reading
///
///   init(_ connection: PostgresConnection, by guardrails: any GuardrailsProvider) {
///     _users = Guarded(
///       Users.self, in: PostgresStore.self, UserTable(connection: connection), as: "UserRepository", by: guardrails)
///   }
///
///   func find(_ id: Int) throws -> User? { try users.find(id) }
///   func add(_ user: User) throws { try $users.write(.insert) { try $0.insert(user) } }
/// }
/// ```
/// The handle itself isn't reachable from the repository but by ``WriteGate/write(_:in:fileID:line:_:)``, so that no write can
/// forget its check. A store that the entity can't live in is a compile error.
@propertyWrapper
public struct Guarded<Entity: GuardedEntity, Store: StoreMarker, Access: StoreAccess> {
  /// The gate that writes go through: `$users`.
  public let projectedValue: WriteGate<Entity, Store, Access>

  /// What reads.
  public var wrappedValue: Access.Reading { projectedValue.reading }

  /// A core entity in the store that held it before the move.
  public init(
    _ entity: Entity.Type, in store: Entity.Source.Type, _ access: Access, as writer: String?,
    by guardrails: any GuardrailsProvider
  ) where Entity: CoreEntity, Store == Entity.Source {
    projectedValue = WriteGate(resolving: access, writer, guardrails)
  }

  /// A core entity in the store that it moves to.
  public init(
    _ entity: Entity.Type, in store: Entity.Target.Type, _ access: Access, as writer: String?,
    by guardrails: any GuardrailsProvider
  ) where Entity: CoreEntity, Store == Entity.Target {
    projectedValue = WriteGate(resolving: access, writer, guardrails)
  }

  /// A feature entity in its store.
  public init(
    _ entity: Entity.Type, in store: Entity.Store.Type, _ access: Access, as writer: String?,
    by guardrails: any GuardrailsProvider
  ) where Entity: FeatureEntity, Store == Entity.Store {
    projectedValue = WriteGate(resolving: access, writer, guardrails)
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
    projectedValue = WriteGate(resolving: access, writer, guardrails)
  }

  /// What the compiler finds where none of the others fits.
  @available(*, unavailable, message: "this feature entity is owned by another store: write it in its Store")
  public init(
    _ entity: Entity.Type, in store: Store.Type, _ access: Access, as writer: String?,
    by guardrails: any GuardrailsProvider
  ) where Entity: FeatureEntity {
    projectedValue = WriteGate(resolving: access, writer, guardrails)
  }
}

extension Guarded: Sendable where Access: Sendable {}

/// A type that writes one entity to one store, and can't but ask first.
///
/// For example:
/// ```swift
/// struct UserRepository: GuardedRepository {
///   let gate: WriteGate<Users, PostgresStore, UserTable>
///   func add(_ user: User) throws { try gate.write(.insert) { try $0.insert(user) } }
/// }
/// ```
/// Where a repository writes several entities or stores, use ``Guarded`` for each.
public protocol GuardedRepository {
  associatedtype Entity: GuardedEntity
  associatedtype Store: StoreMarker
  associatedtype Access: StoreAccess
  /// The way to the store.
  var gate: WriteGate<Entity, Store, Access> { get }
  /// By this name the mapping's `writers` know it.
  static var writer: String { get }
}

extension GuardedRepository {
  /// The type's own name, without its module.
  public static var writer: String { String(describing: Self.self) }
  /// What reads, which needs no check.
  public var reading: Access.Reading { gate.reading }
}
