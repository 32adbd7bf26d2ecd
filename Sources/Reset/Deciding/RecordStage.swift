internal import Backfill
internal import Catalog
internal import Codec
internal import Executors
internal import Mapping
internal import Postgres
internal import RecordSources

/// Brings what a question needs of a store's records into the target's temporary space, through the mapping's transforms, so
/// that it is answered by a join there. Memory stays the same however many records there are.
final class RecordStage {
  private let context: BackfillContext
  private let connection: PostgresConnection
  /// Columns of all records of an entity that were asked for before, by entity and columns.
  private var tables: [[String]: String] = [:]
  private static let batch = 10_000
  private static let fetched = 500

  init(_ context: BackfillContext, _ connection: PostgresConnection) {
    self.context = context
    self.connection = connection
  }

  /// A temporary table of all records of the entity: `locator`, and these columns. Read once.
  func columns(_ entity: Entity, _ names: [String]) throws -> String {
    let wanted = [entity.name] + names
    if let table = tables[wanted] { return table }
    let name = "kedge_reset_columns_\(tables.count)"
    let plan = try plan(entity.partial(names))
    _ = try connection.execute("DROP TABLE IF EXISTS pg_temp.\(name)")
    _ = try connection.execute(
      "CREATE TEMP TABLE \(name) (locator bytea, "
        + plan.columns.map(\.temporaryDefinition).joined(separator: ", ") + ")")
    let list = plan.columns.map { quotedIdentifier($0.name) }.joined(separator: ", ")
    try all(plan) { staged in
      _ = try connection.execute(
        "INSERT INTO pg_temp.\(name) SELECT \(StagingTables.locator), \(list) FROM \(staged.main)")
    }
    _ = try connection.execute("ANALYZE pg_temp.\(name)")
    tables[wanted] = "pg_temp.\(name)"
    return "pg_temp.\(name)"
  }

  func plan(_ entity: Entity) throws -> EntityPlan {
    try EntityPlan(referencesOf: entity, source: context.set.store(named: entity.store)?.kind ?? .mongo)
  }

  /// Hands all records of a plan to `body`, staged batch by batch. Records that can't be read so aren't among them.
  func all(_ plan: EntityPlan, _ body: (StagingTables) throws -> Void) throws {
    let (session, loader) = try open(plan)
    let cursor = try session.read(plan, .everything, order: .any, into: loader.encoder)
    var isDone = false
    while !isDone {
      try checkStop()
      try connection.transaction {
        let (staged, _, tally) = try loader.stage(cursor, limit: Self.batch)
        isDone = tally.read < Self.batch
        loader.dropQuarantine()
        try body(staged)
      }
    }
  }

  /// Hands the records of an object that were kept in one round to `body`, read by their locators.
  func kept(
    _ plan: EntityPlan, in object: ResetObject, round: Int, _ body: (StagingTables) throws -> Void
  ) throws {
    let (session, loader) = try open(plan)
    var last = 0
    while true {
      try checkStop()
      let rows = try connection.query(
        "SELECT id, locator FROM \(KeptTables.records) WHERE store = $1 AND object = $2 AND round = $3 AND id > $4"
          + " ORDER BY id LIMIT \(Self.fetched)",
        [.text(object.store), .text(object.name), .integer(round), .integer(last)])
      guard let final = rows.last else { return }
      last = try final.int("id")
      let locators = try rows.map { try BSONDocument(bytes: $0.bytes("locator")) }
      try connection.transaction {
        let cursor = try session.fetch(plan, locators, into: loader.encoder)
        let (staged, _, _) = try loader.stage(cursor, limit: .max)
        loader.dropQuarantine()
        try body(staged)
      }
    }
  }

  private func checkStop() throws {
    if context.stop.isSet { throw ResetInterrupted(isBegun: false) }
  }

  private func open(_ plan: EntityPlan) throws -> (any SourceSession, ChunkLoader) {
    guard let session = try context.source(of: plan).openSessions(1).take() else {
      throw SourceProblem(entity: plan.entity.name, message: "the source gave no session")
    }
    let loader = ChunkLoader(
      plan: plan, session: session, connection: connection, setName: context.set.name, run: 0, foreignKeys: []
    )
    return (session, loader)
  }
}
