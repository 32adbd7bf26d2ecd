internal import Guardrails
internal import Mapping
internal import Synchronization

/// The phases as they are known now, for any number of threads: reading them is one load of an address.
final class KnownPhases: GuardrailsProvider {
  /// One state of the phases, in both of its forms.
  private final class Snapshot: Sendable {
    let guardrails: Guardrails
    /// The same when nobody can say any more which phases those are.
    let outdated: Guardrails

    init(_ guardrails: Guardrails) {
      self.guardrails = guardrails
      outdated = guardrails.with(guardrails.plan.withoutPhases)
    }
  }

  /// Every state since the beginning, one for each phase that was set meanwhile: a reader may be about to take an old one up, so
  /// none is freed before this object is.
  private let snapshots: Mutex<[Snapshot]>
  private let newest: Atomic<Unmanaged<Snapshot>>
  /// The uptime at the last answer.
  private let answered: Atomic<Int>
  /// Nanoseconds; nil for none.
  private let limit: Int?

  init(_ guardrails: Guardrails, limit: Duration?) {
    let first = Snapshot(guardrails)
    snapshots = Mutex([first])
    newest = Atomic(Unmanaged.passUnretained(first))
    answered = Atomic(UpTime.now)
    self.limit = limit.map { duration in
      let parts = duration.components
      return Int(parts.seconds) * 1_000_000_000 + Int(parts.attoseconds / 1_000_000_000)
    }
  }

  var current: Guardrails {
    let snapshot = newest.load(ordering: .acquiring).takeUnretainedValue()
    return isOutdated ? snapshot.outdated : snapshot.guardrails
  }

  /// By the clock, not by a thread that may hang itself.
  var isOutdated: Bool {
    guard let limit else { return false }
    return UpTime.now - answered.load(ordering: .relaxed) > limit
  }

  var age: Duration { .nanoseconds(UpTime.now - answered.load(ordering: .relaxed)) }

  /// The epoch that is known, though it may be outdated.
  var epoch: Int { newest.load(ordering: .acquiring).takeUnretainedValue().guardrails.epoch }

  /// Puts newer phases in the old ones' place. Those that come late, from a thread that was slower, are left out.
  func install(_ plan: GuardPlan) {
    snapshots.withLock { snapshots in
      guard let last = snapshots.last, plan.epoch >= last.guardrails.epoch, plan != last.guardrails.plan
      else { return }
      let snapshot = Snapshot(last.guardrails.with(plan))
      snapshots.append(snapshot)
      newest.store(Unmanaged.passUnretained(snapshot), ordering: .releasing)
    }
  }

  /// Notes that the target has answered.
  func heard() { answered.store(UpTime.now, ordering: .relaxed) }
}

extension GuardPlan {
  /// The plan of one who can't say any more which phases there are: what is enforced has none, so that it is refused.
  fileprivate var withoutPhases: GuardPlan {
    var plan = self
    for index in plan.entities.indices
    where plan.entities[index].owner == .core && plan.entities[index].mode == .enforce {
      plan.entities[index].phase = nil
    }
    return plan
  }
}
