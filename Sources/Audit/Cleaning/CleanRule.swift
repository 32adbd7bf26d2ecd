internal import Codec
internal import Mapping

/// What the mapping says is done to a reference's orphans, and whether it can be done.
struct CleanRule {
  let action: CleanAction
  let reason: String?

  init(_ plan: ReferencePlan, set: MappingSet) {
    var action: CleanAction
    switch plan.reference.onDelete {
    case .restrict, .noAction: action = .none
    case .setNull: action = plan.reference.isArray ? .takeOut : .nullify
    case .cascade: action = plan.reference.isArray || plan.child != nil ? .takeOut : .delete
    }
    var reason: String?
    if action == .none {
      reason = "on-delete is \(plan.reference.onDelete.rawValue): a person decides"
    } else if !plan.isEnforced {
      reason = "enforce is none: orphans are only counted"
    } else if plan.entity.owner == .core {
      if plan.entity.phase == .legacy || plan.entity.phase == .shadow {
        reason = CleanRefusal(entity: plan.entity.name, phase: plan.entity.phase.rawValue).description
      }
    } else {
      reason = Self.obstacle(plan, action, set)
    }
    if reason != nil { action = .none }
    self.action = action
    self.reason = reason
  }

  /// Why values of a feature store can't be found again by what the mapping says of them.
  private static func obstacle(_ plan: ReferencePlan, _ action: CleanAction, _ set: MappingSet) -> String? {
    let child = plan.child.map { plan.plan.children[$0] }
    let fields = child?.source.fields ?? plan.entity.fields
    let isMongo = set.store(named: plan.entity.store)?.kind == .mongo
    if !isMongo, child != nil || plan.reference.isArray {
      return "the elements stand in a text, which isn't rewritten"
    }
    if child != nil, !plan.reference.isArray, action == .takeOut, plan.columns.count > 1 {
      return "elements that refer by several fields aren't taken out"
    }
    for column in plan.columns {
      guard let field = fields.first(where: { $0.column == column.name }) else {
        return "\"\(column.name)\" repeats the record's key"
      }
      guard field.paths.count == 1, let path = field.paths.first else {
        return "\"\(column.name)\" comes from several fields, or from none"
      }
      let steps = (child?.path.steps ?? []) + path.steps
      if plan.entity.jsonText.contains(where: { steps.starts(with: $0.steps) }) {
        return "\"\(column.name)\" stands in JSON text, which isn't rewritten"
      }
      if plan.reference.isArray, field.emptyElement == .skip {
        return "\"\(column.name)\" skips empty elements, so that places don't tell which element is which"
      }
      if isMongo, steps.contains(where: isUnnameable) {
        return "\"\(column.name)\" has a field whose name an update can't write: a dot, or a $ in front"
      }
    }
    return nil
  }

  private static func isUnnameable(_ step: ValuePath.Step) -> Bool {
    guard case .field(let name) = step else { return false }
    return name.isEmpty || name.hasPrefix("$") || name.contains(".")
  }
}
