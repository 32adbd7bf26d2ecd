/// Checks across entities: names and tables that two claim, and stores.
struct SetChecks {
  let log: DiagnosticLog

  func check(_ set: SetDraft, _ entities: [EntityDraft], isEveryEntityKnown: Bool) {
    var names = Claims(log: log, what: "name")
    var tables: [TableName: (owner: String, location: SourceLocation)] = [:]
    func claim(_ table: TableName, _ owner: String, _ location: SourceLocation) {
      if let first = tables[table] {
        log.error(
          "the table \(table.display) of \(owner) is already the table of \(first.owner) at \(place(first.location, from: location))",
          at: location, help: "give one of them another \"table\"")
      } else {
        tables[table] = (owner, location)
      }
    }
    for draft in entities {
      names.claim(draft.entity.name, "an entity", at: draft.entity.location)
      if let table = draft.entity.table {
        claim(table, "entity \"\(draft.entity.name)\"", draft.tableLocation)
      }
      for child in draft.children.flatMap(\.all) where draft.entity.owner == .core {
        claim(
          child.child.table, "child \"\(child.child.name)\" of \"\(draft.entity.name)\"", child.tableLocation)
      }
      checkStore(set, draft)
      warnOfUnaudited(set, draft)
    }
    NamedTypeChecks(log: log).check(entities)
    if isEveryEntityKnown { warnOfUnusedStores(set, entities) }
  }

  private func place(_ location: SourceLocation, from other: SourceLocation) -> String {
    location.file == other.file ? "line \(location.line)" : "\(location.file):\(location.line)"
  }

  private func checkStore(_ set: SetDraft, _ draft: EntityDraft) {
    guard draft.entity.owner == .core, !draft.entity.isNative,
      set.store(named: draft.entity.store)?.kind == .postgres
    else { return }
    log.error(
      "a core entity moves to Postgres, so its source can't be the postgres store \"\(draft.entity.store)\"",
      at: draft.entity.location, help: "name the mongo or sqlite store that holds it now")
  }

  /// An audit reads references in the stores that entities move from; what stays in Postgres can have a foreign key.
  private func warnOfUnaudited(_ set: SetDraft, _ draft: EntityDraft) {
    guard draft.entity.owner == .feature, set.store(named: draft.entity.store)?.kind == .postgres,
      let reference = draft.entity.references.first
    else { return }
    log.warning(
      "an audit doesn't look up the references of feature data that stays in Postgres",
      at: reference.location,
      help: "a foreign key in the migrations keeps them")
  }

  private func warnOfUnusedStores(_ set: SetDraft, _ entities: [EntityDraft]) {
    let used = Set(entities.map(\.entity.store))
    for store in set.stores where store.value.kind != .postgres && !used.contains(store.value.name) {
      log.warning("no entity uses the store \"\(store.value.name)\"", at: store.location)
    }
  }
}
