internal import CommandLine
public import Guardrails
public import Mapping

/// Answers one stream of requests, and keeps the units of work that they belong to.
public struct GuardDesk: Sendable {
  private var units: [String: GuardUnit] = [:]
  /// Units of work that may be open at once: a stream that never ends one doesn't fill the memory.
  private let mostUnits: Int

  public init(mostUnits: Int = 10_000) { self.mostUnits = mostUnits }

  /// Decides about a request.
  ///
  /// A unit of work begins with the first request that names it. The crossing that any of its requests names counts from there
  /// on.
  ///
  /// - Throws: ``MalformedRequest`` where it names a crossing without a unit of work, or one too many.
  public mutating func answer(_ request: GuardRequest, plan: GuardPlan, today: CalendarDay) throws(MalformedRequest)
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
    var unit = units[name] ?? GuardUnit()
    if let crossing = request.crossing { unit.crossing = crossing }
    defer { units[name] = unit }
    return plan.answer(request, in: &unit, today: today)
  }

  /// Forgets a unit of work.
  ///
  /// - Returns: whether it was open.
  public mutating func end(_ unit: String) -> Bool { units.removeValue(forKey: unit) != nil }
}
