internal import CommandLine
public import Guardrails

/// The plan as a module of Python 3.9 and newer, that needs nothing else.
public enum PythonModule {
  /// The module's text. The same plan makes the same bytes.
  public static func text(_ guardPlan: GuardPlan) -> String {
    """
    # Written by `kedge guard export --lang python`. Don't edit: export it anew when the mapping changes.
    \(types)

    \(plan)

    \(guardrails)

    \(names("EntityName", guardPlan.entities.map(\.name)))

    \(names("StoreName", guardPlan.storeWords))

    PLAN_JSON = \(StringLiteral.ascii(PlanDocument.json(guardPlan).text(.compact)))

    #: The guardrails of the mapping set \(StringLiteral.ascii(guardPlan.set)), as they were when this module was exported.
    guard = Guardrails(PLAN_JSON)
    decide = guard.decide
    authorize = guard.authorize
    unit_of_work = guard.unit_of_work

    """
  }

  /// A type of these words alone, for type checkers.
  private static func names(_ type: String, _ words: [String]) -> String {
    let literals = words.map { "    \(StringLiteral.ascii($0)),\n" }.joined()
    return words.isEmpty ? "\(type) = str" : "\(type) = Literal[\n\(literals)]"
  }
}
