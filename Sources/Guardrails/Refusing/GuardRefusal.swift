/// A write that was refused: what is declared, where, and what to do instead. It holds names alone, never data.
public struct GuardRefusal: Error, Sendable, CustomStringConvertible {
  /// Why; its raw value is a stable word.
  public let reason: GuardReason
  /// The entity that was to be written; empty where it was named by a handle of another mapping.
  public var entity: String { attempt.entity ?? "" }
  /// The store that was to be written.
  public var store: String { attempt.store ?? "" }
  /// What was to be done.
  public var operation: WriteOperation { attempt.operation }
  /// Who wanted to write, if it was said.
  public var writer: String? { attempt.writer }
  /// The fence that came with it, if any.
  public var fence: Int? { attempt.fence }
  /// The crossing that its unit of work named, if any.
  public var crossing: String? { attempt.crossing }
  /// Where in the program it was asked for: `Shop/UserRepository.swift:31`.
  public var caller: String { attempt.caller.description }

  let attempt: WriteAttempt
  let compiled: CompiledPlan

  init(reason: GuardReason, attempt: WriteAttempt, compiled: CompiledPlan) {
    self.reason = reason
    self.attempt = attempt
    self.compiled = compiled
  }

  /// What is declared and what to do instead, in parts.
  public var explanation: GuardExplanation {
    compiled.plan.explanation(of: reason, for: WriteRequest(attempt))
  }

  /// All of it as sentences, with the caller.
  public var description: String { "\(explanation.description) (asked for at \(caller))" }
}
