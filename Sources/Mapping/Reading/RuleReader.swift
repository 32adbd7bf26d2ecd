/// Reads an entity's rules for quarantine, audit, reset and writers.
struct RuleReader {
  let log: DiagnosticLog

  func read(_ object: ObjectReader<EntityKey>, into draft: inout EntityDraft) {
    let isCore = draft.entity.owner == .core
    if isCore, let node = object[.quarantine], let rules = ObjectReader<QuarantineKey>(node, log: log) {
      draft.entity.quarantineLimit = rules[.limit].flatMap(limit)
    }
    if isCore, let node = object[.unmapped] { readUnmapped(node, &draft) }
    if isCore, let node = object[.audit], let rules = ObjectReader<AuditKey>(node, log: log) {
      if let ignore = rules[.ignore] {
        draft.auditIgnore = log.distinctTexts(ignore, "\"ignore\"", mayBeEmpty: true)
        draft.entity.auditIgnore = draft.auditIgnore.map(\.value)
      }
      if let tolerance = rules[.tolerance] { readTolerance(tolerance, &draft) }
    }
    if let node = object[.reset], let rules = ObjectReader<ResetKey>(node, log: log), let keep = rules[.keep]
    {
      readKeep(keep, &draft)
    }
    if let writers = object[.writers] {
      let names = log.distinctTexts(writers, "\"writers\"", mayBeEmpty: true)
      for name in names { GuardReader(log: log).checkWriter(name, "a writer") }
      draft.entity.writers = names.map(\.value)
    }
    if let node = object[.guardrails] { draft.entity.guardRules = GuardReader(log: log).entityRules(node) }
  }

  /// The word `all`, or columns with the values whose rows stay.
  private func readKeep(_ node: YAMLNode, _ draft: inout EntityDraft) {
    if node.scalarText != nil {
      draft.entity.resetKeepsAll = log.word(node, "\"keep\"", as: KeepWord.self) == .all
      return
    }
    for pair in log.namedPairs(node, "\"keep\"") {
      let values = log.distinctTexts(pair.value, "\"\(pair.name.value)\"")
      draft.resetKeep.append(pair.name)
      draft.keepValues += values.map { (column: pair.name.value, value: $0) }
      draft.entity.resetKeep.append(KeepRule(column: pair.name.value, values: values.map(\.value)))
    }
  }

  private func limit(_ node: YAMLNode) -> QuarantineLimit? {
    guard let text = node.scalarText, text.hasSuffix("%") else {
      return log.count(node, "\"limit\"", in: 0...Int.max).map { .records($0) }
    }
    guard let percent = Double(text.dropLast()), (0...100).contains(percent) else {
      log.error("a limit in percent is from 0% to 100%", at: node.location)
      return nil
    }
    return .percent(percent)
  }

  /// A word for all fields that nothing maps, or names and a word for the others.
  private func readUnmapped(_ node: YAMLNode, _ draft: inout EntityDraft) {
    if node.scalarText != nil {
      if let word = log.word(node, "\"unmapped\"", as: UnmappedRule.Others.self) {
        draft.entity.unmapped.others = word
      }
      return
    }
    guard let rules = ObjectReader<UnmappedKey>(node, log: log) else { return }
    if let others = rules[.others].flatMap({ log.word($0, "\"others\"", as: UnmappedRule.Others.self) }) {
      draft.entity.unmapped.others = others
    }
    guard let ignore = rules[.ignore] else { return }
    for item in ignore.items ?? [ignore] {
      guard let path = log.path(item, "an item of \"ignore\"") else { continue }
      if draft.ignored.contains(where: { $0.value == path }) {
        log.error("\"\(path)\" stands twice in \"ignore\"", at: item.location)
      }
      draft.ignored.append(Located(value: path, location: item.location))
    }
    draft.entity.unmapped.ignored = draft.ignored.map(\.value)
  }

  private func readTolerance(_ node: YAMLNode, _ draft: inout EntityDraft) {
    for pair in log.namedPairs(node, "\"tolerance\"") {
      guard let text = pair.value.scalarText, let value = Double(text), value.isFinite, value >= 0 else {
        log.error("a tolerance must be a number, not below 0", at: pair.value.location)
        continue
      }
      draft.auditTolerance.append(pair.name)
      draft.entity.auditTolerance[pair.name.value] = value
    }
  }
}
