internal import Catalog
internal import CommandLine
internal import Mapping
internal import Postgres
internal import Progress

extension Session {
  /// The mapping set with its entities in the phases that they are in now: those that were set, else those of the mapping.
  ///
  /// - Parameter toleratesAbsence: whether the mapping's phases do where the target can't be reached. That is said.
  func liveSet(toleratesAbsence: Bool = false) throws -> MappingSet {
    let set = try mappingSet()
    guard let settings = try existingTarget(of: set) else { return set }
    do {
      let catalog = Catalog(try PostgresConnection(settings))
      if command.path != ["reset"], let begun = try catalog.unfinishedReset(of: set.name) {
        log.warn(
          "a reset of this set, begun at \(begun) UTC, isn't finished: parts of its data are gone, others aren't yet; finish it"
            + " with: kedge reset")
      }
      return try set.applying(try catalog.livePhases(of: set.name))
    } catch let error as PostgresError where toleratesAbsence {
      log.warn("the phases are those of the mapping, since the target can't be asked: \(error)")
      return set
    }
  }
}
