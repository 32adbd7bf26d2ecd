internal import Glibc
internal import Synchronization

/// Counts in memory what mode `observe` lets pass. Every count is exact, whatever number of threads count at once.
///
/// Threads count in different tables, so that they hardly ever wait for each other. ``drain()`` takes the counts out; an
/// ``ObservationFlusher`` brings them to a sink.
public final class GuardObservations: Sendable {
  /// One table and its lock. A class, for locks can't be moved.
  private final class Shard: Sendable {
    let table = Mutex(ObservationTable())
  }

  private let shards: [Shard]
  private let log: (@Sendable (GuardObservation) -> Void)?
  /// Sees every write that is asked for; nil but in tests.
  let witness: (@Sendable (WitnessedWrite) -> Void)?

  /// - Parameters:
  ///   - log: called on the first sight of each kind of wrong write, on the writer's thread: for a line in the
  ///     program's log. A kind may be announced once for each of a few threads. Keep it short.
  ///   - witness: called for every write that is asked for, right or wrong, on the writer's thread, before a wrong one is refused.
  ///     For tests: it costs an allocation for each write.
  public init(
    log: (@Sendable (GuardObservation) -> Void)? = nil, witness: (@Sendable (WitnessedWrite) -> Void)? = nil
  ) {
    self.witness = witness
    shards = (0..<16).map { _ in Shard() }
    self.log = log
  }

  /// Takes out all that was counted since the last time.
  public func drain() -> [GuardObservation] {
    Self.merged(shards.flatMap { $0.table.withLock { $0.drain() } })
  }

  /// All that was counted since the last ``drain()``; leaves it where it is.
  public var counted: [GuardObservation] { Self.merged(shards.flatMap { $0.table.withLock(\.counted) }) }

  func record(_ reason: GuardReason, _ attempt: WriteAttempt, _ compiled: CompiledPlan) {
    // Threads' descriptors are pages apart; the middle bits differ.
    let thread = UInt64(pthread_self()) &* 0x9E37_79B9_7F4A_7C15
    let time = UTCTime.lastTick
    let isFirst = shards[Int(thread >> 60)].table.withLock {
      $0.count(reason, attempt, set: compiled.plan.set, at: time)
    }
    guard isFirst, let log else { return }
    log(
      GuardObservation(
        set: compiled.plan.set, entity: attempt.entity ?? "", store: attempt.store ?? "",
        operation: attempt.operation, reason: reason, writer: attempt.writer,
        caller: attempt.caller.description, times: 1, firstSeen: time, lastSeen: time))
  }

  /// Counts of the same kind from several tables as one, in an order that doesn't depend on threads.
  private static func merged(_ parts: [GuardObservation]) -> [GuardObservation] {
    var merged: [GuardObservation: GuardObservation] = [:]
    for part in parts {
      var kind = part
      kind.times = 0
      kind.firstSeen = UTCTime(microseconds: 0)
      kind.lastSeen = UTCTime(microseconds: 0)
      guard var sum = merged[kind] else {
        merged[kind] = part
        continue
      }
      sum.times += part.times
      sum.firstSeen = min(sum.firstSeen, part.firstSeen)
      sum.lastSeen = max(sum.lastSeen, part.lastSeen)
      merged[kind] = sum
    }
    return merged.values.sorted {
      ($0.entity, $0.store, $0.caller, $0.operation.rawValue, $0.reason.rawValue, $0.writer ?? "")
        < ($1.entity, $1.store, $1.caller, $1.operation.rawValue, $1.reason.rawValue, $1.writer ?? "")
    }
  }
}
