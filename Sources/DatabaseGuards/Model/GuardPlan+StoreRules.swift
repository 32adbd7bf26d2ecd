internal import Guardrails
internal import Mapping

/// What a store without triggers that know fences and writers can do for an entity.
enum StoreRule {
  /// The entity lives here, or isn't guarded: no rule.
  case open
  /// Nobody may write it here.
  case refuse(GuardReason)
  /// Nobody should write it here, and who does is counted where the store can.
  case observe(GuardReason)
}

extension GuardPlan {
  /// The rule that one of the stores that entities come from has for an entity.
  func storeRule(of entity: Int, in store: Int) -> StoreRule {
    guard entities[entity].source == store else { return .open }
    let reason: GuardReason
    switch standing(of: entity, in: store) {
    case .unknownPhase: return .refuse(.unknownPhase)
    case .owner, .elsewhere: return .open
    case .copy: reason = .notOwner
    case .retired: reason = .retired
    }
    switch entities[entity].mode {
    case .off: return .open
    case .observe: return .observe(reason)
    case .enforce: return .refuse(reason)
    }
  }

  /// What a writer is told who is refused: why, where that is declared, and what to do. Names no line, for that changes
  /// without the rule.
  func refusal(of entity: Int, reason: GuardReason) -> String {
    let entity = entities[entity]
    let file = entity.location.file.split(separator: "/").last.map(String.init) ?? entity.location.file
    let start = "kedge: \(reason.rawValue): the entity \"\(entity.name)\" (\(file))"
    guard reason != .unknownPhase, let target = entity.target else {
      return start + " is in a phase that kedge doesn't know, so nobody may write it; see: kedge phase show"
    }
    return start
      + " is owned by the store \"\(stores[target].name)\" now, and \"\(entity.collection)\" may only be read;"
      + " write it there"
  }
}
