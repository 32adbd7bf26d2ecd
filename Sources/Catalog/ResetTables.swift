internal import Postgres

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

extension Catalog {
  /// When a reset of the set began that hasn't come to its end, in UTC; nil if there is none.
  public func unfinishedReset(of set: String) throws -> String? {
    let found = try connection.query("SELECT to_regclass('kedge.resets') IS NOT NULL AS found").first
    guard try found?["found"] == "t" else { return nil }
    return try connection.query(
      """
      SELECT to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS started_at FROM kedge.resets
      WHERE set_name = $1 AND state = 'working'
      """, [.text(set)]
    ).first?["started_at"]
  }
}
