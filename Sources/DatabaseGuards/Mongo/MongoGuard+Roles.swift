internal import Codec
internal import Executors
internal import Guardrails
internal import Mapping
internal import Mongo

/// One role of the database that a plan wants, or that was made for one.
enum RoleChange: Equatable {
  case create(MongoRole)
  case replace(MongoRole)
  case remove(String)
  /// It is gone from the database.
  case forget(String)
}

/// A role and what it may do.
struct MongoRole: Equatable {
  static let kind = "role"

  var name: String
  /// Actions by collection. Sorted, as texts of it are compared.
  var privileges: [(collection: String, actions: [String])]

  static func == (left: MongoRole, right: MongoRole) -> Bool { left.definition == right.definition }

  /// The statement that makes it.
  var definition: String {
    let list = privileges.map { privilege in
      "{collection: \(ShellText.quoted(privilege.collection)), actions: ["
        + privilege.actions.map(ShellText.quoted).joined(separator: ", ") + "]}"
    }
    return "role \(ShellText.quoted(name)): [" + list.joined(separator: ", ") + "]"
  }

  func statement(_ command: String, database: String) -> String {
    let list = privileges.map { privilege in
      "{resource: {db: \(ShellText.quoted(database)), collection: \(ShellText.quoted(privilege.collection))},"
        + " actions: [" + privilege.actions.map(ShellText.quoted).joined(separator: ", ") + "]}"
    }
    return "db.runCommand({\(command): \(ShellText.quoted(name)), privileges: ["
      + list.joined(separator: ", ") + "], roles: []})"
  }

  func command(_ command: String, database: String) -> BSONDocument {
    let list = privileges.map { privilege -> BSONValue in
      [
        "resource": ["db": .string(database), "collection": .string(privilege.collection)],
        "actions": BSONValue(privilege.actions.map(BSONValue.string)),
      ]
    }
    return [command: .string(name), "privileges": BSONValue(list), "roles": []]
  }
}

extension MongoGuard {
  /// What each declared role may do here: read what is declared, and write what the plan lets one of its writers write.
  var wantedRoles: [MongoRole] {
    plan.roles.map { role in
      var actions: [String: Set<String>] = [:]
      for (place, entity) in plan.entities.enumerated() where entity.source == index {
        var allowed: Set<String> = ["find"]
        // The server can't see fences: as if the role had the newest one.
        if plan.decide(entity: place, store: index, writer: role.name, fence: plan.epoch).isAllowed {
          allowed.formUnion(["insert", "remove", "update"])
        }
        actions[entity.collection, default: []].formUnion(allowed)
      }
      return MongoRole(
        name: role.name,
        privileges: actions.keys.sorted().map { ($0, (actions[$0] ?? []).sorted()) })
    }
  }

  /// The role as the database has it; nil if it has none of that name. One that inherits, or that reaches beyond this
  /// database's collections, equals none that a plan wants.
  func liveRole(_ name: String) throws -> MongoRole? {
    let reply = try mongo.run(
      command: [
        "rolesInfo": ["role": .string(name), "db": .string(database)], "showPrivileges": true,
      ])
    guard let found = reply["roles"]?.elements?.first?.document else { return nil }
    var privileges: [(String, [String])] = (found["privileges"]?.elements ?? []).map { privilege in
      let resource = privilege.document?["resource"]?.document
      let isOwn = resource?["db"]?.string == database
      let actions = (privilege.document?["actions"]?.elements ?? []).compactMap(\.string).sorted()
      return (isOwn ? resource?["collection"]?.string ?? "" : "(elsewhere)", actions)
    }
    for other in found["roles"]?.elements ?? [] {
      privileges.append(("(inherited)", [other.document?["role"]?.string ?? ""]))
    }
    privileges.sort { $0.0 < $1.0 }
    return MongoRole(name: name, privileges: privileges)
  }

  /// What makes the roles the plan's.
  ///
  /// - Throws: ``StoreGuardError`` for a role of that name that Kedge didn't make.
  func roleChanges(_ known: [StoreRecord]) throws -> [RoleChange] {
    var changes: [RoleChange] = []
    let wanted = wantedRoles
    for role in wanted {
      let record = known.first { $0.kind == MongoRole.kind && $0.object == role.name }
      guard let live = try liveRole(role.name) else {
        changes.append(.create(role))
        continue
      }
      // Written down, but not known to be made: what is there is ours only if it is what we meant to make.
      let isOurs = record.map { $0.before["made"] == "true" || $0.definition == live.definition } ?? false
      guard isOurs else {
        throw StoreGuardError(
          store: store,
          message:
            "the database \"\(database)\" has a role \"\(role.name)\" that kedge didn't make; give the mapping's role another"
            + " name (guard: { roles: … } in set.yaml), or drop that one, and run again")
      }
      if live != role || record?.definition != role.definition || record?.before["made"] != "true" {
        changes.append(.replace(role))
      }
    }
    for record in known where record.kind == MongoRole.kind {
      guard !wanted.contains(where: { $0.name == record.object }) else { continue }
      changes += try removal(record)
    }
    return changes
  }

  func roleRemovals(_ known: [StoreRecord]) throws -> [RoleChange] {
    try known.filter { $0.kind == MongoRole.kind }.flatMap { try removal($0) }
  }

  private func removal(_ record: StoreRecord) throws -> [RoleChange] {
    let live = try liveRole(record.object)
    // Somebody else's, made after ours was meant to be, and wasn't.
    let isOurs = live.map { record.before["made"] == "true" || record.definition == $0.definition } ?? false
    return [isOurs ? .remove(record.object) : .forget(record.object)]
  }

  func carryOut(_ change: RoleChange) throws -> [GuardStep] {
    StopPoint.reach(.beforeGuard)
    switch change {
    case .create(let role):
      try records.write(record(role, isMade: false))
      StopPoint.reach(.afterGuard)
      try mongo.run(command: role.command("createRole", database: database))
      StopPoint.reach(.beforeGuard)
      try records.write(record(role, isMade: true))
    case .replace(let role):
      try mongo.run(command: role.command("updateRole", database: database))
      StopPoint.reach(.beforeGuard)
      try records.write(record(role, isMade: true))
    case .remove(let name):
      try mongo.run(command: ["dropRole": .string(name)])
      StopPoint.reach(.beforeGuard)
      try records.remove(StoreRecord(entity: "", kind: MongoRole.kind, object: name, definition: ""))
    case .forget(let name):
      try records.remove(StoreRecord(entity: "", kind: MongoRole.kind, object: name, definition: ""))
      StopPoint.reach(.afterGuard)
      return []
    }
    StopPoint.reach(.afterGuard)
    return [step(change)]
  }

  private func record(_ role: MongoRole, isMade: Bool) -> StoreRecord {
    StoreRecord(
      entity: "", kind: MongoRole.kind, object: role.name, definition: role.definition,
      before: ["made": isMade ? "true" : "false"])
  }

  func step(_ change: RoleChange) -> GuardStep {
    let (name, action, statement): (String, GuardStep.Action, String) =
      switch change {
      case .create(let role): (role.name, .create, role.statement("createRole", database: database))
      case .replace(let role): (role.name, .replace, role.statement("updateRole", database: database))
      case .remove(let name), .forget(let name): (name, .remove, "db.dropRole(\(ShellText.quoted(name)))")
      }
    return GuardStep(
      store: store, entity: "", kind: MongoRole.kind, object: name, action: action, statement: statement)
  }
}
