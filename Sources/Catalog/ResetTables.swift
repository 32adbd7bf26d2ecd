extension Catalog {
  /// How far a factory reset came: what it is about, and what was decided to stay before anything went.
  static let resetTables: [String] = [
    """
    CREATE TABLE kedge.resets (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      set_name text NOT NULL,
      fingerprint text NOT NULL,
      state text NOT NULL DEFAULT 'working' CHECK (state IN ('working', 'done', 'given up')),
      started_by text NOT NULL DEFAULT session_user,
      started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      finished_at timestamptz
    )
    """,
    "CREATE UNIQUE INDEX resets_working ON kedge.resets (set_name) WHERE state = 'working'",
    """
    CREATE TABLE kedge.reset_objects (
      reset bigint NOT NULL REFERENCES kedge.resets ON DELETE CASCADE,
      number integer NOT NULL,
      entity text NOT NULL,
      store text NOT NULL,
      object text NOT NULL,
      found bigint NOT NULL,
      kept bigint NOT NULL,
      removed bigint NOT NULL DEFAULT 0,
      is_done boolean NOT NULL DEFAULT false,
      PRIMARY KEY (reset, number)
    )
    """,
    // The keys of rows that stay, and the locators of records that do. Both are dropped at the end: they may be personal.
    """
    CREATE TABLE kedge.reset_keys (
      reset bigint NOT NULL REFERENCES kedge.resets ON DELETE CASCADE,
      entity text NOT NULL,
      key text[] NOT NULL,
      PRIMARY KEY (reset, entity, key)
    )
    """,
    """
    CREATE TABLE kedge.reset_records (
      reset bigint NOT NULL REFERENCES kedge.resets ON DELETE CASCADE,
      store text NOT NULL,
      object text NOT NULL,
      locator bytea NOT NULL
    )
    """,
    // A locator may be longer than an index entry can be.
    "CREATE UNIQUE INDEX reset_records_locator ON kedge.reset_records (reset, store, object, sha256(locator))",
  ]
}
