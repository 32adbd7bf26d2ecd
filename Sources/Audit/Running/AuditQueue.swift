internal import Backfill
internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import RecordSources

/// Hands out the chunks of all entities, one after the other, so that every worker has work as long as there is any: the
/// largest entity isn't left to one. Chunks are planned as they are asked for.
///
/// `@unchecked Sendable`: what changes is touched only while `condition` is locked.
final class AuditQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private let states: [EntityState]
  private let run: Run
  private let planner: ChunkPlanner
  private let stop: StopFlag
  private let deadline: Date?

  init(
    _ states: [EntityState], run: Run, planner: ChunkPlanner, stop: StopFlag, deadline: Date?
  ) {
    self.states = states
    self.run = run
    self.planner = planner
    self.stop = stop
    self.deadline = deadline
  }

  private func locked<T>(_ body: () throws -> T) rethrows -> T {
    condition.lock()
    defer { condition.unlock() }
    return try body()
  }

  /// The next chunk with its entity's number and way; nil when there is none, or no time for one.
  func next(_ worker: AuditWorker) throws -> (entity: Int, way: AuditWay, chunk: AuditChunk)? {
    condition.lock()
    defer { condition.unlock() }
    while !stop.isSet {
      if let deadline, Date() >= deadline { return nil }
      for state in states where !state.isDone && !state.isDisordered {
        if var chunk = state.waiting.first {
          state.waiting.removeFirst()
          if state.way == nil { state.way = try planner.way(of: state.plan, worker) }
          if case .whole = state.way { chunk.isWhole = true }
          state.active += 1
          return (state.index, state.way ?? .join, chunk)
        }
        if state.isPlanned { continue }
        do {
          let chunk = try planner.next(state, worker)
          state.active += 1
          return (state.index, state.way ?? .join, chunk)
        } catch is Disorder { try disorder(state, worker) }
      }
      // Another worker may yet find that its entity has to be joined.
      guard states.contains(where: { !$0.isDone }) else { return nil }
      if states.contains(where: { $0.active > 0 }) {
        _ = condition.wait(until: Date(timeIntervalSinceNow: 0.1))
      }
    }
    return nil
  }

  /// Whether the entity's chunks still count.
  func isCurrent(_ entity: Int) -> Bool { locked { !states[entity].isDisordered } }

  /// Writes a finished chunk down, unless the entity begins anew.
  func finish(
    _ entity: Int, _ chunk: AuditChunk, _ tally: AuditTally, records: Int, sampled: Int, seconds: Double,
    _ worker: AuditWorker
  ) throws -> Bool {
    try locked {
      let state = states[entity]
      guard !state.isDisordered else {
        try letGo(state, worker)
        return false
      }
      try worker.connection.transaction {
        try worker.ledger.finish(
          run, state.plan.entity.name, chunk: chunk.number, tally, records: records, sampled: sampled,
          seconds: seconds)
      }
      state.tally += tally
      state.records += records
      state.sampled += sampled
      state.seconds += seconds
      state.active -= 1
      condition.broadcast()
      return state.isDone
    }
  }

  /// A chunk found that the sides don't sort alike, or was told so.
  func abandon(_ entity: Int, _ worker: AuditWorker) throws {
    try locked {
      states[entity].isDisordered = true
      try letGo(states[entity], worker)
    }
  }

  private func letGo(_ state: EntityState, _ worker: AuditWorker) throws {
    state.active -= 1
    try disorder(state, worker)
  }

  /// Begins the join once nobody is at the entity's chunks any more.
  private func disorder(_ state: EntityState, _ worker: AuditWorker) throws {
    state.isDisordered = true
    guard state.active == 0 else { return }
    if case .sample = state.way {
      // A sample is drawn again, of records alone.
      try worker.connection.transaction { try worker.ledger.forget(run, state.plan.entity.name) }
      state.way = .sample(nil)
      state.waiting = []
      (state.plannedTo, state.plannedKey, state.nextNumber, state.isPlanned) = (nil, nil, 0, false)
    } else {
      state.waiting = [try worker.ledger.beginJoin(run, state.plan.entity.name)]
      state.way = .join
      state.isPlanned = true
    }
    state.sampled = 0
    state.tally = AuditTally()
    state.records = 0
    state.isDisordered = false
    condition.broadcast()
  }
}
