/// Writes that mode `observe` let pass although they were wrong: how many of one kind, from one place, and when.
public struct GuardObservation: Sendable, Hashable {
  /// The mapping set's name.
  public var set: String
  public var entity: String
  public var store: String
  public var operation: WriteOperation
  /// Why mode `enforce` would have refused them.
  public var reason: GuardReason
  /// Who wrote; nil where it wasn't said.
  public var writer: String?
  /// Where in the program: `Shop/UserRepository.swift:31`.
  public var caller: String
  public var times: Int
  public var firstSeen: UTCTime
  public var lastSeen: UTCTime

  public init(
    set: String, entity: String, store: String, operation: WriteOperation, reason: GuardReason,
    writer: String?,
    caller: String, times: Int, firstSeen: UTCTime, lastSeen: UTCTime
  ) {
    self.set = set
    self.entity = entity
    self.store = store
    self.operation = operation
    self.reason = reason
    self.writer = writer
    self.caller = caller
    self.times = times
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
  }
}
