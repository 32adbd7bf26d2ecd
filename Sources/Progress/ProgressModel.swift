internal import CommandLine

/// How far a piece of work has come, entity by entity. A value: it has no clock and writes nothing.
///
/// Instants are durations since any fixed moment; only their differences count.
public struct ProgressModel: Sendable, Equatable {
  /// One entity's state.
  public struct EntityState: Sendable, Equatable {
    /// The entity's name.
    public let name: String
    /// How many records are expected; an estimate, `nil` when nobody knows.
    public var total: Int?
    /// How many records are dealt with, in whatever way.
    public var done = 0
    /// How many of those went to quarantine.
    public var quarantined = 0
    /// When work began; `nil` while it waits.
    public var startedAt: Duration?
    /// When work ended.
    public var finishedAt: Duration?

    /// What is expected to be done in the end: never less than what is done.
    var expected: Int? { finishedAt == nil ? total.map { max($0, done) } : done }
  }

  private struct Sample: Sendable, Equatable {
    var instant: Duration
    var done: Int
  }

  /// The rate is that of the last ten seconds: long enough to be calm, short enough to show a stall.
  static let window: Duration = .seconds(10)

  /// The entities, in the order in which they were announced.
  public private(set) var entities: [EntityState] = []
  private var samples: [Sample] = []

  /// A model without entities.
  public init() {}

  /// How many records are dealt with, over all entities.
  public var done: Int { entities.reduce(0) { $0 + $1.done } }

  /// How many records went to quarantine, over all entities.
  public var quarantined: Int { entities.reduce(0) { $0 + $1.quarantined } }

  /// How many records are expected over all entities; `nil` when one of them has no estimate.
  public var expected: Int? {
    entities.reduce(into: Int?(0)) { sum, entity in
      sum = if let known = sum, let expected = entity.expected { known + expected } else { nil }
    }
  }

  /// The entities that are started and not finished.
  public var active: [EntityState] { entities.filter { $0.startedAt != nil && $0.finishedAt == nil } }
}

extension ProgressModel {
  /// Announces an entity whose work begins later, so that the total is right from the start.
  public mutating func expect(entity name: String, total: Int?) {
    if let index = index(of: name) {
      entities[index].total = total
    } else {
      entities.append(EntityState(name: name, total: total))
    }
  }

  /// Begins an entity. `total` is an estimate; `nil` keeps what was announced.
  public mutating func start(entity name: String, total: Int?, now: Duration) {
    expect(entity: name, total: total ?? index(of: name).flatMap { entities[$0].total })
    guard let index = index(of: name) else { return }
    entities[index].startedAt = entities[index].startedAt ?? now
    entities[index].finishedAt = nil
    if samples.isEmpty { sample(now: now) }
  }

  /// Sets an entity's counts since the start of the run. An unknown entity is left out.
  public mutating func set(entity name: String, done: Int, quarantined: Int) {
    guard let index = index(of: name) else { return }
    entities[index].done = done
    entities[index].quarantined = quarantined
  }

  /// Ends an entity.
  public mutating func finish(entity name: String, now: Duration) {
    guard let index = index(of: name) else { return }
    entities[index].finishedAt = now
  }

  /// Remembers how much is done now, for the rate. Call it before each rendering.
  public mutating func sample(now: Duration) {
    samples.append(Sample(instant: now, done: done))
    // One sample older than the window stays: it is the window's left edge.
    while samples.count > 2, samples[1].instant <= now - Self.window { samples.removeFirst() }
  }

  private func index(of name: String) -> Int? { entities.firstIndex { $0.name == name } }
}

extension ProgressModel {
  /// Records per second over the sliding window; `nil` before there is enough to tell.
  public func rate(now: Duration) -> Double? {
    guard let first = samples.first else { return nil }
    let seconds = DurationText.seconds(now - first.instant)
    return seconds >= 0.5 ? Double(max(0, done - first.done)) / seconds : nil
  }

  /// The share of the work that is done, from 0 to 1. Below 1 until every entity is finished, since totals
  /// are estimates.
  public var fraction: Double? {
    guard let expected, !entities.isEmpty else { return nil }
    if entities.allSatisfy({ $0.finishedAt != nil }) { return 1 }
    return expected == 0 ? 0 : min(0.999, Double(done) / Double(expected))
  }

  /// An estimate of the time left; `nil` when there is no total, or nothing moves.
  public func timeLeft(now: Duration) -> Duration? {
    guard let expected, let rate = rate(now: now), rate > 0 else { return nil }
    let seconds = Double(max(0, expected - done)) / rate
    return seconds < 1e9 ? .seconds(seconds) : nil
  }
}
