internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import RecordSources

/// Hands chunks to the workers of this process, out of what the run's tables say is free for all: entities in load order,
/// each once those that it refers to are complete; chunks planned only as they are needed, so that work begins at once
/// however large the source.
///
/// Nothing is known here that isn't in the tables, but which entities are complete; so any number of processes may have
/// a queue of the same run.
///
/// `@unchecked Sendable`: the stored properties that change are touched only while `condition` is locked.
final class ChunkQueue: @unchecked Sendable {
  /// What a worker is to do next.
  enum Work {
    case move(ChunkLease, RunEntity)
    /// Every chunk of the entity is done.
    case complete(entity: String, fence: Int)
  }

  private let run: Run
  private let plans: [EntityPlan]
  /// By entity: those that must be complete first.
  private let dependencies: [String: [String]]
  private let chunkSize: Int
  private let limit: Int?
  private let membership: Membership
  private let pace: Pace
  /// What the workers of this process have.
  let holdings = Holdings()
  private let condition = NSCondition()
  private let planning = NSLock()
  private var done: Set<String> = []
  private var isStopped = false
  /// Chunks that this process has moved.
  private var movedChunks = 0

  init(
    _ run: Run, plans: [EntityPlan], options: BackfillOptions, membership: Membership, pace: Pace
  ) {
    self.run = run
    self.plans = plans
    self.membership = membership
    self.pace = pace
    chunkSize = options.chunkSize
    limit = options.limit
    let names = Set(plans.map(\.entity.name))
    dependencies = Dictionary(
      plans.map { plan in
        (
          plan.entity.name,
          plan.entity.references.filter {
            $0.entity != plan.entity.name && $0.enforcement == .constraint && names.contains($0.entity)
          }.map(\.entity)
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The next work, waiting while there may be some later; nil when all is done, or the run or this process is to end.
  ///
  /// Where cursors are limited, the worker has a place for one when this returns a chunk, and none otherwise.
  func next(worker: Int, sessions: [String: any SourceSession], catalog: Catalog) throws -> Work? {
    while true {
      guard pace.waitWhileHeld(worker: worker) else { return nil }
      try SourcePlaces.reserve(sessions)
      var isReading = false
      defer { if !isReading { SourcePlaces.release(sessions) } }
      // That may have taken a while.
      if pace.wantsPause(worker: worker) { continue }
      if hasEnded { return nil }
      let ready = readyEntities()
      let member = membership.member
      StopPoint.reach(.beforeLease)
      let leased = try holdings.leasing {
        try catalog.leaseChunk(run, of: ready, for: member) ?? planNext(ready, sessions, catalog, member)
      }
      if let lease = leased {
        StopPoint.reach(.afterLease)
        // Read after the lease: a second pass may have begun in between.
        do {
          guard let entity = try catalog.entity(run, lease.entity) else { throw CatalogError.noRow }
          isReading = true
          return .move(lease, entity)
        } catch {
          // Nobody will move it: from now on it is a stray.
          holdings.letGo(of: lease)
          throw error
        }
      }
      let completion = try holdings.leasingCompletion {
        try catalog.leaseCompletion(run, of: ready, for: member)
      }
      if let (entity, fence) = completion { return .complete(entity: entity, fence: fence) }
      if try isComplete(catalog) { return nil }
      SourcePlaces.release(sessions)
      if readyEntities() == ready { wait() }
    }
  }

  /// Whether there is nothing more to do here.
  var hasEnded: Bool {
    condition.lock()
    defer { condition.unlock() }
    return isStopped || !membership.isRunning
  }

  /// Entities that aren't complete, and whose dependencies are, in load order.
  private func readyEntities() -> [String] {
    condition.lock()
    defer { condition.unlock() }
    return plans.map(\.entity.name).filter { name in
      !done.contains(name) && (dependencies[name] ?? []).allSatisfy(done.contains)
    }
  }

  /// Looks which entities are complete by now; whether all are.
  private func isComplete(_ catalog: Catalog) throws -> Bool {
    let complete = Set(try catalog.entities(run).values.filter(\.isDone).map(\.entity))
    condition.lock()
    defer { condition.unlock() }
    done = complete
    return plans.allSatisfy { complete.contains($0.entity.name) }
  }

  /// Plans a chunk of the first entity that has one, and leases it to this process. Workers of one process queue up;
  /// other processes look at the next entity meanwhile.
  private func planNext(
    _ ready: [String], _ sessions: [String: any SourceSession], _ catalog: Catalog, _ member: Member
  ) throws -> ChunkLease? {
    planning.lock()
    defer { planning.unlock() }
    return try catalog.planning(run, of: ready) { entity -> ChunkLease? in
      guard let plan = plans.first(where: { $0.entity.name == entity.entity }),
        let session = sessions[plan.entity.store]
      else { throw SourceProblem(entity: entity.entity, message: "no source is configured for it") }
      let size = min(chunkSize, limit.map { max(0, $0 - entity.plannedRecords) } ?? chunkSize)
      let range = ChunkRange(lower: entity.plannedTo, upper: nil)
      let upper = try session.boundary(of: plan, in: range, size: size)
      if let upper, upper == entity.plannedTo {
        throw SourceProblem(
          entity: entity.entity,
          message:
            "\(size) records and more have the same place in the source's order, so it can't be read in chunks; use"
            + " a key that tells them apart")
      }
      let chunk = Chunk(number: entity.nextChunk, lower: entity.plannedTo, upper: upper, size: size)
      let isLast = upper == nil || limit.map { entity.plannedRecords + size >= $0 } ?? false
      StopPoint.reach(.beforePlan)
      let lease = try catalog.plan(run, entity: entity.entity, chunk, isLast: isLast, for: member)
      StopPoint.reach(.afterPlan)
      return lease
    } ?? nil
  }

  /// Waits a moment, or until something here has changed.
  private func wait() {
    membership.whileWaiting {
      condition.lock()
      if !isStopped { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.1)) }
      condition.unlock()
    }
  }

  /// How many chunks this process has moved so far.
  var movedCount: Int {
    condition.lock()
    defer { condition.unlock() }
    return movedChunks
  }

  /// Counts a chunk, and tells those that wait here.
  func moved() {
    condition.lock()
    movedChunks += 1
    condition.unlock()
    changed()
  }

  /// Tells those that wait here that they should look again.
  func changed() {
    condition.lock()
    condition.broadcast()
    condition.unlock()
  }

  /// Lets every worker of this process end after its chunk.
  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    condition.unlock()
  }
}
