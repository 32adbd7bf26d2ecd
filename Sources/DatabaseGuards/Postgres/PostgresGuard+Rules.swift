internal import Guardrails
internal import Mapping
internal import Postgres

/// The function, and the rows that it decides by.
extension PostgresGuard {
  func functionDifferences(_ state: GuardState) throws -> [GuardDifference] {
    var found: [GuardDifference] = []
    let isThere = state.functionBody != nil
    let isRecorded = state.recorded("function", GuardFunction.name) != nil
    if state.functionBody != GuardFunction.body || !state.isFunctionAsWanted || !isRecorded {
      let step = GuardStep(
        store: store, entity: "", kind: "function", object: GuardFunction.name,
        action: isThere ? .replace : .create, statement: GuardFunction.create)
      found.append(
        GuardDifference(
          entity: "", kind: "function", object: GuardFunction.name,
          problem: !isRecorded ? .outdated : isThere ? .altered : .missing,
          message: isThere
            ? "the function \(GuardFunction.name) isn't the one that this kedge installs"
            : "the function \(GuardFunction.name) isn't there",
          steps: [step]
        ) { connection in
          try connection.execute(GuardFunction.create)
          try connection.execute("REVOKE ALL ON FUNCTION \(GuardFunction.name) FROM PUBLIC")
          try record("", "function", GuardFunction.name, GuardFunction.create)
        })
    }
    return found
  }

  /// Each row of rules is compared as one text, which is what was written down when it was installed.
  func ruleDifferences(_ state: GuardState, _ entities: Set<String>?) throws -> [GuardDifference] {
    guard try hasState() else {
      return guarded(entities).map { ruleDifference(plan.entities[$0], .outdated, isThere: false) }
        + [epochDifference()] + roleDifferences(present: [:], state)
    }
    var found: [GuardDifference] = []
    let rows = try connection.query(
      """
      SELECT r.entity, \(Self.ruleText) AS text, coalesce(r.declared_phase, '-') AS phase
      FROM kedge.guard_rules r WHERE r.set_name = $1
      """, [.text(plan.set)])
    var present: [String: String] = [:]
    var phases: [String: String] = [:]
    for row in rows {
      present[try row.text("entity")] = try row.text("text")
      phases[try row.text("entity")] = try row.text("phase")
    }
    for index in guarded(entities) {
      let entity = plan.entities[index]
      let wanted = ruleText(entity)
      // Once a phase was set, in an epoch of its own, the one that the file declares doesn't count.
      let hasPhase = entity.epoch > 0 || phases[entity.name] == entity.phase ?? "-"
      guard present[entity.name] != wanted || !hasPhase else { continue }
      let recorded = state.recorded("rules", entity.name)
      let problem: GuardFinding.Problem =
        recorded?.definition != wanted || present[entity.name] == wanted
        ? .outdated : present[entity.name] == nil ? .missing : .altered
      found.append(ruleDifference(entity, problem, isThere: present[entity.name] != nil))
    }
    for name in present.keys.sorted()
    where !guarded(nil).contains(where: { plan.entities[$0].name == name })
      && (entities?.contains(name) ?? true)
    {
      found.append(removedRule(name))
    }
    let epochs = try connection.query(
      "SELECT 1 FROM kedge.epochs WHERE set_name = $1", [.text(plan.set)])
    if epochs.isEmpty { found.append(epochDifference()) }
    var roles: [String: String] = [:]
    for row in try connection.query(
      "SELECT role, array_to_string(writers, ', ') AS writers FROM kedge.guard_roles WHERE set_name = $1",
      [.text(plan.set)])
    {
      roles[try row.text("role")] = try row.text("writers")
    }
    return found + roleDifferences(present: roles, state)
  }

  private static let ruleText = """
    concat_ws('; ', r.owner, 'mode ' || r.mode,
      'fence ' || r.requires_fence::text, 'writers ' || array_to_string(r.writers, ', '), 'in ' || r.source_store,
      'to ' || coalesce(r.target_store, '-'), 'at ' || r.declared_at)
    """

  private func ruleText(_ entity: GuardPlan.Entity) -> String {
    [
      entity.owner.rawValue, "mode \(entity.mode.rawValue)",
      "fence \(entity.requiresFence)", "writers \(entity.writers.joined(separator: ", "))",
      "in \(plan.stores[entity.source].name)", "to \(entity.target.map { plan.stores[$0].name } ?? "-")",
      "at \(place(entity))",
    ].joined(separator: "; ")
  }

  private func place(_ entity: GuardPlan.Entity) -> String {
    "\(entity.location.file):\(entity.location.line)"
  }

