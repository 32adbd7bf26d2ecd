public import Guardrails
public import Mapping
public import Postgres

/// How each kind of store is guarded: what opens the rules of one. Postgres is there from the start; who has the URL of another
/// store adds it.
///
/// ```swift
/// var stores = StoreGuards()
/// stores[.sqlite] = { plan, store, target, options in … }
/// ```
public struct StoreGuards {
  /// - Parameters:
  ///   - plan: what is wanted.
  ///   - store: an index into the plan's stores.
  ///   - target: into the database with schema kedge, where it is written down what there was before.
  /// - Returns: nil where the store isn't guarded.
  public typealias Opener = (
    _ plan: GuardPlan, _ store: Int, _ target: PostgresConnection, _ options: InstallOptions
  ) throws -> (any StoreGuard)?

  private var openers: [Store.Kind: Opener]

  public init() {
    openers = [
      .postgres: { plan, store, target, options in
        PostgresGuard(plan, store: store, connection: target, patience: options.patience, stop: options.stop)
      }
    ]
  }

  /// What opens the rules of a kind of store.
  public subscript(kind: Store.Kind) -> Opener? {
    get { openers[kind] }
    set { openers[kind] = newValue }
  }

  /// The rules of all stores of a plan that there is an opener for, Postgres first.
  func open(_ plan: GuardPlan, target: PostgresConnection, options: InstallOptions) throws
    -> [any StoreGuard]
  {
    let indices = plan.stores.indices.filter { options.stores?.contains(plan.stores[$0].name) ?? true }
    let postgres = indices.filter { plan.stores[$0].kind == .postgres }
    let others = indices.filter { plan.stores[$0].kind != .postgres }
    return try (postgres + others).compactMap { index in
      try openers[plan.stores[index].kind]?(plan, index, target, options)
    }
  }
}
