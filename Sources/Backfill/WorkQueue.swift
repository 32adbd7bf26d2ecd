internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import RecordSources

/// Hands chunks to workers: entities in load order, each once those that it refers to are complete; chunks planned only
/// as they are needed, so that work begins at once however large the source.
///
/// `@unchecked Sendable`: every stored property is touched only while `condition` is locked.
final class WorkQueue: @unchecked Sendable {
  struct Work {
    var index: Int
    /// Nil where every chunk is done already and the entity only has to be completed: a process died in between.
    var chunk: Chunk?
    /// Rows go straight into the table; otherwise they are merged.
    var isFresh: Bool
    /// See ``RunEntity/isRecount``.
    var isRecount: Bool
  }

  struct EntityState {
    var plan: EntityPlan
    /// Indexes of entities that must be complete first.
    var dependencies: [Int]
    var isFresh: Bool
    var isRecount: Bool
    /// Planned by an earlier process, or put back for a second pass.
    var open: [Chunk]
    var nextLower: BSONDocument?
    var nextNumber: Int
    var isPlanned: Bool
    /// Records that `--limit` still allows.
    var remaining: Int?
    var running = 0
    var isDone: Bool
  }

  private let condition = NSCondition()
  private var entities: [EntityState]
  private var isStopped = false
  private let chunkSize: Int
  private let run: Run

  init(_ entities: [EntityState], chunkSize: Int, run: Run) {
    self.entities = entities
    self.chunkSize = chunkSize
    self.run = run
  }

  /// The next chunk, waiting while there may be one later; nil when all is done or stopped.
  func next(sessions: [String: any SourceSession], catalog: Catalog) throws -> Work? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if isStopped { return nil }
      var isFinished = true
      for index in entities.indices where !entities[index].isDone {
        isFinished = false
        guard entities[index].dependencies.allSatisfy({ entities[$0].isDone }) else { continue }
        guard let session = sessions[entities[index].plan.entity.store] else { continue }
        let chunk = try take(index, session, catalog)
        if chunk != nil || (entities[index].running == 0 && entities[index].isPlanned) {
          entities[index].running += 1
          return Work(
            index: index, chunk: chunk, isFresh: entities[index].isFresh,
            isRecount: entities[index].isRecount)
        }
      }
      if isFinished { return nil }
      condition.wait()
    }
  }

  /// A chunk of this entity: one left over, or a newly planned one. The lock is held while the source is asked for the
  /// chunk's upper bound; that is one index step per chunk.
  private func take(_ index: Int, _ session: any SourceSession, _ catalog: Catalog) throws -> Chunk? {
    if !entities[index].open.isEmpty { return entities[index].open.removeFirst() }
    if entities[index].isPlanned { return nil }
    let state = entities[index]
    let size = min(chunkSize, state.remaining ?? chunkSize)
    let upper = try session.boundary(of: state.plan, from: state.nextLower, size: size)
    if let upper, upper == state.nextLower {
      throw SourceProblem(
        entity: state.plan.entity.name,
        message:
          "\(size) records and more have the same place in the source's order, so it can't be read in chunks; use"
          + " a key that tells them apart")
    }
    let chunk = Chunk(number: state.nextNumber, lower: state.nextLower, upper: upper)
    let remaining = state.remaining.map { $0 - size }
    let isLast = upper == nil || remaining == 0
    StopPoint.reach(.beforePlan)
    try catalog.plan(run, entity: state.plan.entity.name, chunk, isLast: isLast)
    StopPoint.reach(.afterPlan)
    entities[index].remaining = remaining
    entities[index].nextLower = upper
    entities[index].nextNumber += 1
    entities[index].isPlanned = isLast
    return chunk
  }

  /// Tells that a chunk is committed; true when it was the entity's last, which the caller then completes before it
  /// calls ``complete(_:)``.
  func finish(_ index: Int) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    let state = entities[index]
    // Who completes the entity keeps it running, so that nobody else takes that on.
    if state.running == 1 && state.isPlanned && state.open.isEmpty { return true }
    entities[index].running -= 1
    return false
  }

  /// Marks an entity complete, so that those that refer to it may begin.
  func complete(_ index: Int) {
    condition.lock()
    entities[index].isDone = true
    condition.broadcast()
    condition.unlock()
  }

  /// Lets every worker end after its chunk.
  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    condition.unlock()
  }
}
