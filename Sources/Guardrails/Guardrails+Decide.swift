extension Guardrails {
  /// Decides about a write without counting or refusing anything. Allocates nothing.
  ///
  /// - Parameters:
  ///   - writer: who writes; nil where it isn't said.
  ///   - fence: the epoch that the writer knows, or nil where it says none.
  public func decide(
    _ operation: WriteOperation, _ entity: EntityHandle, in store: StoreHandle,
    as writer: WriterHandle = .unnamed, fence: Int? = nil
  ) -> GuardDecision {
    compiled.decide(entity, store, writer, fence: fence)
  }

  /// Decides about a write that is named by words. Allocates nothing.
  public func decide(
    _ operation: WriteOperation, _ entity: String, in store: String, as writer: String? = nil,
    fence: Int? = nil
  ) -> GuardDecision {
    let entity = compiled.entity(named: entity)
    guard entity != NameTable.missing else { return GuardDecision(.unknownEntity) }
    let store = compiled.store(named: store)
    guard store != NameTable.missing else { return GuardDecision(.unknownStore) }
    return compiled.decide(
      entity: Int(entity), store: Int(store), writer: Int(compiled.writer(named: writer)), fence: fence)
  }

  /// Decides about a write all of whose parts are words, as they come from outside: the same answer as
  /// ``GuardPlan/decide(entity:store:operation:writer:fence:)``, looked up. Allocates nothing.
  public func decide(
    entity: String, store: String, operation: String, writer: String? = nil, fence: Int? = nil
  ) -> GuardDecision {
    let entity = compiled.entity(named: entity)
    guard entity != NameTable.missing else { return GuardDecision(.unknownEntity) }
    let store = compiled.store(named: store)
    guard store != NameTable.missing else { return GuardDecision(.unknownStore) }
    guard compiled.isOperation(operation) else { return GuardDecision(.unknownOperation) }
    return compiled.decide(
      entity: Int(entity), store: Int(store), writer: Int(compiled.writer(named: writer)), fence: fence)
  }

  /// Decides about a write that another program asks for, and counts it, as `authorize` does, if it is wrong and
  /// only observed.
  ///
  /// - Parameter caller: what the asker says of itself: `WriteCaller("orders.py:31")`.
  public func decide(
    entity: String, store: String, operation: String, writer: String?, fence: Int?,
    countedFor caller: WriteCaller
  ) -> GuardDecision {
    let decision = decide(entity: entity, store: store, operation: operation, writer: writer, fence: fence)
    guard decision.isObserved, let word = WriteOperation(word: operation) else { return decision }
    let attempt = WriteAttempt(
      entity: entity, store: store, operation: word, writer: writer, isNamed: writer != nil, fence: fence,
      caller: caller)
    observations.record(decision.reason, attempt, compiled)
    return decision
  }
}
