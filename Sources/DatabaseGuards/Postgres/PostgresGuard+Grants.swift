internal import Foundation
internal import Guardrails
internal import Mapping
internal import Postgres

/// The rights of the declared roles. Where the mapping declares none, rights are left alone.
extension PostgresGuard {
  /// - Throws: ``MissingRole`` for a role that the mapping declares and the server hasn't.
  func requireRoles() throws {
    let missing = try missingRoles()
    if !missing.isEmpty { throw MissingRole(roles: missing, store: store) }
  }

  private func missingRoles() throws -> [String] {
    guard !plan.roles.isEmpty else { return [] }
    let known = try roleNames()
    return plan.roles.map(\.name).filter { !known.contains($0) }
  }

  /// A role that was dropped since: nothing here makes it again.
  func loginDifferences() throws -> [GuardDifference] {
    try missingRoles().map { role in
      let missing = MissingRole(roles: [role], store: store)
      return GuardDifference(
        entity: "", kind: "login", object: role, problem: .missing, message: missing.description, steps: []
      ) { _ in throw missing }
    }
  }

  /// - Parameter ofMine: only those that this session may become.
  func roleNames(ofMine: Bool = false) throws -> Set<String> {
    Set(
      try connection.query(
        "SELECT rolname FROM pg_roles WHERE NOT $1 OR pg_has_role(oid, 'MEMBER')", [.boolean(ofMine)]
      ).map { try $0.text("rolname") })
  }

  func grantDifferences(_ state: GuardState, _ entities: Set<String>?) throws -> [GuardDifference] {
    let wanted = try grantPlans(state)
    var found: [GuardDifference] = []
    for plan in wanted where plan.entity.isEmpty || (entities?.contains(plan.entity) ?? true) {
      guard let access = try Access.read(plan.object, connection) else { continue }
      let statements = plan.changes(access).statements
      let recorded = state.recorded("grant", plan.object.display)
      guard !statements.isEmpty || recorded?.definition != plan.definition else { continue }
      found.append(grantDifference(plan, statements, recorded))
    }
    let objects = Set(wanted.map(\.object.display))
    for recorded in state.recorded
    where recorded.kind == "grant" && !objects.contains(recorded.object)
      && (recorded.entity.isEmpty || (entities?.contains(recorded.entity) ?? true))
    {
      found.append(try restoration(recorded))
    }
    return found
  }

  /// Rights are for entities whose guardrail enforces: where it observes, a wrong write must pass.
  private func grantPlans(_ state: GuardState) throws -> [GrantPlan] {
    guard !plan.roles.isEmpty else { return [] }
    let exempt = Set(
      try connection.query(
        """
        SELECT r.rolname FROM pg_roles r WHERE pg_has_role(r.oid,
          coalesce((SELECT nspowner FROM pg_namespace WHERE nspname = 'kedge'), current_user::regrole), 'MEMBER')
        """
      ).map { try $0.text("rolname") })
    var plans: [GrantPlan] = []
    var schemas: [(name: String, writers: [String])] = []
    for table in state.tables where plan.entities[table.entity].mode == .enforce {
      let entity = plan.entities[table.entity].name
      let writers = plan.roles(writing: table.entity)
      plans.append(
        GrantPlan(
          object: AccessObject(kind: .table, name: table.name), entity: entity, writers: writers,
          given: ["SELECT", "INSERT", "UPDATE", "DELETE"], taken: GrantPlan.write, exempt: exempt))
      for sequence in try sequences(of: table) {
        plans.append(
          GrantPlan(
            object: AccessObject(kind: .sequence, name: sequence), entity: entity, writers: writers,
            given: ["USAGE"], taken: [], exempt: exempt))
      }
      if let index = schemas.firstIndex(where: { $0.name == table.name.schema }) {
        schemas[index].writers += writers.filter { !schemas[index].writers.contains($0) }
      } else {
        schemas.append((table.name.schema, writers))
      }
    }
    for schema in schemas {
      plans.append(
        GrantPlan(
          object: .schema(schema.name), entity: "", writers: schema.writers, given: ["USAGE"], taken: [],
          exempt: exempt))
    }
    return plans
  }

  /// Those that a table's defaults draw from; columns GENERATED AS IDENTITY need no right.
  private func sequences(of table: GuardState.Table) throws -> [TableName] {
    try connection.query(
      """
      SELECT DISTINCT n.nspname, s.relname FROM pg_attrdef d
        JOIN pg_depend k ON k.classid = 'pg_attrdef'::regclass AND k.objid = d.oid AND k.refclassid = 'pg_class'::regclass
        JOIN pg_class s ON s.oid = k.refobjid AND s.relkind = 'S' JOIN pg_namespace n ON n.oid = s.relnamespace
      WHERE d.adrelid = $1::bigint::oid ORDER BY 1, 2
      """, [.integer(table.oid)]
    ).map { TableName(schema: try $0.text("nspname"), name: try $0.text("relname")) }
  }

