/// Reads what the mapping says of guardrails: modes, fences, roles, and crossings.
struct GuardReader {
  let log: DiagnosticLog

  func entityRules(_ node: YAMLNode) -> GuardRules {
    var rules = GuardRules()
    guard let object = ObjectReader<GuardKey>(node, log: log) else { return rules }
    rules.mode = object[.mode].flatMap { log.word($0, "\"mode\"", as: GuardMode.self) }
    if let word = object[.fence].flatMap({ log.word($0, "\"fence\"", as: FenceWord.self) }) {
      rules.requiresFence = word == .required
    }
    return rules
  }

  func setRules(_ node: YAMLNode, into draft: inout SetDraft) {
    guard let object = ObjectReader<SetGuardKey>(node, log: log) else { return }
    if let mode = object[.mode].flatMap({ log.word($0, "\"mode\"", as: GuardMode.self) }) {
      draft.guardMode = mode
    }
    guard let roles = object[.roles] else { return }
    for pair in log.namedPairs(roles, "\"roles\"") {
      checkWriter(pair.name, "a role")
      draft.roles.append(
        RoleDraft(
          name: pair.name, writers: log.distinctTexts(pair.value, "\"\(pair.name.value)\"", mayBeEmpty: true))
      )
    }
  }

  func crossings(_ node: YAMLNode) -> [CrossingDraft] {
    log.namedPairs(node, "\"crossings\"").compactMap { pair in
      if pair.name.value.isEmpty { log.error("a crossing needs a name", at: pair.name.location) }
      guard let object = ObjectReader<CrossingKey>(pair.value, log: log) else { return nil }
      let entities = object[.entities].map { log.distinctTexts($0, "\"entities\"") } ?? []
      let reason = object[.reason].flatMap { log.text($0, "\"reason\"") }
      if let reason, reason.value.isEmpty {
        log.error("a crossing needs a reason", at: reason.location)
      }
      let link = object[.link].flatMap { log.text($0, "\"link\"") }
      if let link, !["http://", "https://"].contains(where: { link.value.hasPrefix($0) }) {
        log.error("\"link\" must be a URL that starts with https:// or http://", at: link.location)
      }
      let expires = object[.expires].flatMap { log.text($0, "\"expires\"") }
      let day = expires.flatMap { CalendarDay($0.value) }
      if let expires, day == nil {
        log.error(
          "\"\(expires.value)\" isn't a day", at: expires.location,
          help: "the last day on which it is allowed, as in 2027-01-31")
      }
      guard let reason, let link, let day else { return nil }
      return CrossingDraft(
        crossing: Crossing(
          name: pair.name.value, entities: entities.map(\.value), reason: reason.value, link: link.value,
          expires: day, location: pair.name.location),
        entities: entities)
    }
  }

  /// The names by which Kedge itself writes can't be taken by others.
  func checkWriter(_ name: Located<String>, _ what: String) {
    if name.value.isEmpty { log.error("\(what) needs a name", at: name.location) }
    if NameRules.reservedWriters.contains(name.value) {
      log.error(
        "\"\(name.value)\" is the name by which Kedge itself writes, and so can't be \(what)",
        at: name.location)
    }
  }
}

/// Whether a writer must say its fence.
enum FenceWord: String, CaseIterable {
  case optional, required
}

/// A role with the places that later checks need.
struct RoleDraft {
  var name: Located<String>
  var writers: [Located<String>]
}

/// A crossing with the places that later checks need.
struct CrossingDraft {
  var crossing: Crossing
  var entities: [Located<String>]
}
