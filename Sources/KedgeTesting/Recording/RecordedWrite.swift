public import Guardrails

/// A write that the code under test asked a guard for.
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
  /// Where the write stands.
  public var place: TestPlace

  /// As in messages: `insert of users in app by UserRepository`.
  public var words: String {
    "\(operation.rawValue) of \(entity) in \(store)" + (writer.map { " by \($0)" } ?? "")
  }
}

/// A write that the recorder refuses, as the real guard would.
public struct RefusedWrite: Error, Sendable, CustomStringConvertible {
  /// The write.
  public let write: RecordedWrite
  /// A sentence that says what is declared and what to do.
  public let description: String
}
