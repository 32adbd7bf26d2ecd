public import CommandLine
public import Guardrails
public import Mapping

/// Answers one stream of requests (the command line's `--from`, or one client of the socket), and keeps the units of work that
/// they belong to.
public struct GuardDesk: Sendable {
  private var units: [String: GuardUnit] = [:]
  /// Units of work that may be open at once: a stream that never ends one doesn't fill the memory.
  private let mostUnits: Int

  public init(mostUnits: Int = 10_000) { self.mostUnits = mostUnits }

  /// Answers a question. What is wrong with it is said in the answer.
  ///
  /// - Parameters:
  ///   - phases: where the plan's phases come from, said in the answer.
  ///   - today: the day in UTC.
  /// - Returns: the line to send back, and the answer if a write was decided about.
  public mutating func reply(_ question: GuardQuestion, plan: GuardPlan, phases: String, today: CalendarDay)
    throws(MalformedRequest) -> (line: JSONValue, answer: GuardAnswer?)
  {
    switch question {
    case .write(let request):
      let answer = try answer(request, plan: plan, today: today)
      return (.object([("id", request.id)] + answer.members + [("phases", .string(phases))]), answer)
    case .end(let unit, let id):
      return (["id": id, "ended": .bool(units.removeValue(forKey: unit) != nil)], nil)
    case .plan(let id):
      return (["id": id, "phases": .string(phases), "plan": PlanDocument.json(plan)], nil)
    }
  }

  /// Decides about a request.
  ///
  /// A unit of work begins with the first request that names it, and carries the fence that is new then, where its requests
  /// say none. The crossing that any of its requests names counts from there on.
  ///
  /// - Throws: ``MalformedRequest`` where it names a crossing without a unit of work, or one too many.
  public mutating func answer(_ request: GuardRequest, plan: GuardPlan, today: CalendarDay)
    throws(MalformedRequest)
    -> GuardAnswer
  {
    guard let name = request.unit else {
      if request.crossing != nil {
        throw MalformedRequest(
          id: request.id, description: "\"crossing\" is about a unit of work: name it in \"unit\"")
      }
      return plan.answer(request)
    }
    if units[name] == nil, units.count >= mostUnits {
      throw MalformedRequest(
        id: request.id, description: "\(mostUnits) units of work are open: end some with {\"end\": \"NAME\"}")
    }
    var unit = units[name] ?? GuardUnit(fence: plan.epoch)
    if let crossing = request.crossing { unit.crossing = crossing }
    defer { units[name] = unit }
    return plan.answer(request, in: &unit, today: today)
  }
}
