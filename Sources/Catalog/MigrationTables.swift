extension Catalog {
  /// Which migrations of which set were applied, how far one came that stopped on its way, and what was ever done.
  static let migrationTables = [
    """
    CREATE TABLE kedge.migrations (
      set_name text NOT NULL,
      number bigint NOT NULL,
      name text NOT NULL,
      checksum text NOT NULL,
      state text NOT NULL CHECK (state IN ('applied', 'partly up', 'partly down')),
      is_baseline boolean NOT NULL DEFAULT false,
      statements_done integer NOT NULL DEFAULT 0,
      done_checksum text,
      statement_begun integer,
      error text,
      applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      seconds double precision NOT NULL DEFAULT 0,
      applied_by text NOT NULL DEFAULT session_user,
      PRIMARY KEY (set_name, number)
    )
    """,
    // Rows of the table above change and go; this stays.
    """
    CREATE TABLE kedge.migration_events (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      set_name text NOT NULL,
      number bigint NOT NULL,
      name text NOT NULL,
      event text NOT NULL,
      note text,
      at timestamptz NOT NULL DEFAULT clock_timestamp(),
      by text NOT NULL DEFAULT session_user
    )
    """,
  ]
}
