internal import Catalog
internal import Executors
public import Guardrails
public import Postgres
internal import SQLite

/// The rules inside a SQLite file: for each table whose entity has moved, triggers that abort every write, or count it where
/// the entity is only observed.
///
/// SQLite knows neither users nor settings of a session: nobody can be let through, not even Kedge.
///
/// For example:
/// ```swift
/// let rules = SQLiteGuard(plan: plan, store: index, path: "app.db", catalog: postgres)
/// for step in try rules.install(nil) { print(step.statement) }
/// ```
public struct SQLiteGuard: StoreGuard {
  public var store: String { plan.stores[index].name }
  let plan: GuardPlan
  let index: Int
  let path: String
  let records: StoreRecords
  let patience: Duration

  /// - Parameters:
  ///   - store: the store's place in the plan.
  ///   - path: its file.
  ///   - catalog: a connection to the target, which remembers what was installed.
  ///   - patience: how long to wait for another program's lock on the file.
  public init(
    plan: GuardPlan, store: Int, path: String, catalog: PostgresConnection, patience: Duration = .seconds(30)
  ) {
    self.plan = plan
    index = store
    self.path = path
    self.patience = patience
    records = StoreRecords(connection: catalog, set: plan.set, store: plan.stores[store].name)
  }

  public func steps(_ entities: Set<String>?) throws -> [GuardStep] {
    let connection = try SQLiteConnection(path: path, mode: .readOnly)
    return try changes(entities, SQLiteSchema(connection), records.all()).filter { !$0.isSilent }.map(step)
  }

  public func install(_ entities: Set<String>?) throws -> [GuardStep] {
    try Catalog(records.connection).ensure()
    return try records.alone {
      let known = try records.all()
      let connection = try SQLiteConnection(path: path, mode: .readWrite)
      let needsLock = try changes(entities, SQLiteSchema(connection), known).contains(where: \.changesFile)
      // Once the file is ours, so that nothing is written down that its lock then keeps from being done.
      if needsLock { try begin(connection) }
      let schema = try SQLiteSchema(connection)
      let changes = try changes(entities, schema, known)
      let intended = try wanted(entities, schema).map(\.record)
      let needsTable = changes.contains(.createObservations)
      for record in intended + (needsTable ? [Self.observationsRecord] : []) where !known.contains(record) {
        StopPoint.reach(.beforeGuard)
        try records.write(record)
        StopPoint.reach(.afterGuard)
      }
      return try carryOut(changes, connection, isLocked: needsLock)
    }
  }

  public func removals() throws -> [GuardStep] {
    let connection = try SQLiteConnection(path: path, mode: .readOnly)
    return try removals(SQLiteSchema(connection), records.all()).filter { !$0.isSilent }.map(step)
  }

  public func uninstall() throws -> [GuardStep] {
    try records.alone {
      let known = try records.all()
      guard !known.isEmpty else { return [] }
      let connection = try SQLiteConnection(path: path, mode: .readWrite)
      let needsLock = try removals(SQLiteSchema(connection), known).contains(where: \.changesFile)
      if needsLock { try begin(connection) }
      return try carryOut(removals(SQLiteSchema(connection), known), connection, isLocked: needsLock)
    }
  }

  static let observationsRecord = StoreRecord(
    entity: "", kind: SQLiteRule.tableKind, object: SQLiteTable.guardObservations,
    definition: SQLiteRule.observations)

  private func step(_ change: SQLiteChange) -> GuardStep {
    let (kind, object) = change.subject
    return GuardStep(
      store: store, entity: change.entity, kind: kind, object: object, action: change.action,
      statement: change.statement)
  }

  /// All changes in the transaction that was begun for them; then what is gone is forgotten. What fails ends the connection,
  /// and the transaction with it.
  private func carryOut(
    _ changes: [SQLiteChange], _ connection: SQLiteConnection, isLocked: Bool
  ) throws -> [GuardStep] {
    if changes.contains(where: \.changesFile) {
      guard isLocked else {
        throw StoreGuardError(
          store: store, message: "the file \"\(connection.path)\" was changed in this instant; run again")
      }
      if changes.contains(.dropObservations) { try keepObservations(connection) }
      StopPoint.reach(.beforeGuard)
      for change in changes where change.changesFile { try connection.execute(change.statement) }
      for change in changes {
        guard case .count(let entity) = change else { continue }
        for operation in SQLiteRule.operations {
          try connection.query(
            "INSERT INTO main.\(SQLiteTable.guardObservations) (entity, operation) VALUES (?, ?)"
              + " ON CONFLICT DO NOTHING", [.text(entity), .text(operation.rawValue)])
        }
      }
      StopPoint.reach(.afterGuard)
      try connection.execute("COMMIT")
    }
    for change in changes {
      guard case .forget(let record) = change else { continue }
      StopPoint.reach(.beforeGuard)
      try records.remove(record)
      StopPoint.reach(.afterGuard)
    }
    return changes.filter { !$0.isSilent }.map(step)
  }

  /// Takes the file's write lock.
  private func begin(_ connection: SQLiteConnection) throws {
    let deadline = ContinuousClock.now + patience
    while true {
      do {
        try connection.execute("PRAGMA busy_timeout = 250")
        try connection.execute("BEGIN IMMEDIATE")
        // On a file that can't be written to SQLite begins to read, without a word; a write to it tells.
        let version = try connection.query("PRAGMA main.user_version").first?.first?.integer ?? 0
        return try connection.execute("PRAGMA main.user_version = \(version)")
      } catch let error as SQLiteError where error.isBusy {
        guard ContinuousClock.now < deadline else {
          throw StoreGuardError(
            store: store,
            message:
              "another program has held a lock on the file \"\(connection.path)\" for longer than \(patience); end its"
              + " transaction, and run again")
        }
      } catch let error as SQLiteError where error.code == 8 {
        throw StoreGuardError(
          store: store,
          message:
            "the file \"\(connection.path)\" can't be written to, and triggers are part of it: \(error.message)."
            + " Make it writable for this user, and run again")
      }
    }
  }
}
