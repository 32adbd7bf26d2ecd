/// Checks what guardrails name: the writers of roles, and the entities of crossings.
struct GuardChecks {
  let log: DiagnosticLog

  func check(_ set: SetDraft, _ drafts: [EntityDraft], isEveryEntityKnown: Bool) {
    guard isEveryEntityKnown else { return }
    let entities = drafts.map(\.entity.name)
    var writers: [String] = []
    for writer in drafts.flatMap(\.entity.writers) where !writers.contains(writer) { writers.append(writer) }
    for role in set.roles {
      for writer in role.writers where !writers.contains(writer.value) {
        log.error(
          "no entity names the writer \"\(writer.value)\"", at: writer.location,
          help: NearestWord.help(for: writer.value, among: writers)
            ?? "add it to the \"writers\" of an entity")
      }
    }
    for crossing in set.crossings {
      for entity in crossing.entities where !entities.contains(entity.value) {
        log.error(
          "unknown entity \"\(entity.value)\"", at: entity.location,
          help: NearestWord.help(for: entity.value, among: entities))
      }
      if crossing.entities.count == 1 {
        log.error("a crossing names two entities or more", at: crossing.entities[0].location)
      }
    }
  }
}
