public import Executors
public import Guardrails
internal import Mapping
public import Postgres

/// The rules inside a Postgres database: one trigger on each table that an entity lives in, the function that it calls with the
/// rules that it decides by, and the rights of the declared roles.
///
/// What must be done is found by looking at what is there, so it can be repeated after whatever happened in between. Each
/// table is done in a transaction of its own, with what was there before written down in the same one.
///
/// Schema kedge must be there, and current, for what writes; see `Catalog.ensure()`.
public struct PostgresGuard: StoreGuard {
  /// The store's name in the mapping set.
  public let store: String
  let plan: GuardPlan
  let storeIndex: Int
  let connection: PostgresConnection
  let transactions: PatientTransaction

  /// - Parameters:
  ///   - store: an index into the plan's stores, of kind postgres.
  ///   - connection: into the database that holds schema kedge, too. Used by one thread at a time.
  ///   - patience: seconds for which one table is asked for.
  ///   - stop: looked at between two objects.
  public init(
    _ plan: GuardPlan, store: Int, connection: PostgresConnection, patience: Double = 60,
    stop: StopFlag = StopFlag()
  ) {
    self.plan = plan
    storeIndex = store
    self.store = plan.stores[store].name
    self.connection = connection
    transactions = PatientTransaction(connection: connection, patience: patience, stop: stop)
  }

  public func steps(_ entities: Set<String>?) throws -> [GuardStep] {
    try requireRoles()
    return try differences(entities).flatMap(\.steps)
  }

  public func install(_ entities: Set<String>?) throws -> [GuardStep] {
    try requireRoles()
    let differences = try differences(entities)
    for difference in differences {
      try transactions.run(on: difference.table, difference.lock) { try difference.apply(connection) }
    }
    return differences.flatMap(\.steps)
  }

  public func findings() throws -> [GuardFinding] {
    // Where nothing was ever installed, nothing is missing.
    guard try hasState(), try !recorded().isEmpty else { return [] }
    return try differences(nil).map { difference in
      GuardFinding(
        store: store, entity: difference.entity, kind: difference.kind, object: difference.object,
        problem: difference.problem, message: difference.message + "; mend it with: kedge guard install")
    }
  }

  /// Everything that isn't as the plan wants it, in the order in which it is put right: who decides, by which rules, then the
  /// tables, so that no trigger ever fires without its rules; last of all the rights.
  func differences(_ entities: Set<String>?) throws -> [GuardDifference] {
    let state = try GuardState.read(self)
    return try loginDifferences() + functionDifferences(state) + ruleDifferences(state, entities)
      + triggerDifferences(state, entities) + grantDifferences(state, entities)
  }

  /// Whether schema kedge is there and has the tables of guardrails.
  func hasState() throws -> Bool {
    try connection.query("SELECT to_regclass('kedge.guard_objects') IS NOT NULL AS found").first?["found"]
      == "t"
  }

  /// What was installed, as it was written down; nothing where schema kedge isn't there yet.
  func recorded() throws -> [RecordedObject] {
    guard try hasState() else { return [] }
    return try connection.query(
      """
      SELECT entity, kind, object, definition, before::text AS before FROM kedge.guard_objects
      WHERE set_name = $1 AND store = $2 ORDER BY kind, object
      """, [.text(plan.set), .text(store)]
    ).map { row in
      RecordedObject(
        entity: try row.text("entity"), kind: try row.text("kind"), object: try row.text("object"),
        definition: try row.text("definition"), before: try row["before"])
    }
  }

  /// The entities that this store is asked about, by their place in the plan.
  func guarded(_ entities: Set<String>?) -> [Int] {
    plan.entities.indices.filter { index in
      let entity = plan.entities[index]
      return (entities?.contains(entity.name) ?? true)
        && (entity.source == storeIndex || entity.target == storeIndex)
    }
  }

  func record(_ entity: String, _ kind: String, _ object: String, _ definition: String, before: String? = nil)
    throws
  {
    _ = try connection.query(
      """
      INSERT INTO kedge.guard_objects (set_name, store, entity, kind, object, definition, before)
      VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)
      ON CONFLICT (set_name, store, kind, object) DO UPDATE
        SET entity = EXCLUDED.entity, definition = EXCLUDED.definition, before = EXCLUDED.before,
          installed_at = clock_timestamp()
      """,
      [
        .text(plan.set), .text(store), .text(entity), .text(kind), .text(object), .text(definition),
        .optional(before),
      ])
  }

  func forget(_ kind: String, _ object: String) throws {
    _ = try connection.query(
      "DELETE FROM kedge.guard_objects WHERE set_name = $1 AND store = $2 AND kind = $3 AND object = $4",
      [.text(plan.set), .text(store), .text(kind), .text(object)])
  }
}

/// One row of `kedge.guard_objects`.
struct RecordedObject {
  let entity: String
  let kind: String
  let object: String
  let definition: String
  let before: String?
}

/// One thing that isn't as it must be, and how it is put right.
struct GuardDifference {
  let entity: String
  let kind: String
  let object: String
  let problem: GuardFinding.Problem
  /// Says what is wrong, without what to do.
  let message: String
  let steps: [GuardStep]
  /// Nobody else writes it meanwhile.
  var table: TableName?
  var lock = PatientTransaction.Lock.writers
  /// Inside one transaction.
  let apply: (PostgresConnection) throws -> Void
}
