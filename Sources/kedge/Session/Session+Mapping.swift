internal import Backfill
internal import CommandLine
internal import Foundation
internal import Mapping
internal import Progress

extension Session {
  /// The folder of the mapping set: `--mappings`, else `mappings` if it is a set, else the one set in it.
  func mappingDirectory() throws -> String {
    let asked = command.value("mappings")
    let directory = asked ?? "mappings"
    // A URL in the wrong place may hold a password: it isn't repeated.
    if directory.contains("://") {
      throw UsageProblem(
        "--mappings wants a folder, and was given a URL; stores are named by --source and --target")
    }
    let files = FileManager.default
    func isSet(_ path: String) -> Bool { files.fileExists(atPath: path + "/set.yaml") }
    if isSet(directory) { return directory }
    var isDirectory: ObjCBool = false
    guard files.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw UsageProblem(
        "there is no folder \"\(directory)\" with a mapping set; name one with --mappings DIR,"
          + " or make one with: kedge infer --source URL --out \(directory)")
    }
    let sets = try files.contentsOfDirectory(atPath: directory).sorted()
      .map { directory + "/" + $0 }.filter(isSet)
    switch sets.count {
    case 1: return sets[0]
    // Let the loader say what is missing.
    case 0: return directory
    default:
      throw UsageProblem(
        "\"\(directory)\" holds several mapping sets; choose one: "
          + sets.map { "--mappings \($0)" }.joined(separator: ", "))
    }
  }

  /// Reads and checks the mapping set; warnings go to the log.
  func mappingSet() throws -> MappingSet {
    let loaded = try MappingLoad.read(directory: try mappingDirectory())
    for warning in loaded.warnings { log.warn(warning.description) }
    return loaded.set
  }

  /// The entities asked for with `--entity`, checked.
  func wantedEntities(in set: MappingSet) throws -> [String] {
    let names = command.values("entity")
    for name in names where set.entity(named: name) == nil {
      throw UsageProblem(
        "the mapping set \"\(set.name)\" has no entity \"\(name)\"; it has "
          + set.entities.map(\.name).joined(separator: ", "))
    }
    return names
  }

  /// Compiles the core entities that have an older store, in load order.
  func corePlans(of set: MappingSet) throws -> [EntityPlan] {
    try tablePlans(of: set).filter { !$0.entity.isNative }
  }

  /// Compiles all core entities, in load order: every table that the mapping declares in Postgres.
  func tablePlans(of set: MappingSet) throws -> [EntityPlan] {
    try set.coreInLoadOrder.map { try EntityPlan($0, source: set.sourceKind(of: $0)) }
  }

  /// Core entities that still follow their old store. In later phases Postgres is the owner, and nothing may overwrite it
  /// from there.
  func movable(_ plans: [EntityPlan], asked: [String]) throws -> [EntityPlan] {
    try plans.filter { plan in
      if plan.entity.phase == .legacy || plan.entity.phase == .shadow { return true }
      let refusal = OwnershipRefusal(entity: plan.entity.name, phase: plan.entity.phase)
      if asked.contains(plan.entity.name) { throw refusal }
      log.info("skipping \(plan.entity.name): \(refusal)")
      return false
    }
  }

  /// Compiles feature entities that refer to core ones.
  func featurePlans(of set: MappingSet) throws -> [EntityPlan] {
    try set.entities.filter { $0.owner == .feature && $0.hasReferences && !$0.key.isEmpty }.map {
      entity in
      try EntityPlan(referencesOf: entity, source: set.sourceKind(of: entity))
    }
  }

  func context(_ set: MappingSet, plans: [EntityPlan]) throws -> BackfillContext {
    BackfillContext(
      set: set, plans: plans, sources: try sources(of: set), target: try target(of: set), progress: progress,
      stop: stop)
  }
}

/// Why an entity can't be written from its old store.
struct OwnershipRefusal: Error, CustomStringConvertible {
  let entity: String
  let phase: Entity.Phase
  var description: String {
    "entity \"\(entity)\" is in phase \(phase.rawValue): Postgres owns it, and the old store must not overwrite it"
  }
}
