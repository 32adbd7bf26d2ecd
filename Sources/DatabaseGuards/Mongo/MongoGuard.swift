internal import Catalog
internal import Executors
public import Guardrails
public import Mongo
public import Postgres

/// The rules inside a MongoDB database: a read-only view in the place of each collection whose entity has moved, a validator
/// that refuses every document in the collection behind it, and one role for each declared role that may write what the
/// plan lets it write.
///
/// For example:
/// ```swift
/// let rules = MongoGuard(plan: plan, store: index, mongo: connection, catalog: postgres)
/// for step in try rules.install(nil) { print(step.statement) }
/// ```
public final class MongoGuard: StoreGuard {
  public var store: String { plan.stores[index].name }
  let plan: GuardPlan
  let index: Int
  let mongo: MongoConnection
  let records: StoreRecords
  let patience: Duration
  /// Whether the server lets a view and a collection change places in one step. False once it has refused.
  var swapsAtOnce: Bool

  /// - Parameters:
  ///   - store: the store's place in the plan.
  ///   - mongo: a connection whose user may rename collections, make views and roles, and change validators: `dbOwner`.
  ///   - catalog: a connection to the target, which remembers what was installed.
  ///   - patience: how long one collection's change is tried again while others hold locks on it.
  public convenience init(
    plan: GuardPlan, store: Int, mongo: MongoConnection, catalog: PostgresConnection,
    patience: Duration = .seconds(30)
  ) {
    self.init(plan: plan, store: store, mongo: mongo, catalog: catalog, patience: patience, swapsAtOnce: true)
  }

  /// - Parameter swapsAtOnce: false for the two steps that a server needs which doesn't let clients apply operations.
  package init(
    plan: GuardPlan, store: Int, mongo: MongoConnection, catalog: PostgresConnection, patience: Duration,
    swapsAtOnce: Bool
  ) {
    self.plan = plan
    index = store
    self.mongo = mongo
    self.patience = patience
    self.swapsAtOnce = swapsAtOnce
    records = StoreRecords(connection: catalog, set: plan.set, store: plan.stores[store].name)
  }

  var database: String { mongo.settings.database }

  public func steps(_ entities: Set<String>?) throws -> [GuardStep] {
    let known = try records.all()
    var steps: [GuardStep] = []
    for collection in try collections(entities, known) {
      try refuseSharded(collection)
      steps += try dryRun(collection, known)
    }
    return try steps + roleChanges(known).map(step)
  }

  public func install(_ entities: Set<String>?) throws -> [GuardStep] {
    try Catalog(records.connection).ensure()
    return try records.alone {
      // What can't be done is said before anything is.
      _ = try self.steps(entities)
      let known = try records.all()
      var steps: [GuardStep] = []
      for collection in try collections(entities, known) {
        steps += try collection.isWanted ? freeze(collection) : thaw(collection)
      }
      for change in try roleChanges(known) { steps += try carryOut(change) }
      try forgetStrays()
      return steps
    }
  }

  public func removals() throws -> [GuardStep] {
    let known = try records.all()
    var steps: [GuardStep] = []
    for var collection in try collections(nil, known) where collection.isKnown(known) {
      collection.isWanted = false
      steps += try dryRun(collection, known)
    }
    return try steps + roleRemovals(known).map(step)
  }

  public func uninstall() throws -> [GuardStep] {
    try records.alone {
      let known = try records.all()
      var steps: [GuardStep] = []
      for var collection in try collections(nil, known) where collection.isKnown(known) {
        collection.isWanted = false
        steps += try thaw(collection)
      }
      for change in try roleRemovals(known) { steps += try carryOut(change) }
      try forgetStrays()
      return steps
    }
  }

  /// Strays whose documents somebody has carried over or thrown away are no matter any more.
  private func forgetStrays() throws {
    let names = Set(try mongo.collections().map(\.name))
    for record in try records.all() where record.kind == GuardedCollection.strayKind {
      if !names.contains(record.object) { try records.remove(record) }
    }
  }
}
