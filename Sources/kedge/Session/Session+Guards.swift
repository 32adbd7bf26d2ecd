internal import Catalog
internal import CommandLine
internal import DatabaseGuards
internal import Guardrails
internal import Mapping
internal import Mongo
internal import Postgres

/// What the commands about rules inside the databases need.
extension Session {
  /// How this set's stores are guarded. A store is opened when its rules are looked at, and not before.
  func storeGuards(_ set: MappingSet) -> StoreGuards {
    var guards = StoreGuards()
    guards[.mongo] = { plan, index, target, options in
      guard let store = guardedStore(plan.stores[index].name, set) else { return nil }
      // Rules are looked at where they are made: on the primary.
      let settings = try MongoSettings(url: try address(of: store, set), database: store.database)
      return MongoGuard(
        plan: plan, store: index, mongo: try MongoConnection(settings), catalog: target,
        patience: .seconds(options.patience))
    }
    guards[.sqlite] = { plan, index, target, options in
      guard let store = guardedStore(plan.stores[index].name, set) else { return nil }
      return SQLiteGuard(
        plan: plan, store: index, path: SourceURL.path(try address(of: store, set)), catalog: target,
        patience: .seconds(options.patience))
    }
    return guards
  }

  /// A store that some entity lives in: another isn't connected to.
  private func guardedStore(_ name: String, _ set: MappingSet) -> Store? {
    set.entities.contains { $0.store == name } ? set.store(named: name) : nil
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
    return GuardInstaller(plan, target: target, stores: storeGuards(set), options: options)
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
