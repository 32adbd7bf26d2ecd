internal import Catalog
internal import CommandLine
internal import DatabaseGuards
internal import Guardrails
internal import Mapping
internal import Mongo
internal import Postgres

/// What the commands about rules inside the databases need.
extension Session {
  /// How this set's stores are guarded: each kind that is reached otherwise than through the target is added here.
  func storeGuards(_ set: MappingSet) throws -> StoreGuards {
    var guards = StoreGuards()
    guards[.mongo] = { plan, index, target, options in
      guard let store = set.store(named: plan.stores[index].name) else { return nil }
      let settings = try mongoSettings(try sourceURL(of: store, in: set), store)
      return MongoGuard(
        plan: plan, store: index, mongo: try MongoConnection(settings), catalog: target,
        patience: .seconds(options.patience))
    }
    guards[.sqlite] = { plan, index, target, options in
      guard let store = set.store(named: plan.stores[index].name) else { return nil }
      return SQLiteGuard(
        plan: plan, store: index, path: SourceURL.path(try sourceURL(of: store, in: set)), catalog: target,
        patience: .seconds(options.patience))
    }
    return guards
  }

  /// The installer of a set, over the stores that `--store` names, or all.
  ///
  /// - Parameters:
  ///   - target: where schema kedge is.
  ///   - stores: nil for all.
  func guardInstaller(_ set: MappingSet, target: PostgresConnection, stores: Set<String>? = nil) throws
    -> GuardInstaller
  {
    var options = InstallOptions()
    options.stop = stop
    options.stores = stores
    if command.takes("patience") { options.patience = command.integer("patience").map(Double.init) ?? 60 }
    let plan = GuardPlan(set, live: try Catalog(target).livePhases(of: set.name))
    return GuardInstaller(plan, target: target, stores: try storeGuards(set), options: options)
  }

  /// The stores asked for with `--store`, checked; nil for all.
  func wantedStores(in set: MappingSet) throws -> Set<String>? {
    let names = command.values("store")
    let known = GuardPlan(set).stores.map(\.name)
    for name in names where !known.contains(name) {
      throw UsageProblem(
        "the mapping set \"\(set.name)\" has no store \"\(name)\"; it has \(known.joined(separator: ", "))")
    }
    return names.isEmpty ? nil : Set(names)
  }
}
