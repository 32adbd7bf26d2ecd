internal import Catalog
internal import Mapping

/// Stops an entity's run once it has more quarantined records than the mapping allows, so that a wrong mapping ends
/// early. One judge belongs to one worker.
final class LimitJudge {
  private let limit: QuarantineLimit
  private let catalog: Catalog
  private let set: String
  private let entity: String
  private let run: Run
  /// Of the run's chunks that are done: what waited when the one at hand began, and what had been read when that was asked
  /// last. Adding up half a million chunks for each of them would take longer than moving them, and an old sum only makes a
  /// share look larger than it is: the sum is asked anew before anything follows from it.
  private var before = (quarantined: 0, read: 0)

  /// Nil where the mapping sets no limit.
  init?(_ plan: EntityPlan, set: String, run: Run, catalog: Catalog) {
    guard let limit = plan.entity.quarantineLimit else { return nil }
    self.limit = limit
    self.catalog = catalog
    self.set = set
    self.run = run
    entity = plan.entity.name
  }

  func beginChunk() throws {
    before.quarantined = try catalog.quarantineCount(set: set, entity: entity, since: run.id)
  }

  /// Whether it is worth asking ``check(_:atEnd:)``, after so much of the chunk. Asks no server.
  func isDue(_ chunk: Tally) -> Bool {
    chunk.quarantined > 0
      && limit.isExceeded(
        quarantined: before.quarantined + chunk.quarantined, read: before.read + chunk.read, atEnd: false)
  }

  /// Counts the records that wait; those of the chunk at hand must have been written.
  ///
  /// - Throws: `BackfillError.quarantineLimit`.
  func check(_ chunk: Tally, atEnd: Bool = false) throws {
    let found = try catalog.quarantineCount(set: set, entity: entity, since: run.id)
    guard atEnd || limit.isExceeded(quarantined: found, read: before.read + chunk.read, atEnd: true) else {
      return
    }
    before.read = try catalog.tally(run, entity: entity).tally.read
    let read = before.read + chunk.read
    guard limit.isExceeded(quarantined: found, read: read, atEnd: atEnd) else { return }
    throw BackfillError.quarantineLimit(entity: entity, limit: limit, found: found, read: read)
  }
}
