internal import Backfill
internal import Catalog
internal import Mapping
internal import Postgres

/// A reset as schema `kedge` knows it: what it is about, what was decided to stay, how far it came.
struct ResetLedger {
  let connection: PostgresConnection
  let set: String

  /// One that was begun and hasn't come to its end.
  struct Unfinished {
    let id: Int
    let fingerprint: String
    /// In UTC.
    let startedAt: String
  }

  func unfinished() throws -> Unfinished? {
    let found = try connection.query("SELECT to_regclass('kedge.resets') IS NOT NULL AS found").first
    guard try found?["found"] == "t" else { return nil }
    return try connection.query(
      """
      SELECT id, fingerprint, to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS started_at
      FROM kedge.resets WHERE set_name = $1 AND state = 'working'
      """, [.text(set)]
    ).first.map {
      Unfinished(
        id: try $0.int("id"), fingerprint: try $0.text("fingerprint"), startedAt: try $0.text("started_at"))
    }
  }

  /// Writes down what was decided, and that it is to be done. From here on the rest follows, whatever happens.
  func begin(_ plan: ResetPlan, fingerprint: String, items: [ResetReport.Item]) throws -> Int {
    try connection.transaction {
      _ = try connection.execute(
        "UPDATE kedge.resets SET state = 'given up', finished_at = clock_timestamp() WHERE set_name = $1 AND state = 'working'",
        [.text(set)])
      try forgetKept()
      let row = try connection.query(
        "INSERT INTO kedge.resets (set_name, fingerprint) VALUES ($1, $2) RETURNING id",
        [.text(set), .text(fingerprint)]
      ).first
      guard let id = try row?.int("id") else { throw CatalogError.noRow }
      for (number, item) in items.enumerated() {
        _ = try connection.execute(
          """
          INSERT INTO kedge.reset_objects (reset, number, entity, store, object, found, kept) VALUES ($1, $2, $3, $4, $5, $6, $7)
          """,
          [
            .integer(id), .integer(number), .text(item.entity), .text(item.store), .text(item.object),
            .integer(item.removed + item.kept), .integer(item.kept),
          ])
      }
      _ = try connection.execute(
        "INSERT INTO kedge.reset_keys SELECT \(id), entity, key FROM \(KeptTables.keys)")
      _ = try connection.execute(
        "INSERT INTO kedge.reset_records SELECT \(id), store, object, locator FROM \(KeptTables.records)")
      try giveUpRuns()
      return id
    }
  }

  /// Runs that aren't finished must not be continued: chunks that they have done aren't as they left them.
  private func giveUpRuns() throws {
    _ = try connection.execute(
      """
      UPDATE kedge.runs SET kind = kind || ' (given up)', state = 'failed', finished_at = coalesce(finished_at, clock_timestamp()),
        error = 'given up: the set was reset' WHERE set_name = $1 AND state <> 'done' AND kind IN ('backfill', 'audit')
      """, [.text(set)])
  }

  /// What each object's figures are, and whether it is done, in the order of removal.
  func objects(of reset: Int) throws -> [(item: ResetReport.Item, isDone: Bool)] {
    try connection.query(
      "SELECT entity, store, object, found, kept, removed, is_done FROM kedge.reset_objects WHERE reset = $1 ORDER BY number",
      [.integer(reset)]
    ).map { row in
      (
        ResetReport.Item(
          entity: try row.text("entity"), store: try row.text("store"), object: try row.text("object"),
          removed: try row.int("removed"), kept: try row.int("kept")), try row.bool("is_done")
      )
    }
  }

  func add(_ count: Int, to object: ResetObject, of reset: Int) throws {
    guard count != 0 else { return }
    _ = try connection.execute(
      "UPDATE kedge.reset_objects SET removed = removed + $4 WHERE reset = $1 AND store = $2 AND object = $3",
      [.integer(reset), .text(object.store), .text(object.name), .integer(count)])
  }

  /// - Parameter kept: how many records are left.
  func finish(_ object: ResetObject, of reset: Int, kept: Int) throws {
    _ = try connection.execute(
      "UPDATE kedge.reset_objects SET is_done = true, kept = $4 WHERE reset = $1 AND store = $2 AND object = $3",
      [.integer(reset), .text(object.store), .text(object.name), .integer(kept)])
  }

  /// What was gone already when it goes on: a process that was killed may not have said so.
  func correct(_ object: ResetObject, of reset: Int, left: Int) throws {
    _ = try connection.execute(
      """
      UPDATE kedge.reset_objects SET removed = greatest(removed, found - $4)
      WHERE reset = $1 AND store = $2 AND object = $3 AND NOT is_done
      """, [.integer(reset), .text(object.store), .text(object.name), .integer(left)])
  }

  /// Ends the reset: what was in quarantine of records that are gone goes, too.
  func finish(_ reset: Int, _ plan: ResetPlan) throws {
    try connection.transaction {
      for entity in plan.set.entities where !entity.resetKeepsAll {
        let object = plan.records(of: entity)
        _ = try connection.execute(
          """
          DELETE FROM kedge.quarantine q WHERE q.set_name = $1 AND q.entity = $2
            AND NOT EXISTS (SELECT FROM kedge.reset_records r WHERE r.reset = $3 AND r.store = $4 AND r.object = $5
              AND sha256(r.locator) = sha256(q.locator))
          """,
          [
            .text(set), .text(entity.name), .integer(reset), .text(object?.store ?? ""),
            .text(object?.name ?? ""),
          ])
      }
      for table in plan.plans where !table.entity.resetKeepsAll {
        try RunMemory.forget(table, set: set, in: connection)
        // Else the next seeds would take what is gone for deleted by a person, and keep it away.
        let name = (schema: table.table.schema, name: table.table.name)
        try Catalog(connection).forgetMissingSeeds(of: set, table: name)
      }
      _ = try connection.execute(
        "UPDATE kedge.resets SET state = 'done', finished_at = clock_timestamp() WHERE id = $1",
        [.integer(reset)])
      try forgetKept()
    }
  }

  /// Keys may be personal: they are only kept while they are needed.
  private func forgetKept() throws {
    for table in ["kedge.reset_keys", "kedge.reset_records"] {
      _ = try connection.execute(
        "DELETE FROM \(table) k USING kedge.resets r WHERE r.id = k.reset AND r.set_name = $1", [.text(set)])
    }
  }
}
