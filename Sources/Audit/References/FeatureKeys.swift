internal import Backfill
internal import Catalog
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import RecordSources

/// The keys of feature entities, staged in the target's temporary space, so that what refers to them is looked up by a
/// join there, with the types and rules of the mapping. Only the fields of the key are read.
final class FeatureKeys {
  private let context: BackfillContext
  private let connection: PostgresConnection
  private let run: Int
  private var tables: [Wanted: String] = [:]
  private var stagedAt = Date.distantPast
  private static let batch = 10_000

  private struct Wanted: Hashable {
    var entity: String
    var columns: [String]
  }

  init(_ context: BackfillContext, _ connection: PostgresConnection, run: Int) {
    self.context = context
    self.connection = connection
    self.run = run
  }

  /// The staged values of the columns referred to; read from the store unless they have been since ``forget()``.
  func relation(_ entity: Entity, columns: [String]) throws -> ReferredRelation {
    let wanted = Wanted(entity: entity.name, columns: columns)
    let table = try tables[wanted] ?? stage(entity, columns, "kedge_keys_\(tables.count)")
    if tables.isEmpty { stagedAt = Date() }
    tables[wanted] = table
    return ReferredRelation(sql: table, columns: columns.map { "o.\(quotedIdentifier($0))" })
  }

  /// Drops what was staged: the next question reads the stores afresh.
  func forget() throws {
    for table in tables.values { _ = try connection.execute("DROP TABLE IF EXISTS \(table)") }
    tables.removeAll()
  }

  /// Drops what was staged longer ago than this many seconds.
  func forget(olderThan seconds: Double) throws {
    if Date().timeIntervalSince(stagedAt) > seconds { try forget() }
  }

  /// The entity with nothing but the columns referred to, and what its filters read.
  private func plan(_ entity: Entity, _ columns: [String]) throws -> EntityPlan {
    var keys = entity
    keys.fields = entity.fields.filter { columns.contains($0.column) }
    keys.key = columns
    keys.children = []
    keys.references = []
    keys.unmapped = UnmappedRule(others: .ignore)
    return try EntityPlan(referencesOf: keys, source: context.set.store(named: entity.store)?.kind ?? .mongo)
  }

  private func stage(_ entity: Entity, _ columns: [String], _ name: String) throws -> String {
    let plan = try plan(entity, columns)
    let table = "pg_temp." + quotedIdentifier(name)
    _ = try connection.execute("DROP TABLE IF EXISTS \(table)")
    _ = try connection.execute(
      "CREATE TEMP TABLE \(quotedIdentifier(name)) ("
        + plan.columns.map(\.temporaryDefinition).joined(separator: ", ") + ")")
    guard let session = try context.source(of: plan).openSessions(1).take() else {
      throw SourceProblem(entity: entity.name, message: "the source gave no session")
    }
    let loader = ChunkLoader(
      plan: plan, session: session, connection: connection, setName: context.set.name, run: run,
      foreignKeys: [])
    let list = plan.columns.map { quotedIdentifier($0.name) }.joined(separator: ", ")
    let cursor = try session.read(plan, .everything, order: .any, into: loader.encoder)
    var isDone = false
    while !isDone {
      if context.stop.isSet { throw AuditError.interrupted }
      try connection.transaction {
        let (staged, _, tally) = try loader.stage(cursor, limit: Self.batch)
        isDone = tally.read < Self.batch
        // A record that can't be read has no key that anything could refer to.
        loader.dropQuarantine()
        _ = try connection.execute("INSERT INTO \(table) SELECT \(list) FROM \(staged.main)")
      }
    }
    _ = try connection.execute("ANALYZE \(table)")
    return table
  }
}
