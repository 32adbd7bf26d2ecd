import Guardrails
import TestSupport

extension GuardPlan {
  /// The plan as it looks to who can't see writers and fences: anybody may write, and nobody is asked for a fence.
  var withoutWriters: GuardPlan {
    var plan = withoutFences
    for index in plan.entities.indices { plan.entities[index].writers = [] }
    return plan
  }

  /// The plan as it looks to who can't see fences.
  var withoutFences: GuardPlan {
    var plan = self
    for index in plan.entities.indices { plan.entities[index].requiresFence = false }
    return plan
  }
}
