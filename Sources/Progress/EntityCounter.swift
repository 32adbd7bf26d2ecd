internal import Synchronization

/// One entity's counts, added to by any number of threads without a lock.
public final class EntityCounter: Sendable {
  private let doneCount = Atomic<Int>(0)
  private let quarantinedCount = Atomic<Int>(0)

  init() {}

  /// Counts records as dealt with; `quarantined` says how many of them couldn't land.
  public func advance(by count: Int, quarantined: Int = 0) {
    doneCount.wrappingAdd(count, ordering: .relaxed)
    if quarantined > 0 { quarantinedCount.wrappingAdd(quarantined, ordering: .relaxed) }
  }

  /// How many records are dealt with.
  public var done: Int { doneCount.load(ordering: .relaxed) }

  /// How many of those went to quarantine.
  public var quarantined: Int { quarantinedCount.load(ordering: .relaxed) }
}
