public import Mapping

/// Who may write what, and where: a mapping set and its live phases, compiled. Every enforcer decides from this, or from what
/// is generated from it, so that none can say otherwise than another.
public struct GuardPlan: Sendable, Equatable {
  /// A database that the set names.
  public struct Store: Sendable, Equatable {
    public var name: String
    public var kind: Mapping.Store.Kind

    public init(name: String, kind: Mapping.Store.Kind) {
      self.name = name
      self.kind = kind
    }
  }

  /// One entity's rules.
  public struct Entity: Sendable, Equatable {
    public var name: String
    public var owner: Mapping.Entity.Owner
    /// The phase's word; nil for a feature entity. It may be one that this version doesn't know.
    public var phase: String?
    public var mode: GuardMode
    public var requiresFence: Bool
    /// The writers that the mapping names; none means that anybody may write.
    public var writers: [String]
    /// The store that holds it today (feature), or held it before the move (core): an index into ``GuardPlan/stores``.
    public var source: Int
    /// The store that it moves to: an index into ``GuardPlan/stores``; nil for a feature entity.
    public var target: Int?
    /// The epoch in which its phase began: older fences are stale.
    public var epoch: Int
    /// Where the mapping declares it.
    public var location: SourceLocation
    /// Its collection or table in ``source``.
    public var collection: String
    /// Its table in ``target`` and those of its children.
    public var tables: [TableName]

    public init(
      name: String, owner: Mapping.Entity.Owner, phase: String?, mode: GuardMode, requiresFence: Bool = false,
      writers: [String] = [], source: Int, target: Int?, epoch: Int = 0, location: SourceLocation,
      collection: String, tables: [TableName] = []
    ) {
      self.name = name
      self.owner = owner
      self.phase = phase
      self.mode = mode
      self.requiresFence = requiresFence
      self.writers = writers
      self.source = source
      self.target = target
      self.epoch = epoch
      self.location = location
      self.collection = collection
      self.tables = tables
    }
  }

  /// The mapping set's name.
  public var set: String
  /// The newest fence there is: how many phases have been set.
  public var epoch: Int
  public var stores: [Store]
  public var entities: [Entity]
  public var roles: [GuardRole]
  public var crossings: [Crossing]

  public init(
    set: String, epoch: Int = 0, stores: [Store], entities: [Entity], roles: [GuardRole] = [],
    crossings: [Crossing] = []
  ) {
    self.set = set
    self.epoch = epoch
    self.stores = stores
    self.entities = entities
    self.roles = roles
    self.crossings = crossings
  }

  /// The store of this name; or the only one of this kind, where the name is a kind's word.
  public func store(named name: String) -> Int? {
    if let index = stores.firstIndex(where: { isSameName($0.name, name) }) { return index }
    let ofKind = stores.indices.filter { isSameName(stores[$0].kind.rawValue, name) }
    return ofKind.count == 1 ? ofKind[0] : nil
  }

  /// The entity of this name.
  public func entity(named name: String) -> Int? { entities.firstIndex { isSameName($0.name, name) } }

  /// The entity that a collection or table belongs to. A table of Postgres is named with its schema.
  public func entity(of collection: String, in store: Int) -> Int? {
    entities.firstIndex { entity in
      (entity.source == store && entity.collection == collection)
        || (entity.target == store && entity.tables.contains { $0.display == collection })
    }
  }

  /// The roles that may write an entity because one of their writers may, or all roles that speak for a writer at all where
  /// the entity names none.
  public func roles(writing entity: Int) -> [String] {
    let writers = entities[entity].writers
    return roles.filter { role in
      writers.contains(role.name)
        || (writers.isEmpty ? !role.writers.isEmpty : role.writers.contains { writers.contains($0) })
    }.map(\.name)
  }
}

extension GuardPlan {
  /// Compiles a mapping set.
  ///
  /// - Parameter live: the phases that were set; those of the mapping count for the other entities.
  public init(_ set: MappingSet, live: LivePhases = LivePhases()) {
    var stores = set.stores.map { Store(name: $0.name, kind: $0.kind) }
    let target = set.targetStore
    if !stores.contains(where: { $0.name == target.name }) {
      stores.append(Store(name: target.name, kind: target.kind))
    }
    let targetIndex = stores.firstIndex { $0.name == target.name }
    let entities = set.entities.map { entity in
      let isCore = entity.owner == .core
      let phase = isCore ? live.entities[entity.name] : nil
      return Entity(
        name: entity.name, owner: entity.owner, phase: isCore ? phase?.word ?? entity.phase.rawValue : nil,
        mode: entity.guardRules.mode ?? set.guardRules.mode, requiresFence: entity.guardRules.requiresFence,
        writers: entity.writers, source: stores.firstIndex { $0.name == entity.store } ?? 0,
        target: isCore ? targetIndex : nil, epoch: phase?.epoch ?? 0, location: entity.location,
        collection: entity.collection,
        tables: isCore
          ? (entity.table.map { [$0] } ?? []) + entity.children.flatMap(\.all).map(\.table) : [])
    }
    self.init(
      set: set.name, epoch: live.epoch, stores: stores, entities: entities, roles: set.guardRules.roles,
      crossings: set.crossings)
  }
}
