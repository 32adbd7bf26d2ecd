public import Mapping
internal import Synchronization

/// What one request writes, as a whole: writes into more than one store are refused, unless the mapping has a crossing of that
/// name that covers all the entities, and its last day hasn't passed.
///
/// Made by ``GuardrailsProvider/unitOfWork(writer:fence:crossing:today:_:)``. It carries the fence that was new when it began:
/// if a phase changes meanwhile, its later writes to that entity are refused as stale. Threads and tasks may share it.
///
/// Entities of mode `off` aren't guarded and don't count. A write that is refused doesn't count either.
public final class UnitOfWork: Sendable {
  private struct Written: Sendable, Hashable {
    let entity: String
    let store: String
  }

  private let provider: any GuardrailsProvider
  private let writer: String?
  /// The epoch that it decides in.
  public let fence: Int
  /// The crossing that it names, if any.
  public let crossing: String?
  private let today: CalendarDay?
  private let written = Mutex<[Written]>([])

  /// - Parameters:
  ///   - fence: the epoch that the writer knows; nil for that of the provider now.
  ///   - today: the day by which crossings expire; nil for the day that it is in UTC at the write.
  public init(
    of provider: any GuardrailsProvider, writer: String? = nil, fence: Int? = nil, crossing: String? = nil,
    today: CalendarDay? = nil
  ) {
    self.provider = provider
    self.writer = writer
    self.fence = fence ?? provider.current.epoch
    self.crossing = crossing
    self.today = today
  }

  /// The stores that it has written, in the order of their first write.
  public var writtenStores: [String] {
    written.withLock { written in
      var stores: [String] = []
      for write in written where !stores.contains(write.store) { stores.append(write.store) }
      return stores
    }
  }

  /// The entities that it has written, in the order of their first write.
  public var writtenEntities: [String] {
    written.withLock { written in
      var entities: [String] = []
      for write in written where !entities.contains(write.entity) { entities.append(write.entity) }
      return entities
    }
  }

  /// Lets a write pass and remembers it, or refuses it.
  ///
  /// - Parameter writer: who writes; nil for the unit's own writer.
  /// - Throws: ``GuardRefusal``.
  public func authorize(
    _ operation: WriteOperation, _ entity: String, in store: String, as writer: String? = nil,
    fileID: StaticString = #fileID, line: UInt = #line
  ) throws(GuardRefusal) {
    let guardrails = provider.current
    let writer = writer ?? self.writer
    let attempt = WriteAttempt(
      entity: entity, store: store, operation: operation, writer: writer, isNamed: writer != nil,
      fence: fence,
      caller: WriteCaller(fileID: fileID, line: line), crossing: crossing)
    guard let entity = guardrails.entity(entity) else {
      return try guardrails.settle(GuardDecision(.unknownEntity), attempt)
    }
    guard let store = guardrails.store(store) else {
      return try guardrails.settle(GuardDecision(.unknownStore), attempt)
    }
    try authorize(entity, store, guardrails.writer(writer), attempt, guardrails)
  }

  /// Lets a write pass and remembers it, or refuses it, by handles of the provider's mapping.
  ///
  /// - Throws: ``GuardRefusal``.
  public func authorize(
    _ operation: WriteOperation, _ entity: EntityHandle, in store: StoreHandle,
    as writer: WriterHandle? = nil,
    fileID: StaticString = #fileID, line: UInt = #line
  ) throws(GuardRefusal) {
    let guardrails = provider.current
    let writer = writer ?? guardrails.writer(self.writer)
    let attempt = WriteAttempt(
      entity: guardrails.compiled.name(of: entity), store: guardrails.compiled.name(of: store),
      operation: operation, writer: guardrails.compiled.name(of: writer), isNamed: writer != .unnamed,
      fence: fence, caller: WriteCaller(fileID: fileID, line: line), crossing: crossing)
    try authorize(entity, store, writer, attempt, guardrails)
  }

  private func authorize(
    _ entity: EntityHandle, _ store: StoreHandle, _ writer: WriterHandle, _ attempt: WriteAttempt,
    _ guardrails: Guardrails
  ) throws(GuardRefusal) {
    let compiled = guardrails.compiled
    let decision = compiled.decide(entity, store, writer, fence: fence)
    if decision.reason == .off { return try guardrails.settle(decision, attempt) }
    guard decision.isAllowed, let index = compiled.index(of: entity), let name = compiled.name(of: entity),
      let place = compiled.name(of: store)
    else { return try guardrails.settle(decision, attempt) }
    let observes = compiled.plan.entities[index].mode == .observe

    // Decided and remembered as one, so that of two writes at once the later sees the earlier.
    let crossed: (decision: GuardDecision, others: [String])? = written.withLock { written in
      if written.contains(where: { $0.store == place && $0.entity == name }) { return nil }
      let isElsewhere = written.contains { $0.store != place }
      let reason = isElsewhere ? crossingRefusal(compiled.plan, name, written) : nil
      let crossed = reason.map { (GuardDecision($0, observes: observes), written.map(\.entity)) }
      if crossed?.0.isAllowed ?? true { written.append(Written(entity: name, store: place)) }
      return crossed
    }
    // A write has one reason at most: that of the first question which is answered with no.
    if !decision.reason.isAllowed { return try guardrails.settle(decision, attempt) }
    guard let crossed else {
      return guardrails.observations.witness == nil ? () : try guardrails.settle(decision, attempt)
    }
    var attempt = attempt
    attempt.others = crossed.others
    try guardrails.settle(crossed.decision, attempt)
  }

  private func crossingRefusal(_ plan: GuardPlan, _ entity: String, _ written: [Written]) -> GuardReason? {
    guard let crossing else { return .undeclaredCrossing }
    guard let declared = plan.crossings.first(where: { isSameName($0.name, crossing) }) else {
      return .unknownCrossing
    }
    guard let day = today ?? UTCTime.now.day, day <= declared.expires else { return .expiredCrossing }
    func isCovered(_ name: String) -> Bool { declared.entities.contains { isSameName($0, name) } }
    return isCovered(entity) && written.allSatisfy { isCovered($0.entity) } ? nil : .outsideCrossing
  }
}

extension GuardrailsProvider {
  /// Runs a body that writes as one unit.
  ///
  /// For example:
  /// ```swift
  /// try guardrails.unitOfWork(writer: "SignUp", crossing: "signup") { unit in
  ///   try unit.authorize(.insert, "users", in: "postgres")
  ///   try unit.authorize(.insert, "welcome_flows", in: "app")
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - fence: the epoch that the writer knows; nil for the newest.
  ///   - crossing: the crossing of the mapping by which it may write two stores.
  ///   - today: the day by which crossings expire; nil for the day that it is in UTC at the write.
  /// - Throws: what `body` throws.
  public func unitOfWork<T, Failure: Error>(
    writer: String? = nil, fence: Int? = nil, crossing: String? = nil, today: CalendarDay? = nil,
    _ body: (UnitOfWork) throws(Failure) -> T
  ) throws(Failure) -> T {
    try body(UnitOfWork(of: self, writer: writer, fence: fence, crossing: crossing, today: today))
  }

  /// Runs an asynchronous body that writes as one unit.
  ///
  /// - Throws: what `body` throws.
  public func unitOfWork<T, Failure: Error>(
    writer: String? = nil, fence: Int? = nil, crossing: String? = nil, today: CalendarDay? = nil,
    _ body: (UnitOfWork) async throws(Failure) -> T
  ) async throws(Failure) -> T {
    try await body(UnitOfWork(of: self, writer: writer, fence: fence, crossing: crossing, today: today))
  }
}
