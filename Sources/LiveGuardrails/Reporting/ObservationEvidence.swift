public import Guardrails

/// What is known of a mapping set's observations: what was wrong, and who watched when.
public struct ObservationEvidence: Sendable, Equatable {
  /// A time in which wrong writes to an entity would have been seen.
  public struct Watch: Sendable, Equatable {
    public var entity: String
    /// A program, or the rules in a database.
    public var seenBy: String
    public var from: UTCTime
    public var until: UTCTime

    public init(entity: String, seenBy: String, from: UTCTime, until: UTCTime) {
      self.entity = entity
      self.seenBy = seenBy
      self.from = from
      self.until = until
    }
  }

  /// Wrong writes of one kind, from one place, and who saw them.
  public struct Finding: Sendable, Equatable {
    public var observation: GuardObservation
    /// Sorted.
    public var seenBy: [String]

    public init(_ observation: GuardObservation, seenBy: [String]) {
      self.observation = observation
      self.seenBy = seenBy
    }
  }

  /// Nothing before that is known, for it was thrown away; by entity.
  public var cleared: [String: UTCTime]
  public var watches: [Watch]
  public var findings: [Finding]
  /// When all this was read.
  public var now: UTCTime

  public init(
    cleared: [String: UTCTime] = [:], watches: [Watch] = [], findings: [Finding] = [], now: UTCTime = .now
  ) {
    self.cleared = cleared
    self.watches = watches
    self.findings = findings
    self.now = now
  }

  /// What files of observations say.
  ///
  /// - Parameter since: what was last seen before that is left out.
  public init(_ batches: [ObservationBatch], since: UTCTime? = nil, now: UTCTime = .now) {
    self.init(now: now)
    var merged: [GuardObservation: Finding] = [:]
    var watched: [[String]: Watch] = [:]
    for batch in batches {
      for entity in batch.observed {
        let key = [entity, batch.seenBy, batch.since.description]
        let until = max(watched[key]?.until ?? batch.until, batch.until)
        watched[key] = Watch(entity: entity, seenBy: batch.seenBy, from: batch.since, until: until)
      }
      for seen in batch.observations where seen.lastSeen >= since ?? seen.lastSeen {
        var kind = seen
        kind.times = 0
        kind.firstSeen = UTCTime(microseconds: 0)
        kind.lastSeen = kind.firstSeen
        var sum = merged[kind] ?? Finding(seen, seenBy: [])
        if !sum.seenBy.isEmpty {
          sum.observation.times += seen.times
          sum.observation.firstSeen = min(sum.observation.firstSeen, seen.firstSeen)
          sum.observation.lastSeen = max(sum.observation.lastSeen, seen.lastSeen)
        }
        if !sum.seenBy.contains(batch.seenBy) { sum.seenBy = (sum.seenBy + [batch.seenBy]).sorted() }
        merged[kind] = sum
      }
    }
    findings = Array(merged.values)
    watches = watched.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }
}