  private func grantDifference(_ wanted: GrantPlan, _ statements: [String], _ recorded: RecordedObject?)
    -> GuardDifference
  {
    let isSame = recorded?.definition == wanted.definition
    let name = wanted.object.display
    return GuardDifference(
      entity: wanted.entity, kind: "grant", object: name, problem: isSame ? .altered : .outdated,
      message: isSame
        ? "the rights on \(name) were changed: \(statements.joined(separator: "; ")) would undo that"
        : "the rights on \(name) aren't those that the mapping's roles want",
      steps: statements.map {
        GuardStep(
          store: store, entity: wanted.entity, kind: "grant", object: name,
          action: recorded == nil ? .create : .replace, statement: $0)
      }, table: wanted.object.kind == .table ? wanted.object.name : nil
    ) { connection in
      // Looked at again: nobody was kept out before.
      guard let access = try Access.read(wanted.object, connection) else { return }
      let changes = wanted.changes(access)
      var memory = try recorded.flatMap { try self.memory($0) } ?? GrantMemory(access)
      // Another object of the same name has rights of its own.
      if memory.oid != access.oid { memory = GrantMemory(access) }
      memory.granted += changes.granted.filter { item in !memory.granted.contains { $0.isSame(item) } }
      for statement in changes.statements { try connection.execute(statement) }
      try record(wanted.entity, "grant", name, wanted.definition, before: try text(memory))
    }
  }

  /// Takes an object's rights back to what they were.
  func restoration(_ recorded: RecordedObject) throws -> GuardDifference {
    let object = accessObject(recorded)
    var statements: [String] = []
    if let memory = try self.memory(recorded), let access = try Access.read(object, connection),
      access.oid == memory.oid
    {
      statements = GrantPlan.undo(memory, access, roles: try roleNames(), mayBe: try roleNames(ofMine: true))
    }
    let isThere = try Access.read(object, connection) != nil
    return GuardDifference(
      entity: recorded.entity, kind: "grant", object: recorded.object, problem: .outdated,
      message: "the rights on \(recorded.object) are still those of an earlier mapping",
      steps: statements.map {
        GuardStep(
          store: store, entity: recorded.entity, kind: "grant", object: recorded.object, action: .restore,
          statement: $0)
      }, table: object.kind == .table && isThere ? object.name : nil
    ) { connection in
      if let memory = try self.memory(recorded), let access = try Access.read(object, connection),
        access.oid == memory.oid
      {
        for statement in GrantPlan.undo(
          memory, access, roles: try roleNames(), mayBe: try roleNames(ofMine: true))
        {
          try connection.execute(statement)
        }
        try makeExact(object, memory)
      }
      try forget("grant", recorded.object)
    }
  }

  private func accessObject(_ recorded: RecordedObject) -> AccessObject {
    let words = recorded.object.split(separator: " ", maxSplits: 1).map(String.init)
    let name = words.last ?? ""
    if words.first == "schema" { return .schema(name) }
    let halves = name.split(separator: ".", maxSplits: 1).map(String.init)
    return AccessObject(
      kind: words.first == "sequence" ? .sequence : .table,
      name: TableName(schema: halves.first ?? "", name: halves.last ?? ""))
  }

  /// The same rights can be written down in several ways: not at all, where they are those that the owner has anyway, and in
  /// any order. No statement chooses, so a superuser puts the old text back, where it says the same.
  private func makeExact(_ object: AccessObject, _ memory: GrantMemory) throws {
    guard let now = try Access.read(object, connection), Set(now.items) == Set(memory.items),
      try connection.query("SELECT current_setting('is_superuser') AS is").first?["is"] == "on"
    else { return }
    if now.text != memory.text {
      let (catalog, column) = object.kind == .schema ? ("pg_namespace", "nspacl") : ("pg_class", "relacl")
      _ = try connection.query(
        "UPDATE pg_catalog.\(catalog) SET \(column) = $1::aclitem[] WHERE oid = $2::bigint::oid",
        [.optional(memory.text), .integer(memory.oid)])
    }
    for (column, text) in memory.columns where now.columns[column] != text {
      _ = try connection.query(
        """
        UPDATE pg_catalog.pg_attribute SET attacl = $1::aclitem[] WHERE attrelid = $2::bigint::oid AND attname = $3
        """, [.text(text), .integer(memory.oid), .text(column)])
    }
  }

  private func memory(_ recorded: RecordedObject) throws -> GrantMemory? {
    guard let before = recorded.before else { return nil }
    return try JSONDecoder().decode(GrantMemory.self, from: Data(before.utf8))
  }

  private func text(_ memory: GrantMemory) throws -> String {
    String(decoding: try JSONEncoder().encode(memory), as: UTF8.self)
  }
}

/// The mapping declares roles that the server doesn't have.
public struct MissingRole: Error, CustomStringConvertible {
  public let roles: [String]
  let store: String

  public var description: String {
    let statements = roles.map { "CREATE ROLE \(quoteIdentifier($0)) LOGIN" }
    return
      "set.yaml declares \(roles.count == 1 ? "the role" : "the roles") \(roles.joined(separator: ", ")) under guard.roles,"
      + " and store \"\(store)\" has \(roles.count == 1 ? "no such role" : "none of them"). Make"
      + " \(roles.count == 1 ? "it" : "them") first: \(statements.joined(separator: "; "))"
  }
}
