internal import Guardrails
internal import Mapping
internal import SQLite

extension SQLiteGuard {
  public func findings() throws -> [GuardFinding] {
    let known = try records.all()
    guard !known.isEmpty else { return [] }
    let schema = try SQLiteSchema(SQLiteConnection(path: path, mode: .readOnly))
    let rules = try wanted(nil, schema)
    var findings: [GuardFinding] = []
    for record in known where record.kind == SQLiteRule.kind {
      if let finding = finding(record, schema, rules.first { $0.name == record.object }) {
        findings.append(finding)
      }
    }
    if known.contains(Self.observationsRecord), schema.observations != SQLiteRule.observations {
      findings.append(
        finding(
          Self.observationsRecord, schema.observations == nil ? .missing : .altered,
          "the table in which writes are counted \(schema.observations == nil ? "is gone" : "was altered"), so that"
            + " writes to observed tables fail; run: kedge guard install"))
    }
    for rule in rules where !known.contains(where: { $0.object == rule.name }) {
      findings.append(
        finding(rule.record, .outdated, "it is wanted now, and was never installed; run: kedge guard install")
      )
    }
    return findings
  }

  private func finding(_ record: StoreRecord, _ schema: SQLiteSchema, _ rule: SQLiteRule?) -> GuardFinding? {
    let collection = plan.entity(named: record.entity).map { plan.entities[$0].collection }
    guard let found = schema.triggers[record.object] else {
      // With the table gone nothing can be written to it.
      if let collection, schema.tables[collection.lowercased()] == nil { return nil }
      return finding(
        record, .missing,
        "it is gone, as it is when its table was dropped and made again: writes pass. Find out who did that, and run:"
          + " kedge guard install")
    }
    if found != record.definition {
      return finding(
        record, .altered,
        "it isn't what kedge installed. Find out who altered it, and run: kedge guard install")
    }
    guard let rule else {
      return finding(
        record, .outdated,
        "nothing is to be refused here any more, as the phase or the mode has changed; run: kedge guard install"
      )
    }
    guard rule.sql == record.definition else {
      return finding(
        record, .outdated,
        "the mapping or the phase has changed since it was installed; run: kedge guard install")
    }
    return nil
  }

  private func finding(
    _ record: StoreRecord, _ problem: GuardFinding.Problem, _ message: String
  ) -> GuardFinding {
    GuardFinding(
      store: store, entity: record.entity, kind: record.kind, object: record.object, problem: problem,
      message: "the \(record.kind) \"\(record.object)\" of \"\(path)\": \(message)")
  }

  public func limits() throws -> [String] {
    var limits: [String] = []
    let guarded = plan.entities.indices.filter { entity in
      if case .open = plan.storeRule(of: entity, in: index) { false } else { true }
    }
    if !guarded.isEmpty {
      limits.append(
        "SQLite knows no users: its triggers refuse everybody, whoever writes and whatever fence it has, and whoever can write"
          + " the file can drop them")
    }
    let owned = plan.entities.filter { entity in
      entity.source == index && entity.mode == .enforce && (!entity.writers.isEmpty || entity.requiresFence)
        && !guarded.contains { plan.entities[$0].name == entity.name }
    }
    if !owned.isEmpty {
      limits.append(
        "while the file owns them, SQLite can't check the writers and fences of"
          + " \(owned.map(\.name).joined(separator: ", "))")
    }
    let schema = try SQLiteSchema(SQLiteConnection(path: path, mode: .readOnly))
    for place in guarded {
      let entity = plan.entities[place]
      if case .observe = plan.storeRule(of: place, in: index),
        schema.tables[entity.collection.lowercased()] == "view"
      {
        limits.append(
          "writes to the view \"\(entity.collection)\" of the entity \(entity.name) can't be counted")
      }
    }
    return limits
  }
}
