extension Guardrails {
  /// Lets a write pass, or refuses it. Allocates nothing where the write is right.
  ///
  /// In mode `observe` a wrong write passes and is counted in ``observations``, with the caller.
  ///
  /// - Parameters:
  ///   - writer: who writes.
  ///   - fence: the epoch that the writer knows, or nil where it says none.
  /// - Throws: ``GuardRefusal``.
  public func authorize(
    _ operation: WriteOperation, _ entity: EntityHandle, in store: StoreHandle,
    as writer: WriterHandle = .unnamed, fence: Int? = nil, fileID: StaticString = #fileID,
    line: UInt = #line
  ) throws(GuardRefusal) {
    let decision = compiled.decide(entity, store, writer, fence: fence)
    if decision.reason.isAllowed, observations.witness == nil { return }
    try settle(
      decision,
      WriteAttempt(
        entity: compiled.name(of: entity), store: compiled.name(of: store), operation: operation,
        writer: compiled.name(of: writer), isNamed: writer != .unnamed, fence: fence,
        caller: WriteCaller(fileID: fileID, line: line)))
  }

  /// Lets a write that is named by words pass, or refuses it. Allocates nothing where the write is right.
  ///
  /// For example:
  /// ```swift
  /// try guardrails.authorize(.insert, "users", in: "postgres", as: "UserRepository")
  /// ```
  ///
  /// - Throws: ``GuardRefusal``.
  public func authorize(
    _ operation: WriteOperation, _ entity: String, in store: String, as writer: String? = nil,
    fence: Int? = nil, fileID: StaticString = #fileID, line: UInt = #line
  ) throws(GuardRefusal) {
    let decision = decide(operation, entity, in: store, as: writer, fence: fence)
    if decision.reason.isAllowed, observations.witness == nil { return }
    try settle(
      decision,
      WriteAttempt(
        entity: entity, store: store, operation: operation, writer: writer, isNamed: writer != nil,
        fence: fence, caller: WriteCaller(fileID: fileID, line: line)))
  }

  /// What becomes of a write that is wrong: counted, or refused. A witness sees it first, and those that are right, too.
  @inline(never)
  func settle(_ decision: GuardDecision, _ attempt: WriteAttempt) throws(GuardRefusal) {
    observations.witness?(WitnessedWrite(decision, attempt))
    if decision.isObserved {
      observations.record(decision.reason, attempt, compiled)
    } else if !decision.isAllowed {
      throw GuardRefusal(reason: decision.reason, attempt: attempt, compiled: compiled)
    }
  }
}

/// Where a write was asked for in the program, or, if it was asked for from outside, what the asker calls itself.
public struct WriteCaller: Sendable, CustomStringConvertible {
  let fileID: StaticString
  let line: UInt
  let text: String?

  /// A place in a Swift source.
  public init(fileID: StaticString = #fileID, line: UInt = #line) {
    self.fileID = fileID
    self.line = line
    text = nil
  }

  /// What another program says of itself, such as `orders.py:31`.
  public init(_ text: String) {
    fileID = ""
    line = 0
    self.text = text
  }

  /// `Shop/UserRepository.swift:31`, or the asker's own words.
  public var description: String { text ?? "\(fileID):\(line)" }
}

/// A write that is wrong, with all that is known of it. References alone: making one allocates nothing.
struct WriteAttempt: Sendable {
  /// Nil where a handle of another mapping named it.
  var entity: String?
  var store: String?
  var operation: WriteOperation
  var writer: String?
  /// Whether it said who writes, though the name may be unknown.
  var isNamed: Bool
  var fence: Int?
  var caller: WriteCaller
  var crossing: String?
  /// The other entities of its unit of work, where they are why it is wrong.
  var others: [String] = []
}
