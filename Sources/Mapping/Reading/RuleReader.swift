/// Reads an entity's rules for quarantine, audit, reset and writers.
struct RuleReader {
  let log: DiagnosticLog

  func read(_ object: ObjectReader<EntityKey>, into draft: inout EntityDraft) {
    let isCore = draft.entity.owner == .core
    if isCore, let node = object[.quarantine], let rules = ObjectReader<QuarantineKey>(node, log: log) {
      draft.entity.quarantineLimit = rules[.limit].flatMap { log.count($0, "\"limit\"", in: 0...Int.max) }
    }
    if isCore, let node = object[.audit], let rules = ObjectReader<AuditKey>(node, log: log) {
      if let ignore = rules[.ignore] {
        draft.auditIgnore = log.distinctTexts(ignore, "\"ignore\"", mayBeEmpty: true)
        draft.entity.auditIgnore = draft.auditIgnore.map(\.value)
      }
      if let tolerance = rules[.tolerance] { readTolerance(tolerance, &draft) }
    }
    if let node = object[.reset], let rules = ObjectReader<ResetKey>(node, log: log), let keep = rules[.keep]
    {
      for pair in log.namedPairs(keep, "\"keep\"") {
        let values = log.distinctTexts(pair.value, "\"\(pair.name.value)\"")
        draft.resetKeep.append(pair.name)
        draft.entity.resetKeep.append(KeepRule(column: pair.name.value, values: values.map(\.value)))
      }
    }
    if let writers = object[.writers] {
      draft.entity.writers = log.distinctTexts(writers, "\"writers\"", mayBeEmpty: true).map(\.value)
    }
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
