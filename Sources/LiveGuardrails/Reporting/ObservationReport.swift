public import Guardrails
public import Mapping

/// What mode `observe` saw, and whether each entity may be enforced.
public struct ObservationReport: Sendable, Equatable {
  /// What is to be said of an entity.
  public enum Verdict: String, Sendable, CaseIterable {
    /// It is observed, and enforcing would have refused nothing that was seen.
    case ready
    /// It is observed, and enforcing would have refused something.
    case notReady = "not_ready"
    /// It is observed, and nobody has reported: nothing can be said.
    case notWatched = "not_watched"
    /// It is enforced.
    case enforced
    /// It isn't guarded.
    case off
    /// The mapping doesn't have it, and something of that name was observed.
    case undeclared
  }

  /// One entity.
  public struct Entity: Sendable, Equatable {
    public var name: String
    /// Nil where the mapping doesn't have it.
    public var mode: GuardMode?
    public var verdict: Verdict
    /// The most frequent first.
    public var findings: [ObservationEvidence.Finding]
    /// In the time that is reported on.
    public var watches: [ObservationEvidence.Watch]
    /// For how long at least one of them watched.
    public var watched: Duration

    /// How many writes enforcing would have refused.
    public var times: Int { findings.reduce(0) { $0 + $1.observation.times } }
    /// From when it was watched; there may be gaps.
    public var from: UTCTime? { watches.map(\.from).min() }
    /// Up to when it was watched.
    public var until: UTCTime? { watches.map(\.until).max() }
    /// Who watched.
    public var programs: [String] { Set(watches.map(\.seenBy)).sorted() }
  }

  /// In the mapping's order; those that it doesn't have come last.
  public var entities: [Entity]

  /// - Parameters:
  ///   - names: those that are reported on; empty for all.
  ///   - since: only what was seen from then on.
  public init(
    _ plan: GuardPlan, _ evidence: ObservationEvidence, entities names: [String] = [], since: UTCTime? = nil
  ) {
    let declared = plan.entities.map(\.name)
    let others = Set(evidence.findings.map(\.observation.entity)).subtracting(declared).sorted()
    entities = (declared + others).filter { names.isEmpty || names.contains($0) }.map { name in
      let mode = plan.entity(named: name).map { plan.entities[$0].mode }
      let findings = evidence.findings.filter {
        $0.observation.entity == name && $0.observation.lastSeen >= since ?? $0.observation.lastSeen
      }
      let begin = [since, evidence.cleared[name]].compactMap { $0 }.max()
      let watches = evidence.watches.filter { $0.entity == name }.compactMap { watch in
        var clipped = watch
        clipped.from = max(watch.from, begin ?? watch.from)
        return clipped.from <= clipped.until ? clipped : nil
      }
      return Entity(
        name: name, mode: mode, verdict: Self.verdict(mode, findings, watches),
        findings: findings.sorted(by: Self.isBefore), watches: watches, watched: Self.union(of: watches))
    }
  }

  private static func verdict(
    _ mode: GuardMode?, _ findings: [ObservationEvidence.Finding], _ watches: [ObservationEvidence.Watch]
  ) -> Verdict {
    switch mode {
    case nil: .undeclared
    case .off: .off
    case .enforce: .enforced
    case .observe: !findings.isEmpty ? .notReady : watches.isEmpty ? .notWatched : .ready
    }
  }

  private static func isBefore(_ one: ObservationEvidence.Finding, _ other: ObservationEvidence.Finding)
    -> Bool
  {
    let (one, other) = (one.observation, other.observation)
    if one.times != other.times { return one.times > other.times }
    return (one.store, one.caller, one.operation.rawValue, one.reason.rawValue, one.writer ?? "")
      < (other.store, other.caller, other.operation.rawValue, other.reason.rawValue, other.writer ?? "")
  }

  /// How much time the watches cover, gaps left out and what several watched counted once.
  private static func union(of watches: [ObservationEvidence.Watch]) -> Duration {
    var total = 0
    var covered: Int?
    for watch in watches.sorted(by: { $0.from < $1.from }) {
      let from = max(watch.from.microseconds, covered ?? watch.from.microseconds)
      if watch.until.microseconds > from { total += watch.until.microseconds - from }
      covered = max(covered ?? watch.until.microseconds, watch.until.microseconds)
    }
    return .microseconds(total)
  }
}
