public import CommandLine
public import Guardrails
public import Mapping

/// A decision with all that there is to say about it.
public struct GuardAnswer: Sendable {
  public let request: GuardRequest
  public let decision: GuardDecision
  /// What is declared and what to do instead, in parts and as sentences.
  public let explanation: GuardExplanation
  private let owner: String?
  private let ownerStore: String?
  private let phase: String?
  private let mode: String?
  private let epoch: Int
  private let declared: String?

  /// - Parameter unit: as it was before the write.
  init(_ plan: GuardPlan, _ request: GuardRequest, _ decision: GuardDecision, unit: GuardUnit) {
    self.request = request
    self.decision = decision
    explanation = plan.explanation(
      of: decision.reason,
      for: WriteRequest(
        entity: request.entity, store: request.store, operation: request.operation, writer: request.writer,
        fence: request.fence, crossing: unit.crossing, others: unit.entities(plan)))
    let index = plan.entity(named: request.entity)
    let entity = index.map { plan.entities[$0] }
    owner = entity?.owner.rawValue
    ownerStore = index.flatMap { plan.ownerStore(of: $0) }.map { plan.stores[$0].name }
    phase = entity?.phase
    mode = entity?.mode.rawValue
    epoch = plan.epoch
    declared = entity?.location.text
  }

  /// The members of its JSON object: those that the product's contract names come first. Keys may be added, not renamed.
  public var members: [(String, JSONValue)] {
    [
      ("allowed", .bool(decision.isAllowed)), ("entity", .string(request.entity)),
      ("store", .string(request.store)), ("operation", .string(request.operation)),
      ("owner", .optional(owner)), ("phase", .optional(phase)), ("reason", .string(decision.reason.rawValue)),
      ("owner_store", .optional(ownerStore)), ("mode", .optional(mode)),
      ("observed", .bool(decision.isObserved)),
      ("writer", .optional(request.writer)), ("fence", .optional(request.fence)), ("epoch", .int(epoch)),
      ("declared", .optional(declared)), ("message", .string(explanation.description)),
      ("finding", .string(explanation.finding)), ("help", .optional(explanation.advice)),
    ]
  }
}

extension GuardPlan {
  /// Decides about one write, and says why.
  public func answer(_ request: GuardRequest) -> GuardAnswer {
    let decision = decide(
      entity: request.entity, store: request.store, operation: request.operation, writer: request.writer,
      fence: request.fence)
    return GuardAnswer(self, request, decision, unit: GuardUnit())
  }

  /// Decides about a write of a unit of work, and says why.
  ///
  /// - Parameter today: the day in UTC.
  public func answer(_ request: GuardRequest, in unit: inout GuardUnit, today: CalendarDay) -> GuardAnswer {
    let before = unit
    var request = request
    request.fence = request.fence ?? unit.fence
    let decision = unit.decide(self, request, today: today)
    return GuardAnswer(self, request, decision, unit: before)
  }
}

extension SourceLocation {
  /// As compilers say it: `users.yaml:3:1`.
  var text: String { "\(file):\(line):\(column)" }
}
