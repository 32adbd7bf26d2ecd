public import Guardrails

/// A write that the code under test asked guardrails for.
public struct RecordedWrite: Sendable {
  public var entity: String
  public var store: String
  public var operation: WriteOperation
  /// The repository or role that writes; nil where it doesn't say.
  public var writer: String?
  /// The epoch that the writer knows; nil where it says none.
  public var fence: Int?
  /// What the mapping says to it.
  public var decision: GuardDecision
  /// What the mapping says to it, as sentences.
  public var explanation: String
  /// Where the write stands.
  public var place: TestPlace

  /// As in messages: `insert of users in app by UserRepository`.
  public var words: String {
    "\(operation.rawValue) of \(entity) in \(store)" + (writer.map { " by \($0)" } ?? "")
  }
}
