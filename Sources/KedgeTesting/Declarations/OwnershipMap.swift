public import Guardrails
public import Mapping

/// What a mapping set declares, as tests ask for it.
///
/// For example:
/// ```swift
/// let mappings = try OwnershipMap(folder: "mappings/shop")
/// expectOwner("users", is: .core, in: mappings)
/// ```
public struct OwnershipMap: Sendable {
  /// The set.
  public let set: MappingSet
  /// Who may write what, compiled from the set and its phases.
  public let plan: GuardPlan

  /// Reads and checks a mapping set.
  ///
  /// - Parameters:
  ///   - folder: from the folder of the package whose test this is, or absolute.
  ///   - phases: the phases in which the tests run, by the entity's name; the others are in those of the mapping.
  ///   - epoch: how many phases have been set; the epoch in which each of `phases` began, too.
  /// - Throws: `MappingErrors`, which name everything that is wrong with file, line and column.
  public init(
    folder: String, phases: [String: Entity.Phase] = [:], epoch: Int = 0, fileID: String = #fileID,
    filePath: String = #filePath
  ) throws {
    let place = TestPlace(fileID: fileID, filePath: filePath, line: 1, column: 1)
    self.init(try MappingSet.load(directory: place.resolve(folder)), phases: phases, epoch: epoch)
  }

  /// - Parameter set: a set that was read already.
  public init(_ set: MappingSet, phases: [String: Entity.Phase] = [:], epoch: Int = 0) {
    self.set = set
    let live = phases.mapValues { LivePhases.Phase(word: $0.rawValue, epoch: epoch) }
    plan = GuardPlan(set, live: LivePhases(epoch: epoch, entities: live))
  }

  /// A plan that was made by other means, and the set that it is of.
  public init(_ set: MappingSet, plan: GuardPlan) {
    self.set = set
    self.plan = plan
  }

  /// The place of an entity's declaration, for messages.
  func declaration(of entity: GuardPlan.Entity) -> String {
    "\(entity.location.file):\(entity.location.line)"
  }

  /// The names of the declared entities, for messages.
  var entityNames: String { plan.entities.map(\.name).sorted().joined(separator: ", ") }
}
