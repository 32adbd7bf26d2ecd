internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres
internal import RecordSources

/// Looks at single records afresh: reads them from the source by their locators, stages them, and compares them with the
/// target's rows as they are then. Belongs to one thread, as its connection does.
final class RecordLook {
  /// Records looked at together.
  static let batch = 200

  let plan: EntityPlan
  private let source: FreshSource
  private let connection: PostgresConnection
  private let setName: String
  private let run: Int
  private var loader: ChunkLoader?
  private var tables: StagingTables?

  init(_ plan: EntityPlan, context: BackfillContext, run: Int, connection: PostgresConnection) throws {
    self.plan = plan
    self.connection = connection
    self.run = run
    setName = context.set.name
    source = try FreshSource(plan, context: context)
    try LookTable.prepare(connection)
  }

  /// Fills the ``LookTable`` with what is true of these records, inside the caller's transaction: exactly one line for
  /// each locator.
  ///
  /// The source is read before the target: a record that is written at the source first, and then at the target, is more
  /// likely to be found alike.
  func fill(_ locators: [[UInt8]]) throws {
    guard !locators.isEmpty else { return }
    let session = try source.session()
    let loader = try currentLoader(session)
    let cursor = TracingCursor(
      try session.fetch(plan, try locators.map { try BSONDocument(bytes: $0) }, into: loader.encoder))
    let (tables, _, _) = try loader.stage(cursor, limit: .max)
    self.tables = tables
    loader.dropQuarantine()
    try Self.makeReady(tables, of: plan, connection)
    _ = try connection.execute(
      RecordComparison(plan, tables).lookSQL, [.text(setName), .text(plan.entity.name)])
    // What isn't staged is gone, left out by a filter, or can't land.
    var verdicts: [[UInt8]: String] = [:]
    for (place, locator) in cursor.found.enumerated() {
      verdicts[locator] = cursor.taken.contains(place) ? "quarantined" : "filtered"
    }
    _ = try connection.execute(
      """
      INSERT INTO \(LookTable.name) (locator, verdict)
      SELECT DISTINCT u.locator, u.verdict FROM unnest($1::bytea[], $2::text[]) u (locator, verdict)
      WHERE NOT EXISTS (SELECT FROM \(LookTable.name) l WHERE l.locator = u.locator)
      """, [.text(ArrayText.of(locators)), .text(ArrayText.of(locators.map { verdicts[$0] ?? "gone" }))])
  }

  /// Empties the stage, for another look in the same transaction.
  func clear() throws {
    for table in tables?.names ?? [] { _ = try connection.execute("DELETE FROM \(table)") }
  }

  private func currentLoader(_ session: any SourceSession) throws -> ChunkLoader {
    if let loader, !source.isReplaced { return loader }
    let made = ChunkLoader(
      plan: plan, session: session, connection: connection, setName: setName, run: run, foreignKeys: [])
    loader = made
    return made
  }

  /// Makes the stage fit for joins with tables of any size: child rows are looked for by their record's key, and a planner
  /// that doesn't know how few records are staged would read the whole target for them.
  static func makeReady(_ tables: StagingTables, of plan: EntityPlan, _ connection: PostgresConnection) throws
  {
    for (number, child) in plan.children.enumerated() {
      let columns = child.rootColumns.map(quotedIdentifier).joined(separator: ", ")
      _ = try connection.execute(
        "CREATE INDEX IF NOT EXISTS kedge_stage_\(number + 1)_root ON \(tables.names[number + 1]) (\(columns))"
      )
    }
    _ = try connection.execute("ANALYZE \(tables.names.joined(separator: ", "))")
  }
}
