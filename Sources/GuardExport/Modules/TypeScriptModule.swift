internal import CommandLine
public import Guardrails

/// The plan as one TypeScript module, that needs nothing else; JavaScript uses what `tsc` makes of it.
public enum TypeScriptModule {
  /// The module's text. The same plan makes the same bytes.
  public static func text(_ guardPlan: GuardPlan) -> String {
    """
    // Written by `kedge guard export --lang typescript`. Don't edit: export it anew when the mapping changes.
    \(types)

    /** The entities of the mapping set. */
    export type EntityName =\(union(guardPlan.entities.map(\.name)));

    /** What names a store: its name, and its kind where it is the only one. */
    export type StoreName =\(union(guardPlan.storeWords));

    /** The stores that an entity lives in, in some phase: any other is an error of types. */
    export interface StoresOf {
    \(storesOf(guardPlan))}

    \(plan)

    \(guardrails)

    export const PLAN_JSON = \(StringLiteral.script(PlanDocument.json(guardPlan).text(.compact)));

    /** The guardrails of the mapping set, as they were when this module was exported. */
    export const guard = new Guardrails(PLAN_JSON);

    """
  }

  private static func union(_ words: [String]) -> String {
    words.isEmpty ? " never" : words.map { "\n  | \(StringLiteral.script($0))" }.joined()
  }

  private static func storesOf(_ plan: GuardPlan) -> String {
    plan.entities.map { entity in
      let words = plan.storeWords.filter { word in
        let store = plan.store(named: word)
        return store == entity.source || (entity.target != nil && store == entity.target)
      }
      return "  \(StringLiteral.script(entity.name)):\(words.isEmpty ? " never" : "")"
        + words.map { " | \(StringLiteral.script($0))" }.joined() + ";\n"
    }.joined()
  }
}
