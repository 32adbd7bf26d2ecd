internal import Guardrails
internal import Mapping
internal import Postgres

/// One trigger on each table, which asks before each statement.
extension PostgresGuard {
  /// A table may be named by several sets: each has a trigger of its own.
  var triggerName: String {
    // Postgres cuts names at 63 bytes.
    String(decoding: "kedge_guard_\(plan.set)".utf8.prefix(63), as: UTF8.self)
  }

  func triggerDifferences(_ state: GuardState, _ entities: Set<String>?) -> [GuardDifference] {
    var found: [GuardDifference] = []
    for table in state.tables {
      let entity = plan.entities[table.entity]
      guard entities?.contains(entity.name) ?? true else { continue }
      let present = state.triggers.filter { $0.table == table.name }
      let recorded = state.recorded("trigger", table.name.display)
      let wanted = [plan.set, entity.name, store]
      if recorded != nil, present.count == 1, let trigger = present.first, trigger.name == triggerName,
        trigger.arguments == wanted, trigger.isAsWanted, trigger.enabled == "A"
      {
        continue
      }
      found.append(triggerDifference(table, entity.name, present, recorded))
    }
    let known = Set(state.tables.map(\.name))
    for trigger in state.triggers where !known.contains(trigger.table) {
      let entity = trigger.arguments.dropFirst().first ?? ""
      guard entities?.contains(entity) ?? true else { continue }
      found.append(removal(trigger, entity: entity))
    }
    let there = Set(state.triggers.map(\.table)).union(known)
    for object in state.recorded
    where object.kind == "trigger" && !there.contains(where: { $0.display == object.object })
      && (entities?.contains(object.entity) ?? true)
    {
      // The table is gone, and its trigger with it: there is nothing to do but to forget it.
      found.append(
        GuardDifference(
          entity: object.entity, kind: "trigger", object: object.object, problem: .missing,
          message: "the table \(object.object), which had a trigger, isn't there any more",
          steps: [
            GuardStep(
              store: store, entity: object.entity, kind: "trigger", object: object.object, action: .remove,
              statement: "DELETE FROM kedge.guard_objects WHERE object = \(quoteLiteral(object.object))")
          ]
        ) { _ in
          try forget("trigger", object.object)
          try forget("grant", "table \(object.object)")
        })
    }
    return found
  }

  private func triggerDifference(
    _ table: GuardState.Table, _ entity: String, _ present: [GuardState.Trigger], _ recorded: RecordedObject?
  ) -> GuardDifference {
    let arguments = [plan.set, entity, store].map(quoteLiteral).joined(separator: ", ")
    let name = quoteIdentifier(triggerName)
    let create = """
      CREATE TRIGGER \(name) BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON \(table.name.sql) \
      FOR EACH STATEMENT EXECUTE FUNCTION kedge.guard_write(\(arguments))
      """
    let isRight =
      present.count == 1
      && present.allSatisfy {
        $0.name == triggerName && $0.arguments == [plan.set, entity, store] && $0.isAsWanted
      }
    let drops = present.map { "DROP TRIGGER \(quoteIdentifier($0.name)) ON \(table.name.sql)" }
    let enable = "ALTER TABLE ONLY \(table.name.sql) ENABLE ALWAYS TRIGGER \(name)"
    let statements = (isRight ? [] : drops + [create]) + [enable]
    let isSameTable = recorded?.before == nil || recorded?.before?.contains("\"oid\": \(table.oid)") == true
    let message: String
    let problem: GuardFinding.Problem
    if recorded == nil {
      problem = .outdated
      message = "the table \(table.name.display) has no trigger of this kedge yet"
    } else if present.isEmpty {
      problem = .missing
      message =
        isSameTable
        ? "the trigger on \(table.name.display) was dropped"
        : "the table \(table.name.display) was made anew, without its trigger"
    } else if let trigger = present.first, trigger.enabled != "A" {
      problem = .altered
      message =
        trigger.enabled == "D"
        ? "the trigger on \(table.name.display) is disabled"
        : "the trigger on \(table.name.display) doesn't fire always: sessions that replicate pass it"
    } else {
      problem = .altered
      message = "the trigger on \(table.name.display) isn't as it was installed"
    }
    return GuardDifference(
      entity: entity, kind: "trigger", object: table.name.display, problem: problem, message: message,
      steps: [
        GuardStep(
          store: store, entity: entity, kind: "trigger", object: table.name.display,
          action: present.isEmpty ? .create : .replace, statement: statements.joined(separator: ";\n"))
      ], table: table.name, lock: isRight || present.isEmpty ? .writers : .everybody
    ) { connection in
      for statement in statements { try connection.execute(statement) }
      try record(entity, "trigger", table.name.display, create, before: "{\"oid\": \(table.oid)}")
    }
  }

  /// Of a table that no entity lives in any more.
  func removal(_ trigger: GuardState.Trigger, entity: String) -> GuardDifference {
    let sql = "DROP TRIGGER IF EXISTS \(quoteIdentifier(trigger.name)) ON \(trigger.table.sql)"
    return GuardDifference(
      entity: entity, kind: "trigger", object: trigger.table.display, problem: .outdated,
      message: "the table \(trigger.table.display) has a trigger, and no entity of the mapping lives in it",
      steps: [
        GuardStep(
          store: store, entity: entity, kind: "trigger", object: trigger.table.display, action: .remove,
          statement: sql)
      ], table: trigger.table, lock: .everybody
    ) { connection in
      try connection.execute(sql)
      try forget("trigger", trigger.table.display)
    }
  }
}