  private func ruleDifference(_ entity: GuardPlan.Entity, _ problem: GuardFinding.Problem, isThere: Bool)
    -> GuardDifference
  {
    let sql = """
      INSERT INTO kedge.guard_rules (set_name, entity, owner, declared_phase, mode, requires_fence, writers, source_store, \
      target_store, declared_at) VALUES (\(quoteLiteral(plan.set)), \(quoteLiteral(entity.name)), \
      \(quoteLiteral(entity.owner.rawValue)), \(entity.phase.map(quoteLiteral) ?? "NULL"), \
      \(quoteLiteral(entity.mode.rawValue)), \(entity.requiresFence), \(array(entity.writers)), \
      \(quoteLiteral(plan.stores[entity.source].name)), \
      \(entity.target.map { quoteLiteral(plan.stores[$0].name) } ?? "NULL"), \(quoteLiteral(place(entity)))) \
      ON CONFLICT (set_name, entity) DO UPDATE SET owner = EXCLUDED.owner, declared_phase = EXCLUDED.declared_phase, \
      mode = EXCLUDED.mode, requires_fence = EXCLUDED.requires_fence, writers = EXCLUDED.writers, \
      source_store = EXCLUDED.source_store, target_store = EXCLUDED.target_store, declared_at = EXCLUDED.declared_at
      """
    let definition = ruleText(entity)
    return GuardDifference(
      entity: entity.name, kind: "rules", object: entity.name, problem: problem,
      message: problem == .outdated
        ? "the rules of entity \"\(entity.name)\" in kedge.guard_rules aren't those of the mapping"
        : "the rules of entity \"\(entity.name)\" in kedge.guard_rules were \(problem == .missing ? "removed" : "changed") by hand",
      steps: [
        GuardStep(
          store: store, entity: entity.name, kind: "rules", object: entity.name,
          action: isThere ? .replace : .create, statement: sql)
      ]
    ) { connection in
      try connection.execute(sql)
      try record(entity.name, "rules", entity.name, definition)
    }
  }

  private func removedRule(_ name: String) -> GuardDifference {
    let sql =
      "DELETE FROM kedge.guard_rules WHERE set_name = \(quoteLiteral(plan.set)) AND entity = \(quoteLiteral(name))"
    return GuardDifference(
      entity: name, kind: "rules", object: name, problem: .outdated,
      message: "kedge.guard_rules has rules of entity \"\(name)\", which the mapping doesn't have here",
      steps: [
        GuardStep(
          store: store, entity: name, kind: "rules", object: name, action: .remove, statement: sql)
      ]
    ) { connection in
      try connection.execute(sql)
      try forget("rules", name)
    }
  }

  /// A transaction of an older snapshot is stopped by the row that every change of phase writes: so it has to be there from the first.
  private func epochDifference() -> GuardDifference {
    let sql = "INSERT INTO kedge.epochs VALUES (\(quoteLiteral(plan.set)), 0) ON CONFLICT DO NOTHING"
    return GuardDifference(
      entity: "", kind: "epoch", object: plan.set, problem: .outdated,
      message: "kedge.epochs has no row for the set",
      steps: [
        GuardStep(
          store: store, entity: "", kind: "epoch", object: plan.set, action: .create, statement: sql)
      ]
    ) { try $0.execute(sql) }
  }

  private func roleDifferences(present: [String: String], _ state: GuardState) -> [GuardDifference] {
    var found: [GuardDifference] = []
    let set = quoteLiteral(plan.set)
    for role in plan.roles {
      let definition = role.writers.joined(separator: ", ")
      guard present[role.name] != definition else { continue }
      let isRecorded = state.recorded("role", role.name)?.definition == definition
      let sql =
        "INSERT INTO kedge.guard_roles VALUES (\(set), \(quoteLiteral(role.name)), \(array(role.writers)))"
        + " ON CONFLICT (set_name, role) DO UPDATE SET writers = EXCLUDED.writers"
      let step = GuardStep(
        store: store, entity: "", kind: "role", object: role.name,
        action: present[role.name] == nil ? .create : .replace, statement: sql)
      found.append(
        GuardDifference(
          entity: "", kind: "role", object: role.name,
          problem: isRecorded ? (present[role.name] == nil ? .missing : .altered) : .outdated,
          message: "kedge.guard_roles doesn't say of role \"\(role.name)\" what the mapping says",
          steps: [step]
        ) { connection in
          try connection.execute(sql)
          try record("", "role", role.name, definition)
        })
    }
    for name in present.keys.sorted() where !plan.roles.contains(where: { $0.name == name }) {
      let sql = "DELETE FROM kedge.guard_roles WHERE set_name = \(set) AND role = \(quoteLiteral(name))"
      let step = GuardStep(
        store: store, entity: "", kind: "role", object: name, action: .remove, statement: sql)
      found.append(
        GuardDifference(
          entity: "", kind: "role", object: name, problem: .outdated,
          message: "kedge.guard_roles has role \"\(name)\", which the mapping doesn't have", steps: [step]
        ) { connection in
          try connection.execute(sql)
          try forget("role", name)
        })
    }
    return found
  }

  private func array(_ words: [String]) -> String {
    words.isEmpty ? "'{}'" : "ARRAY[\(words.map(quoteLiteral).joined(separator: ", "))]"
  }
}
