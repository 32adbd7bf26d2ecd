/// What was observed in some time, on its way to a place where it is kept.
public struct ObservationBatch: Sendable, Equatable {
  /// No other batch has it; a batch that is offered again keeps it, so that a sink can know what it has taken already.
  public let id: String
  /// The mapping set's name.
  public let set: String
  /// Which program observed, such as `web@host-3 (process 812)`.
  public let seenBy: String
  /// The entities that were in mode `observe`, sorted: of these it can be said that nothing else was wrong.
  public let observed: [String]
  /// When this program began to observe.
  public let since: UTCTime
  /// Up to when it has.
  public let until: UTCTime
  public let observations: [GuardObservation]

  public init(
    id: String, set: String, seenBy: String, observed: [String], since: UTCTime, until: UTCTime,
    observations: [GuardObservation]
  ) {
    self.id = id
    self.set = set
    self.seenBy = seenBy
    self.observed = observed
    self.since = since
    self.until = until
    self.observations = observations
  }
}

/// Where observations are kept: a file, a table, or what you like.
public protocol ObservationSink: Sendable {
  /// Takes a batch over. It may block, for it isn't called by writers.
  ///
  /// - Throws: if the batch isn't kept; it is offered again later, with the same ``ObservationBatch/id``.
  func write(_ batch: ObservationBatch) throws
}
