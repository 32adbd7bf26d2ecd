/// What each reason says, with names in braces where the plan's and the write's own words go. Every enforcer that speaks takes
/// its sentences from here: the library, the command line, the socket, and the modules of other languages.
///
/// The words in braces are: `{set}` the mapping set, `{entity}`, `{store}`, `{operation}`, `{writer}`, `{fence}`, `{crossing}`
/// as they were asked for, `{owner}` the store that owns the entity now, `{phase}` its phase, `{since}` the epoch of its phase,
/// `{epoch}` the newest, `{writers}` who may write it, `{stores}` the set's stores, `{others}` the unit of work's other
/// entities, `{covered}` the crossing's entities, `{expires}` its last day, and `{link}` where it was decided.
extension GuardReason {
  /// What is so.
  public var finding: String {
    switch self {
    case .owner: "store \"{store}\" owns entity \"{entity}\""
    case .mover: "Kedge moves entity \"{entity}\" into store \"{store}\", which doesn't own it"
    case .maintenance: "Kedge mends entity \"{entity}\" in store \"{store}\", which owns it"
    case .off: "entity \"{entity}\" isn't guarded: its mode is off"
    case .unknownEntity: "the mapping set \"{set}\" has no entity \"{entity}\""
    case .unknownStore: "the mapping set \"{set}\" has no store \"{store}\""
    case .unknownOperation: "\"{operation}\" isn't a write that guardrails know"
    case .unknownPhase: "it isn't known who owns entity \"{entity}\" now: its phase is {phase}"
    case .wrongStore: "entity \"{entity}\" has never lived in store \"{store}\""
    case .notOwner: "store \"{store}\" doesn't own entity \"{entity}\" in phase {phase}"
    case .retired: "entity \"{entity}\" has left store \"{store}\" for good"
    case .moverIntoOwner: "Kedge would move entity \"{entity}\" over its owner, store \"{store}\""
    case .unnamedWriter: "the writers of entity \"{entity}\" are declared, and this one doesn't say who it is"
    case .undeclaredWriter: "\"{writer}\" isn't a writer of entity \"{entity}\""
    case .staleFence:
      "the writer's fence {fence} is stale: entity \"{entity}\" has been in phase {phase} since epoch {since}"
    case .futureFence: "the writer's fence {fence} hasn't been given out: the newest is {epoch}"
    case .missingFence: "entity \"{entity}\" wants a fence, and the writer has none"
    case .undeclaredCrossing:
      "this unit of work has written {others} in another store, and would now write entity \"{entity}\" in store"
        + " \"{store}\""
    case .unknownCrossing: "the mapping set \"{set}\" has no crossing \"{crossing}\""
    case .expiredCrossing: "crossing \"{crossing}\" was allowed up to {expires} and no longer"
    case .outsideCrossing:
      "crossing \"{crossing}\" is for {covered}, and this unit of work writes {others} and \"{entity}\""
    }
  }

  /// What to do; empty where the write is right.
  public var advice: String {
    switch self {
    case .owner, .mover, .maintenance, .off: ""
    case .unknownEntity: "Correct the name, or declare the entity and its owner before anything writes it"
    case .unknownStore: "Name one of {stores}, or declare the store in set.yaml"
    case .unknownOperation: "Use insert, update, delete, upsert or truncate"
    case .unknownPhase: "Use the Kedge that set the phase, and see the phases with: kedge phase show"
    case .wrongStore, .retired: "Write it to store \"{owner}\", which owns it"
    case .notOwner: "Write it to store \"{owner}\", which owns it; only Kedge writes the other side"
    case .moverIntoOwner: "Move it only while another store owns it; see the phases with: kedge phase show"
    case .unnamedWriter: "Say who writes, one of {writers}"
    case .undeclaredWriter: "Write through one of {writers}, or add the name to the entity's \"writers\""
    case .staleFence: "Load the phases again, and decide anew what to write where"
    case .futureFence: "Load the phases again, and check that writer and guardrail name the same target"
    case .missingFence: "Say the epoch in which the phases were loaded"
    case .undeclaredCrossing:
      "Write in two units of work, or declare a crossing of these entities in set.yaml and name it"
    case .unknownCrossing: "Correct the name, or declare the crossing in set.yaml"
    case .expiredCrossing: "Write in two units of work, or decide again whether it is needed: {link}"
    case .outsideCrossing:
      "Write the others in a unit of work of their own, or add them to the crossing's \"entities\""
    }
  }
}
