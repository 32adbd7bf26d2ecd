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
/// Nothing is known here that isn't in the tables, but which entities were planned or complete when last looked at; so any number of processes may have
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
  private let plansByName: [String: EntityPlan]
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
  private var planned: Set<String> = []
  /// Names in one question to the server, which would else grow with the number of entities, for each of them.
  private static let window = 32
  private var isStopped = false
  /// Chunks that this process has moved.
  private var movedChunks = 0

  init(
    _ run: Run, plans: [EntityPlan], options: BackfillOptions, membership: Membership, pace: Pace
  ) {
    self.run = run
    self.plans = plans
    plansByName = Dictionary(plans.map { ($0.entity.name, $0) }, uniquingKeysWith: { first, _ in first })
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
      let (toPlan, toComplete) = candidates()
      let member = membership.member
      StopPoint.reach(.beforeLease)
      let leased = try holdings.leasing {
        try catalog.leaseChunk(run, for: member) ?? planNext(toPlan, sessions, catalog, member)
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
        try catalog.leaseCompletion(run, of: toComplete, for: member)
      }
      if let (entity, fence) = completion { return .complete(entity: entity, fence: fence) }
      let (isNew, isComplete) = try look(catalog)
      if isComplete { return nil }
      SourcePlaces.release(sessions)
      if !isNew { wait() }
    }
  }

  /// Whether there is nothing more to do here.
  var hasEnded: Bool {
    condition.lock()
    defer { condition.unlock() }
    return isStopped || !membership.isRunning
  }

  /// The first entities, in load order, that may have chunks to plan, as those that they refer to are complete; and the
  /// first that may have nothing but their completion left.
  private func candidates() -> (toPlan: [String], toComplete: [String]) {
    condition.lock()
    defer { condition.unlock() }
    var (toPlan, toComplete): ([String], [String]) = ([], [])
    for plan in plans where !done.contains(plan.entity.name) {
      let name = plan.entity.name
      if planned.contains(name) {
        if toComplete.count < Self.window { toComplete.append(name) }
      } else if toPlan.count < Self.window, (dependencies[name] ?? []).allSatisfy(done.contains) {
        toPlan.append(name)
      }
      if toPlan.count == Self.window, toComplete.count == Self.window { break }
    }
    return (toPlan, toComplete)
  }

  /// Looks which entities are planned and complete by now.
  ///
  /// - Returns: whether that is news, and whether all are complete.
  private func look(_ catalog: Catalog) throws -> (isNew: Bool, isComplete: Bool) {
    let entities = try catalog.entities(run).values
    let (complete, whole) = (
      Set(entities.filter(\.isDone).map(\.entity)), Set(entities.filter(\.isPlanned).map(\.entity))
    )
    condition.lock()
    defer { condition.unlock() }
    let isNew = complete != done || whole != planned
    (done, planned) = (complete, whole)
    return (isNew, plans.allSatisfy { complete.contains($0.entity.name) })
  }

  /// Told of an entity that this process has completed.
  func completed(_ name: String) {
    condition.lock()
    defer { condition.unlock() }
    done.insert(name)
  }

  /// Plans a chunk of the first entity that has one, and leases it to this process. Workers of one process queue up;
  /// other processes look at the next entity meanwhile.
  private func planNext(
    _ names: [String], _ sessions: [String: any SourceSession], _ catalog: Catalog, _ member: Member
  ) throws -> ChunkLease? {
    planning.lock()
    defer { planning.unlock() }
    return try catalog.planning(run, of: names) { entity -> ChunkLease? in
      guard let plan = plansByName[entity.entity], let session = sessions[plan.entity.store]
      else { throw SourceProblem(entity: entity.entity, message: "no source is configured for it") }
      let size = min(chunkSize, limit.map { max(0, $0 - entity.plannedRecords) } ?? chunkSize)
      // A limit is a number of records, and so counted.
      let upper =
        try limit == nil
        ? session.chunkBoundary(of: plan, from: entity.plannedTo, size: size)
        : session.boundary(of: plan, in: ChunkRange(lower: entity.plannedTo), size: size)
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
      if isLast {
        condition.lock()
        planned.insert(entity.entity)
        condition.unlock()
      }
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
