/// A write that was asked for, as a witness sees it.
public struct WitnessedWrite: Sendable {
  /// Empty where a handle of another mapping named it.
  public let entity: String
  /// Empty where a handle of another mapping named it.
  public let store: String
  public let operation: WriteOperation
  /// Who wants to write; nil where it isn't said, or isn't known to the mapping.
  public let writer: String?
  public let fence: Int?
  /// What the guardrails say to it, crossings of its unit of work included.
  public let decision: GuardDecision
  /// The file that asks, as `#fileID` says it; empty for what was asked for from outside.
  public let fileID: String
  public let line: Int
  /// The sentences of a refusal are made from this.
  public let request: WriteRequest

  init(_ decision: GuardDecision, _ attempt: WriteAttempt) {
    entity = attempt.entity ?? ""
    store = attempt.store ?? ""
    operation = attempt.operation
    writer = attempt.writer
    fence = attempt.fence
    self.decision = decision
    fileID = "\(attempt.caller.fileID)"
    line = Int(attempt.caller.line)
    request = WriteRequest(attempt)
  }
}
