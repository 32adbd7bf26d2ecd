internal import Executors
internal import Foundation

/// How fast the workers of this process may go, and whether at all: steered from outside while they work.
///
/// `@unchecked Sendable`: every stored property that changes is touched only while `condition` is locked.
final class Pace: @unchecked Sendable {
  private let condition = NSCondition()
  private var limit: RateLimit?
  /// Counts the limits that there have been, so that who waits for an earlier one's leave hears of a new one.
  private var limits = 0
  private var isPaused = false
  private var load: LoadHold?
  /// What was said last about standing still.
  private var announced: Hold?
  private let window: MaintenanceWindow?
  private let stop: StopFlag
  private let announce: @Sendable (String) -> Void
  private let now: @Sendable () -> Date
  private var registration: StopFlag.Registration?

  /// - Parameters:
  ///   - rate: records per second of this process; nil for no limit.
  ///   - window: the hours in which work may be done; nil for all.
  ///   - announce: told, in one line, when workers begin to wait and when they go on.
  init(
    rate: Double?, window: MaintenanceWindow? = nil, stop: StopFlag,
    now: @escaping @Sendable () -> Date = { Date() },
    announce: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.window = window
    self.stop = stop
    self.now = now
    self.announce = announce
    limit = rate.map { RateLimit(rate: $0, now: now()) }
    registration = stop.onSet { [weak self] in self?.wake() }
  }

  deinit { registration?.remove() }

  private func locked<T>(_ body: () -> T) -> T {
    condition.lock()
    defer { condition.unlock() }
    return body()
  }

  private func wake() { locked { condition.broadcast() } }

  // MARK: Steering

  /// Sets the limit of this process; what was used before doesn't count.
  func set(rate: Double?) {
    locked {
      guard rate != limit?.rate else { return }
      limit = rate.map { RateLimit(rate: $0, now: now()) }
      limits += 1
      condition.broadcast()
    }
  }

  /// Lets all workers stand still, or go on.
  func set(isPaused: Bool) {
    locked {
      guard isPaused != self.isPaused else { return }
      self.isPaused = isPaused
      condition.broadcast()
    }
  }

  /// Lets some workers rest for the target's sake.
  func set(load: LoadHold?) {
    locked {
      guard load != self.load else { return }
      self.load = load
      condition.broadcast()
    }
  }

  // MARK: Asking

  /// Takes part of the allowance; waits on the calling (dedicated) thread until it is there, or until the worker is to
  /// stand still.
  func take(_ records: Int, worker: Int = 0) {
    condition.lock()
    defer { condition.unlock() }
    guard let due = limit?.take(records, at: now()) else { return }
    let mine = limits
    while !stop.isSet, mine == limits, hold(worker) == nil, now() < due { _ = condition.wait(until: due) }
  }

  /// Records after which a worker should ask for leave.
  var batch: Int { locked { limit?.batch ?? 1000 } }

  /// Waits while the worker is to stand still. Called between chunks, with no transaction open.
  ///
  /// - Returns: false when the process is to end.
  func waitWhileHeld(worker: Int = 0) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while !stop.isSet, let hold = hold(worker) {
      say(hold)
      switch hold {
      // Not for the whole night at once: clocks may be set in the meantime.
      case .closed(let opening): _ = condition.wait(until: min(opening, now().addingTimeInterval(30)))
      case .paused, .load: condition.wait()
      }
    }
    if !stop.isSet, announced != nil, hold(.max) == nil {
      announced = nil
      announce("going on")
    }
    return !stop.isSet
  }

  /// Whether the worker should end its chunk at the next good place.
  func wantsPause(worker: Int = 0) -> Bool { locked { hold(worker) != nil } }

  /// Whether nothing may stay open, even at the price of reading a chunk again.
  var standsStill: Bool { locked { hold(0)?.isComplete ?? false } }

  /// What to tell others about why this process holds back; nil while all its workers may work.
  var holdText: String? { locked { hold(.max).map(text) } }

  // MARK: With the lock held

  private func hold(_ worker: Int) -> Hold? {
    if isPaused { return .paused }
    if let opening = window?.opening(after: now()) { return .closed(until: opening) }
    if let load, worker >= load.working { return .load(load) }
    return nil
  }

  private func say(_ hold: Hold) {
    defer { announced = hold }
    if !hold.isLike(announced) { announce(text(hold)) }
  }

  private func text(_ hold: Hold) -> String {
    switch hold {
    case .paused: "paused; go on with: kedge resume"
    case .closed(let opening):
      "waiting until \(window?.text(opening) ?? ""), as work is to be done between \(window?.description ?? "") only"
    case .load(let load): "holding back: \(load.text)"
    }
  }
}
