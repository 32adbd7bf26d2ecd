internal import Postgres

/// The end of what ``postponeKeys(of:entity:set:run:)`` began.
extension Catalog {
  /// Tables of a set, or of one entity of a run, whose key is away.
  public func postponedTables(of set: String, run: Run? = nil, entity: String? = nil) throws
    -> [PostponedTable]
  {
    try connection.query(
      """
      SELECT DISTINCT run, entity, table_name FROM kedge.postponed_keys
      WHERE set_name = $1 AND ($2::bigint IS NULL OR run = $2) AND ($3::text IS NULL OR entity = $3) ORDER BY table_name
      """, [.text(set), run.map { .integer($0.id) } ?? .null, .optional(entity)]
    ).map { row in
      PostponedTable(
        run: try row.int("run"), entity: try row["entity"] ?? "", table: try row["table_name"] ?? "")
    }
  }

  /// Makes the key and the indexes of a table again, and lets other writers in; inside the caller's transaction, which has the table for
  /// itself: nobody may read what a key that isn't there might repeat.
  ///
  /// - Parameter empties: takes the rows out first, for a key that they don't allow.
  /// - Throws: `PostgresError`, about rows where two have one key or a value is too large for an index.
  public func restoreKeys(of table: String, empties: Bool = false) throws {
    try looking {
      let isThere = try connection.query("SELECT to_regclass($1) IS NOT NULL AS found", [.text(table)]).first
      if try isThere?["found"] == "t" {
        _ = try connection.execute("LOCK TABLE \(table) IN ACCESS EXCLUSIVE MODE")
        if empties { try verifyNobodyElseWrote(table) }
        _ = try connection.execute("DROP TRIGGER IF EXISTS \(Self.keepingTrigger) ON \(table)")
        if empties { _ = try connection.execute("TRUNCATE \(table)") }
        for statement in try restoring(table) { _ = try connection.execute(statement) }
      }
      _ = try connection.execute("DELETE FROM kedge.postponed_keys WHERE table_name = $1", [.text(table)])
    }
  }

  /// Without the trigger, rows that nobody can read again may be among those of the run: they aren't taken out.
  private func verifyNobodyElseWrote(_ table: String) throws {
    let row = try connection.query(
      "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass($1) AND tgname = $2 AND tgenabled = 'A') AS kept",
      [.text(table), .text(Self.keepingTrigger)]
    ).first
    guard try row?["kept"] == "t" else { throw WritersWereLetIn(table: table) }
  }

  /// The statements that make what is still missing, the key first.
  private func restoring(_ table: String) throws -> [String] {
    try connection.query(
      """
      SELECT name, kind, definition FROM kedge.postponed_keys p WHERE table_name = $1 AND NOT EXISTS (
        SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
        WHERE i.indrelid = to_regclass($1) AND CASE p.kind WHEN 'primary key' THEN i.indisprimary ELSE x.relname = p.name END)
      ORDER BY kind DESC, name
      """, [.text(table)]
    ).map { row in
      let definition = try row["definition"] ?? ""
      guard try row["kind"] == "primary key" else { return definition }
      return try "ALTER TABLE \(table) ADD CONSTRAINT \(quoteIdentifier(row["name"] ?? "")) \(definition)"
    }
  }

  /// Opens every chunk of an entity again whose table was just emptied, inside the caller's transaction. With the key in place, the records
  /// that can't stand are found one by one, as in any other load.
  public func loadAgain(_ table: PostponedTable, set: String) throws {
    try looking {
      _ = try connection.execute(
        """
        UPDATE kedge.run_tables w SET storage = s.storage FROM (\(Self.present)) s
        WHERE w.run = $3 AND w.entity = $4 AND w.name = $1
        """, [.text(table.table), .text("{}"), .integer(table.run), .text(table.entity)])
    }
    _ = try connection.execute(
      """
      UPDATE kedge.run_entities SET is_recount = true, is_done = false, replayed = 0, member = NULL
      WHERE run = $1 AND entity = $2
      """, [.integer(table.run), .text(table.entity)])
    _ = try connection.execute(
      "UPDATE kedge.chunks SET is_done = false, member = NULL WHERE run = $1 AND entity = $2",
      [.integer(table.run), .text(table.entity)])
    // They count in no run until they are met again; those that aren't go when the entity is complete.
    _ = try connection.execute(
      "UPDATE kedge.quarantine SET run = 0 WHERE set_name = $1 AND entity = $2 AND run = $3",
      [.text(set), .text(table.entity), .integer(table.run)])
  }

  /// Makes sure that none of these tables is without its key.
  ///
  /// - Parameter tables: quoted, with their schemas.
  /// - Throws: ``KeysAreAway``.
  public func verifyKeys(of tables: [String]) throws {
    guard
      try connection.query("SELECT to_regclass('kedge.postponed_keys') IS NOT NULL AS found").first?["found"]
        == "t"
    else { return }
    let rows = try connection.query(
      "SELECT DISTINCT table_name, run FROM kedge.postponed_keys WHERE table_name = ANY ($1::text[]) ORDER BY run, table_name",
      [.text(arrayLiteral(tables))])
    guard let first = rows.first else { return }
    throw KeysAreAway(run: try first.int("run"), tables: try rows.compactMap { try $0["table_name"] })
  }
}

/// A backfill that isn't finished has postponed what a command needs.
public struct KeysAreAway: Error, Sendable, Equatable, CustomStringConvertible {
  public let run: Int
  /// Quoted, with their schemas.
  public let tables: [String]

  public var description: String {
    "backfill \(run) isn't finished, and builds the primary key of \(tables.joined(separator: ", ")) after the rows. See how far it is with:"
      + " kedge status; if it was stopped, go on with: kedge backfill; then run this command again"
  }
}

/// A table's rows don't allow its key, and may not all be the backfill's own.
public struct WritersWereLetIn: Error, Sendable, Equatable, CustomStringConvertible {
  /// Quoted, with its schema.
  public let table: String

  public var description: String {
    "the rows of \(table) don't allow its primary key, and the trigger \(Catalog.keepingTrigger), which kept other writers out of it, was dropped or"
      + " disabled: rows of others may be among them, so nothing is taken out. Find the rows that share a key, remove those that are wrong, and"
      + " run the command again"
  }
}
