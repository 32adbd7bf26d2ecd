public import CommandLine
public import Guardrails
public import Mapping

/// A decision with all that there is to say about it.
public struct GuardAnswer: Sendable {
  public let request: GuardRequest
  public let decision: GuardDecision
  /// What is so, without a full stop.
  public let message: String
  /// What to do instead; nil where the write is right.
  public let help: String?
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
    let facts = GuardFacts(plan: plan, request: request, unit: unit)
    let template = GuardSentence.template(for: decision.reason)
    message = GuardSentence.filled(template.message, facts.text)
    help = template.help.map { GuardSentence.filled($0, facts.text) }
    let entity = plan.entity(named: request.entity).map { plan.entities[$0] }
    owner = entity?.owner.rawValue
    ownerStore = facts.ownerStore
    phase = entity?.phase
    mode = entity?.mode.rawValue
    epoch = plan.epoch
    declared = facts.declared
  }

  /// The whole sentence: what is so, and what to do.
  public var sentence: String { help.map { "\(message). \($0)" } ?? message }

  /// The members of its JSON object: those that the product's contract names come first. Keys may be added, not renamed.
  public var members: [(String, JSONValue)] {
    [
      ("allowed", .bool(decision.isAllowed)), ("entity", .string(request.entity)),
      ("store", .string(request.store)), ("operation", .string(request.operation)),
      ("owner", .optional(owner)), ("phase", .optional(phase)), ("reason", .string(decision.reason.rawValue)),
      ("owner_store", .optional(ownerStore)), ("mode", .optional(mode)), ("observed", .bool(decision.isObserved)),
      ("writer", .optional(request.writer)), ("fence", .optional(request.fence)), ("epoch", .int(epoch)),
      ("declared", .optional(declared)), ("message", .string(message)), ("help", .optional(help)),
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
    let decision = unit.decide(self, request, today: today)
    return GuardAnswer(self, request, decision, unit: before)
  }
}
