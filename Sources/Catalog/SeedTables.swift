internal import Postgres

extension Catalog {
  /// What seeds put into which row, so that a later change by a person is seen.
  ///
  /// `key` and `row` hold values as text: the key's in its order, the row's by column, as the row was right after it was seeded or
  /// adopted. `asked` is what the file said, where the database made something else of it.
  static let seedTables = [
    """
    CREATE TABLE kedge.seeds (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      set_name text NOT NULL,
      seed text NOT NULL,
      table_schema text NOT NULL,
      table_name text NOT NULL,
      table_oid oid NOT NULL,
      key_columns text[] NOT NULL,
      key jsonb NOT NULL,
      "row" jsonb NOT NULL,
      asked jsonb,
      seeded_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    // A key may be longer than an index entry can be, so its digest is what is unique.
    "CREATE UNIQUE INDEX seeds_key ON kedge.seeds (set_name, table_schema, table_name, md5(key::text))",
  ]

  /// Whether what seeds remember has its table, in this version's form.
  package func hasSeedTables() throws -> Bool {
    try connection.query("SELECT to_regclass('kedge.seeds') IS NOT NULL AS found").first?["found"] == "t"
  }

  /// Makes the tables of seeds alone, in the caller's transaction: for a dry run, which undoes it.
  package func makeSeedTables() throws {
    guard try !hasSeedTables() else { return }
    if try connection.query("SELECT to_regnamespace('kedge') IS NULL AS missing").first?["missing"] == "t" {
      try connection.execute("CREATE SCHEMA kedge")
    }
    for statement in Self.seedTables { try connection.execute(statement) }
  }

  /// Forgets seeded rows that aren't there any more, so that the next seed puts them back. For whoever empties tables on purpose, such
  /// as a reset: to a seed, a row that is gone is one that a person deleted, and it stays away.
  ///
  /// - Parameter table: the table, with its schema; nil for all of the set.
  /// - Returns: how many were forgotten.
  /// - Throws: `PostgresError`.
  @discardableResult
  public func forgetMissingSeeds(of set: String, table: (schema: String, name: String)? = nil) throws -> Int {
    guard try hasSeedTables() else { return 0 }
    let groups = try connection.query(
      """
      SELECT table_schema, table_name, array_to_string(key_columns, E'\\n') AS key,
        to_regclass(quote_ident(table_schema) || '.' || quote_ident(table_name)) IS NOT NULL AS is_there
      FROM kedge.seeds WHERE set_name = $1 AND ($2::text IS NULL OR (table_schema, table_name) = ($2, $3::text))
      GROUP BY table_schema, table_name, key_columns
      """, [.text(set), .optional(table?.schema), .optional(table?.name)])
    var forgotten = 0
    for group in groups {
      let (schema, name) = (try group.text("table_schema"), try group.text("table_name"))
      let key = try group.text("key")
      let matches = key.split(separator: "\n").enumerated().map { index, column in
        "t.\(quoteIdentifier(String(column)))::text = m.key ->> \(index)"
      }
      let isGone =
        try group.bool("is_there")
        ? "NOT EXISTS (SELECT FROM \(quoteIdentifier(schema)).\(quoteIdentifier(name)) t WHERE \(matches.joined(separator: " AND ")))"
        : "true"
      forgotten += try connection.execute(
        """
        DELETE FROM kedge.seeds m WHERE set_name = $1 AND table_schema = $2 AND table_name = $3
          AND array_to_string(key_columns, E'\\n') = $4 AND \(isGone)
        """, [.text(set), .text(schema), .text(name), .text(key)])
    }
    return forgotten
  }
}
