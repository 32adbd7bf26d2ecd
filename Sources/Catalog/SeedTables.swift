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
}
