internal import Guardrails
internal import SQLite

/// One change of a file's rules, or of what is remembered of them.
enum SQLiteChange: Equatable {
  case createObservations
  case dropObservations
  /// The rows that an observed entity's triggers count in.
  case count(entity: String)
  case create(SQLiteRule)
  /// A trigger of ours that isn't as it must be is dropped before it is made anew.
  case drop(entity: String, name: String, isReplaced: Bool)
  /// Something of ours that is gone from the file.
  case forget(StoreRecord)

  var entity: String {
    switch self {
    case .createObservations, .dropObservations: ""
    case .count(let entity), .drop(let entity, _, _): entity
    case .create(let rule): rule.entity
    case .forget(let record): record.entity
    }
  }

  var subject: (kind: String, object: String) {
    switch self {
    case .createObservations, .dropObservations, .count: (SQLiteRule.tableKind, SQLiteTable.guardObservations)
    case .create(let rule): (SQLiteRule.kind, rule.name)
    case .drop(_, let name, _): (SQLiteRule.kind, name)
    case .forget(let record): (record.kind, record.object)
    }
  }

  var action: GuardStep.Action {
    switch self {
    case .createObservations, .create, .count: .create
    case .drop(_, _, let isReplaced): isReplaced ? .replace : .remove
    case .dropObservations, .forget: .remove
    }
  }

  var statement: String {
    switch self {
    case .createObservations: SQLiteRule.observations
    case .dropObservations: "DROP TABLE main.\(SQLiteTable.guardObservations)"
    case .create(let rule): rule.sql
    case .drop(_, let name, _): "DROP TRIGGER main.\(SQLiteConnection.quoted(name))"
    case .count, .forget: ""
    }
  }

  /// Whether its statement is run in the file.
  var changesFile: Bool { !isSilent }

  /// Whether it is a part of another one, of which a person needn't hear.
  var isSilent: Bool {
    switch self {
    case .count, .forget: true
    default: false
    }
  }
}

extension SQLiteGuard {
  /// The triggers that the plan wants.
  ///
  /// - Throws: ``StoreGuardError`` for a table that can't have triggers.
  func wanted(_ entities: Set<String>?, _ schema: SQLiteSchema) throws -> [SQLiteRule] {
    var rules: [SQLiteRule] = []
    for (place, entity) in plan.entities.enumerated() where entities?.contains(entity.name) ?? true {
      let rule = plan.storeRule(of: place, in: index)
      // A table that isn't there takes no writes.
      guard let kind = schema.tables[entity.collection.lowercased()] else { continue }
      switch rule {
      case .open: continue
      case .refuse(let reason):
        try requireTriggers(entity, kind)
        let message = plan.refusal(of: place, reason: reason)
        rules += SQLiteRule.operations.map {
          .refusing(
            $0, table: entity.collection, isView: kind == "view", entity: entity.name, message: message)
        }
      case .observe:
        // A trigger on a view would make writes seem to succeed that SQLite refuses today.
        if kind == "view" { continue }
        try requireTriggers(entity, kind)
        rules += SQLiteRule.operations.map {
          .observing($0, table: entity.collection, entity: entity.name)
        }
      }
    }
    return rules
  }

  private func requireTriggers(_ entity: GuardPlan.Entity, _ kind: String) throws {
    guard kind == "table" || kind == "view" else {
      throw StoreGuardError(
        store: store, entity: entity.name,
        message:
          "\"\(entity.collection)\" is a virtual table or a part of one, and SQLite has no triggers on these; say"
          + " guard: { mode: off } in the entity's file, and keep writers away by other means")
    }
  }

  /// What makes the file's rules the plan's, in order.
  func changes(_ entities: Set<String>?, _ schema: SQLiteSchema, _ known: [StoreRecord]) throws
    -> [SQLiteChange]
  {
    let rules = try wanted(entities, schema)
    let triggers = known.filter { $0.kind == SQLiteRule.kind }
    var changes: [SQLiteChange] = []
    var creations: [SQLiteChange] = []
    for rule in rules {
      let found = schema.triggers[rule.name]
      if found == rule.sql { continue }
      if found != nil {
        guard triggers.contains(where: { $0.object == rule.name }) else {
          throw StoreGuardError(
            store: store, entity: rule.entity,
            message:
              "the file has a trigger \"\(rule.name)\" that kedge didn't make; rename it, and run again")
        }
        changes.append(.drop(entity: rule.entity, name: rule.name, isReplaced: true))
      }
      creations.append(.create(rule))
    }
    var leftovers: [SQLiteChange] = []
    for record in triggers where entities?.contains(record.entity) ?? true {
      guard !rules.contains(where: { $0.name == record.object }) else { continue }
      if schema.triggers[record.object] != nil {
        changes.append(.drop(entity: record.entity, name: record.object, isReplaced: false))
      }
      leftovers.append(.forget(record))
    }
    let observed = Set(rules.filter(\.observes).map(\.entity)).union(
      entities == nil
        ? [] : triggers.filter { !(entities?.contains($0.entity) ?? true) && isObserving($0) }.map(\.entity))
    let tableRecord = known.first { $0.kind == SQLiteRule.tableKind }
    if !observed.isEmpty {
      if let found = schema.observations {
        guard found == SQLiteRule.observations, tableRecord != nil else { throw foreignTable }
      } else {
        changes.append(.createObservations)
      }
      for entity in Set(creations.map(\.entity)).intersection(observed).sorted() {
        changes.append(.count(entity: entity))
      }
    } else if let tableRecord {
      if schema.observations != nil { changes.append(.dropObservations) }
      leftovers.append(.forget(tableRecord))
    }
    return changes + creations + leftovers
  }

  private func isObserving(_ record: StoreRecord) -> Bool {
    record.definition.contains("UPDATE \(SQLiteTable.guardObservations) ")
  }

  private var foreignTable: StoreGuardError {
    StoreGuardError(
      store: store,
      message:
        "the file has a table \"\(SQLiteTable.guardObservations)\" that kedge didn't make, or that was altered; rename"
        + " it, and run again")
  }

  /// What takes all of ours out of the file.
  func removals(_ schema: SQLiteSchema, _ known: [StoreRecord]) -> [SQLiteChange] {
    var changes: [SQLiteChange] = []
    for record in known where record.kind == SQLiteRule.kind && schema.triggers[record.object] != nil {
      changes.append(.drop(entity: record.entity, name: record.object, isReplaced: false))
    }
    if schema.observations != nil, known.contains(where: { $0.kind == SQLiteRule.tableKind }) {
      changes.append(.dropObservations)
    }
    return changes + known.map(SQLiteChange.forget)
  }
}
