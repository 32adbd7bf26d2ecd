internal import Backfill
internal import Catalog
internal import Codec
internal import Mapping
internal import Postgres
internal import RecordSources

/// Compares a whole entity by joining batches of staged records with the target inside the server: exact whatever the key's
/// type and order, for those that can't be merged. Which keys the source has is kept in a temporary table; what is left of
/// the target is extra.
final class EntityJoin {
  /// Records staged together.
  private static let batch = 5_000
  private static let seen = "pg_temp.kedge_seen"

  private let plan: EntityPlan
  private let looks: ChunkLooks
  private let connection: PostgresConnection
  private let setName: String
  private let run: Int
  private let checkpoint: (Int) throws -> Void
  private let refused = RowBuffer()
  private var tally = AuditTally()

  init(
    _ plan: EntityPlan, looks: ChunkLooks, setName: String, run: Int,
    checkpoint: @escaping (Int) throws -> Void
  ) {
    self.plan = plan
    self.looks = looks
    connection = looks.connection
    self.setName = setName
    self.run = run
    self.checkpoint = checkpoint
  }

  private var keys: String { plan.keyColumns.map { quotedIdentifier($0.name) }.joined(separator: ", ") }

  func run(chunk: Int, _ session: any SourceSession) throws -> (AuditTally, records: Int) {
    tally = AuditTally()
    // With the target's own types and collations: what is one key there is one key here.
    _ = try connection.execute("DROP TABLE IF EXISTS \(Self.seen)")
    _ = try connection.execute(
      "CREATE TEMP TABLE kedge_seen AS SELECT \(keys), NULL::bytea AS \"kedge.locator\" FROM \(plan.table.sql) WITH NO DATA"
    )
    let records = try compareAll(chunk, session)
    _ = try connection.execute("ANALYZE \(Self.seen)")
    try findShared(chunk)
    try findExtras(chunk)
    _ = try connection.execute("DROP TABLE \(Self.seen)")
    return (tally, records)
  }

  private func compareAll(_ chunk: Int, _ session: any SourceSession) throws -> Int {
    let loader = ChunkLoader(
      plan: plan, session: session, connection: connection, setName: setName, run: run, foreignKeys: [])
    loader.onRefusal = { [plan, refused] encoder in
      // A record that can't land is known: its row, if there is one from earlier, isn't extra.
      let start = refused.bytes.count
      refused.bytes.appendBigEndian(Int16(plan.key.count))
      do throws(Refusal) {
        try encoder.encodeKey(to: &refused.bytes)
        refused.count += 1
      } catch { refused.bytes.truncate(to: start) }
    }
    let cursor = try session.read(plan, .everything, order: .any, into: loader.encoder)
    defer { cursor.close() }
    var records = 0
    var isDone = false
    while !isDone {
      var suspects: [[UInt8]] = []
      try connection.transaction {
        let (tables, _, staged) = try loader.stage(cursor, limit: Self.batch)
        loader.dropQuarantine()
        isDone = staged.read < Self.batch
        records += staged.read
        try RecordLook.makeReady(tables, of: plan, connection)
        let rows = try connection.query(
          RecordComparison(plan, tables).bulkSQL, [.text(setName), .text(plan.entity.name)])
        tally.filtered += staged.filtered
        tally.quarantined += staged.quarantined
        tally.compared += staged.landed
        for row in rows {
          switch try row.text("kind") {
          case "matching": tally.matching += try row.int("n")
          case "waiting":
            let waiting = try row.int("n")
            tally.quarantined += waiting
            tally.compared -= waiting
          default: suspects.append(try row.bytes("locator"))
          }
        }
        // Of a record in quarantine the key counts alone: it shares its row with nobody.
        _ = try connection.execute(
          """
          INSERT INTO \(Self.seen) SELECT \(keys), CASE WHEN EXISTS (SELECT FROM kedge.quarantine q WHERE q.set_name = $1
            AND q.entity = $2 AND sha256(q.locator) = sha256(s.\(StagingTables.locator))) THEN NULL
            ELSE s.\(StagingTables.locator) END FROM \(tables.main) s
          """, [.text(setName), .text(plan.entity.name)])
        try connection.copyRows(refused, into: "\(Self.seen) (\(keys))")
        try checkpoint(staged.read)
      }
      tally += try looks.look(at: &suspects, chunk: chunk)
    }
    return records
  }

  /// Records that have one key are looked at again, together: one of them has the row, the others are duplicates. What was
  /// found of each alone is taken back.
  private func findShared(_ chunk: Int) throws {
    _ = try connection.execute("DROP TABLE IF EXISTS pg_temp.kedge_shared")
    _ = try connection.execute(
      """
      CREATE TEMP TABLE kedge_shared AS SELECT dense_rank() OVER (ORDER BY \(keys)) AS place, "kedge.locator" AS locator
      FROM (SELECT *, count(*) OVER (PARTITION BY \(keys)) AS n FROM \(Self.seen) WHERE "kedge.locator" IS NOT NULL) x
      WHERE n > 1
      """)
    var after = 0
    while true {
      // Whole groups, so that each is seen at once.
      let rows = try connection.query(
        """
        SELECT place, locator FROM pg_temp.kedge_shared WHERE place > $1 AND place <= $1 + 50 ORDER BY place, locator
        """, [.integer(after)])
      guard !rows.isEmpty else { break }
      after += 50
      let locators = try rows.map { try $0.bytes("locator") }
      try checkpoint(0)
      tally += try connection.transaction {
        let taken = try connection.execute(
          """
          DELETE FROM kedge.audit_differences WHERE run = $1 AND entity = $2 AND locator = ANY ($3::bytea[])
            AND kind IN ('missing', 'different', 'duplicate')
          """, [.integer(run), .text(plan.entity.name), .text(ArrayText.of(locators))])
        try looks.records.fill(locators)
        var change = try looks.suspicions.record(chunk: chunk)
        change.matching -= locators.count - taken
        return change
      }
    }
    _ = try connection.execute("DROP TABLE pg_temp.kedge_shared")
  }

  private func findExtras(_ chunk: Int) throws {
    try looks.extras.prepare()
    _ = try connection.execute(
      """
      INSERT INTO \(ExtraLook.table) SELECT row_number() OVER (), NULL, NULL, \(plan.keyColumns.map { $0.plainValue("t") }.joined(separator: ", "))
      FROM \(plan.table.sql) t WHERE NOT EXISTS (SELECT FROM \(Self.seen) s WHERE \(plan.keysMatch("t", "s")))
      """)
    tally += try looks.look(atExtras: RowBuffer(capacity: 16), chunk: chunk)
  }
}
