internal import Catalog
internal import Executors
internal import Foundation
internal import Guardrails
internal import Mapping
internal import Postgres
internal import Synchronization

extension LiveGuardrails {
  /// How often a program that observes nothing wrong says so.
  private static let heartbeat = Duration.seconds(60)

  /// Asks the target now whether a phase was set. The thread that follows does so by itself.
  ///
  /// - Throws: `PostgresError`; ``EpochWentBack``.
  public func refresh() throws {
    do {
      try follow()
      phases.heard()
      problems.withLock { $0.following = nil }
    } catch {
      problems.withLock { $0.following = error }
      throw error
    }
  }

  /// Brings the counts to the target now. What it doesn't take is kept and offered again.
  ///
  /// - Throws: `PostgresError`.
  public func flush() throws {
    do {
      try flusher?.flush()
      problems.withLock { $0.flushing = nil }
    } catch {
      problems.withLock { $0.flushing = error }
      throw error
    }
  }

  /// How many wrong writes the target hasn't heard of yet.
  public var unwritten: Int { flusher?.unwritten ?? 0 }

  /// Ends the following, and brings the last counts to the target. Later calls do nothing. ``current`` stays as it is then.
  ///
  /// - Returns: whether the target has taken all counts; if not, ``lastError`` says why and ``flush()`` may be tried again.
  @discardableResult
  public func close() -> Bool {
    let isClosed = stop.isSet
    stop.set()
    while !ended.isSet { Pause.wait(.seconds(1), unless: ended) }
    if isClosed, unwritten == 0 { return true }
    do {
      try flush()
    } catch {
      // In `lastError`, and said by the result.
      return false
    }
    link.close()
    return true
  }

  /// Loads the phases if the epoch is another than the one that is known.
  private func follow() throws {
    let known = phases.epoch
    let name = set.name
    let live = try link.with { connection -> LivePhases? in
      if known > 0 {
        let row = try connection.query(
          "SELECT epoch FROM kedge.epochs WHERE set_name = $1", [.text(name)]
        ).first
        if try row?.int("epoch") == known { return nil }
      }
      return try Catalog(connection).livePhases(of: name)
    }
    guard let live else { return }
    guard live.epoch >= known else { throw EpochWentBack(set: name, known: known, found: live.epoch) }
    phases.install(GuardPlan(set, live: live))
  }

  /// Starts the thread that follows. It holds this object only while it works, so that one that nobody has any more ends.
  func start() throws {
    let (stop, ended, options) = (stop, ended, options)
    try DedicatedThread(name: "kedge-guard") { [weak self] in
      defer { ended.set() }
      let clock = ContinuousClock()
      var nextFlush = clock.now + options.flushInterval
      var nextWord = clock.now
      while !stop.isSet {
        Pause.wait(options.refreshInterval, unless: stop)
        guard !stop.isSet, let self else { return }
        self.turn(mayFlush: clock.now >= nextFlush, mustFlush: clock.now >= nextWord) { hasFlushed in
          nextFlush = clock.now + options.flushInterval
          if hasFlushed { nextWord = clock.now + Self.heartbeat }
        }
      }
    }.detach()
  }

  private func turn(mayFlush: Bool, mustFlush: Bool, _ done: (_ hasFlushed: Bool) -> Void) {
    do {
      try refresh()
      guard mayFlush || mustFlush else { return }
      let isDue = mustFlush || unwritten > 0
      if isDue { try flush() }
      done(isDue)
    } catch {
      // In `lastError`; the next turn tries again.
      return
    }
  }
}

/// Waits on a condition, so that the end of the program needn't wait for the end of an interval.
private enum Pause {
  static func wait(_ duration: Duration, unless stop: StopFlag) {
    let condition = NSCondition()
    let registration = stop.onSet {
      condition.lock()
      condition.broadcast()
      condition.unlock()
    }
    defer { registration.remove() }
    let end = ContinuousClock.now + duration
    condition.lock()
    defer { condition.unlock() }
    while !stop.isSet {
      let left = ContinuousClock.now.duration(to: end) / .seconds(1)
      guard left > 0 else { return }
      // In pieces, for the condition waits by the wall clock, which somebody may set.
      _ = condition.wait(until: Date(timeIntervalSinceNow: min(left, 30)))
    }
  }
}

/// The target knows fewer phases than it did: it is another database by now, or one from a backup.
public struct EpochWentBack: Error, Sendable, Equatable, CustomStringConvertible {
  /// The mapping set's name.
  public let set: String
  /// The epoch that was known.
  public let known: Int
  /// The epoch that the target says.
  public let found: Int

  /// The error as a sentence that says what to do.
  public var description: String {
    "the target says epoch \(found) of the mapping set \"\(set)\", and has said \(known) before: it is another database by"
      + " now, or was restored from a backup. The phases of epoch \(known) stay in use. Check where entities are owned"
      + " (kedge phase show), and start this program anew"
  }
}
