internal import Guardrails
internal import Mapping

/// One unit of work: which stores it has written, and the crossing that it may make.
public struct GuardUnit: Sendable, Equatable {
  /// The crossing that it names.
  public var crossing: String?
  /// The epoch that it decides in, where a request doesn't say its fence.
  public let fence: Int?
  /// What it has written so far: entities and stores, as indices of the plan, in order and once each.
  public private(set) var written: [Written] = []

  /// An entity in a store.
  public struct Written: Sendable, Equatable {
    public var entity: Int
    public var store: Int
  }

  public init(crossing: String? = nil, fence: Int? = nil) {
    self.crossing = crossing
    self.fence = fence
  }

  /// Decides about a write of this unit, and remembers it if it goes ahead.
  ///
  /// First comes the question that every write is asked; then, if the unit has written another store already, whether a
  /// declared crossing names all that it writes. Entities in mode `off` neither count nor are asked about.
  ///
  /// - Parameter today: the day in UTC.
  mutating func decide(_ plan: GuardPlan, _ request: GuardRequest, today: CalendarDay) -> GuardDecision {
    let decision = plan.decide(
      entity: request.entity, store: request.store, operation: request.operation, writer: request.writer,
      fence: request.fence)
    guard decision.isAllowed, decision.reason != .off, let entity = plan.entity(named: request.entity),
      let store = plan.store(named: request.store)
    else { return decision }
    let write = Written(entity: entity, store: store)
    let refusal = refusal(plan, write, today)
    let outcome = refusal.map { GuardDecision($0, observes: plan.entities[entity].mode == .observe) }
    if outcome?.isAllowed ?? true, !written.contains(write) { written.append(write) }
    // What is wrong with the write itself is told before what is wrong with the crossing.
    return decision.isObserved ? decision : outcome ?? decision
  }

  private func refusal(_ plan: GuardPlan, _ write: Written, _ today: CalendarDay) -> GuardReason? {
    // What it has written once, it may go on writing.
    guard !written.contains(write), written.contains(where: { $0.store != write.store }) else { return nil }
    guard let crossing else { return .undeclaredCrossing }
    guard let declared = plan.crossings.first(where: { $0.name.utf8.elementsEqual(crossing.utf8) }) else {
      return .unknownCrossing
    }
    if declared.expires < today { return .expiredCrossing }
    let isCovered = (entities(plan) + [plan.entities[write.entity].name]).allSatisfy {
      declared.entities.contains($0)
    }
    return isCovered ? nil : .outsideCrossing
  }

  /// The entities that it has written, in order.
  func entities(_ plan: GuardPlan) -> [String] { written.map { plan.entities[$0.entity].name } }
}
