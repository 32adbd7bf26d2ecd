internal import Guardrails
internal import Mapping
internal import Postgres

/// Taking everything away, and saying what can't be enforced.
extension PostgresGuard {
  public func removals() throws -> [GuardStep] { try removalDifferences().flatMap(\.steps) }

  public func uninstall() throws -> [GuardStep] {
    let differences = try removalDifferences()
    for difference in differences {
      try transactions.run(on: difference.table, difference.lock) { try difference.apply(connection) }
    }
    return differences.flatMap(\.steps)
  }

  /// The tables first, so that no trigger is ever left without its rules.
  private func removalDifferences() throws -> [GuardDifference] {
    guard try hasState() else { return [] }
    let state = try GuardState.read(self)
    var found = state.triggers.map { removal($0, entity: $0.arguments.dropFirst().first ?? "") }
    found += try state.recorded.filter { $0.kind == "grant" }.map(restoration)
    let set = quoteLiteral(plan.set)
    var statements: [(kind: String, object: String, sql: String)] = []
    for (kind, table) in [("rules", "guard_rules"), ("role", "guard_roles")] {
      let rows = try connection.query("SELECT 1 FROM kedge.\(table) WHERE set_name = $1", [.text(plan.set)])
      guard !rows.isEmpty else { continue }
      statements.append((kind, "kedge.\(table)", "DELETE FROM kedge.\(table) WHERE set_name = \(set)"))
    }
    if state.functionBody != nil, try !isFunctionNeededElsewhere() {
      statements.append(("function", GuardFunction.name, GuardFunction.drop))
    }
    if !state.recorded.isEmpty || !statements.isEmpty {
      statements.append(
        (
          "record", "kedge.guard_objects",
          "DELETE FROM kedge.guard_objects WHERE set_name = \(set) AND store = \(quoteLiteral(store))"
        ))
    }
    for statement in statements {
      found.append(
        GuardDifference(
          entity: "", kind: statement.kind, object: statement.object, problem: .outdated, message: "",
          steps: [
            GuardStep(
              store: store, entity: "", kind: statement.kind, object: statement.object, action: .remove,
              statement: statement.sql)
          ]
        ) { connection in try connection.execute(statement.sql) })
    }
    return found
  }

  /// Another set of the same database calls it, too.
  private func isFunctionNeededElsewhere() throws -> Bool {
    try !connection.query(
      "SELECT 1 FROM kedge.guard_objects WHERE kind = 'function' AND object = $1 AND set_name <> $2",
      [.text(GuardFunction.name), .text(plan.set)]
    ).isEmpty
  }

  public func limits() throws -> [String] {
    var limits: [String] = []
    var state = GuardState()
    try state.readTables(self)
    for (table, entity) in state.absent {
      limits.append(
        "the table \(table.display) of entity \"\(plan.entities[entity].name)\" isn't there yet: install again when it is"
      )
    }
    if plan.roles.isEmpty {
      limits.append(
        "the mapping declares no roles (guard.roles in set.yaml), so rights are left as they are: any login may claim to be any"
          + " writer")
    }
    for role in plan.roles {
      let row = try connection.query(
        "SELECT rolsuper, pg_has_role(oid, coalesce((SELECT nspowner FROM pg_namespace WHERE nspname = 'kedge'),"
          + " current_user::regrole), 'MEMBER') AS is_kedge FROM pg_roles WHERE rolname = $1",
        [.text(role.name)]
      ).first
      guard let row else { continue }
      if try row.bool("rolsuper") {
        limits.append(
          "role \"\(role.name)\" is a superuser: rights don't bind it, and it can disable any trigger")
      } else if try row.bool("is_kedge") {
        limits.append(
          "role \"\(role.name)\" is a member of the role that owns schema kedge: it may claim to be Kedge, and keeps its rights"
        )
      } else {
        let owned = try state.tables.filter { table in
          try connection.query(
            "SELECT 1 FROM pg_class WHERE oid = $1::bigint::oid AND pg_has_role($2, relowner, 'MEMBER')",
            [.integer(table.oid), .text(role.name)]
          ).first != nil
        }
        if !owned.isEmpty {
          limits.append(
            "role \"\(role.name)\" owns \(owned.map(\.name.display).joined(separator: ", ")): it has all rights there, and can"
              + " disable the trigger")
        }
      }
    }
    return limits
  }
}
