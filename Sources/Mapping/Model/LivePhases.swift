/// Where a set's entities stand now, as the target's schema `kedge` says. A phase that was set wins over the mapping's.
public struct LivePhases: Sendable, Equatable {
  /// One entity's phase, and the epoch in which it began.
  public struct Phase: Sendable, Equatable {
    /// As it is stored. A newer Kedge may know words that this one doesn't.
    public var word: String
    public var epoch: Int

    public init(word: String, epoch: Int) {
      self.word = word
      self.epoch = epoch
    }
  }

  /// How many phases have been set in this mapping set: the fence that a writer who has seen them all carries.
  public var epoch: Int
  /// By the entity's name; of entities whose phase was set.
  public var entities: [String: Phase]

  public init(epoch: Int = 0, entities: [String: Phase] = [:]) {
    self.epoch = epoch
    self.entities = entities
  }
}

/// A stored phase that this version doesn't know.
public struct UnknownPhase: Error, Sendable, Equatable, CustomStringConvertible {
  public let entity: String
  public let word: String

  public init(entity: String, word: String) {
    self.entity = entity
    self.word = word
  }

  public var description: String {
    "entity \"\(entity)\" is in phase \"\(word)\", says schema kedge, and this kedge doesn't know that phase; it knows"
      + " \(Entity.Phase.allCases.map(\.rawValue).joined(separator: ", ")). Use the kedge that set it"
  }
}

extension MappingSet {
  /// The set with its core entities in the phases that they are in now.
  ///
  /// - Throws: ``UnknownPhase``.
  public func applying(_ live: LivePhases) throws(UnknownPhase) -> MappingSet {
    var set = self
    for index in set.entities.indices where set.entities[index].owner == .core {
      let name = set.entities[index].name
      guard let stored = live.entities[name] else { continue }
      guard let phase = Entity.Phase(rawValue: stored.word) else {
        throw UnknownPhase(entity: name, word: stored.word)
      }
      set.entities[index].phase = phase
    }
    return set
  }
}
