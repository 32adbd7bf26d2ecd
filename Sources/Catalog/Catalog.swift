public import Postgres

/// Kedge's own state, in schema `kedge` of the target: runs, chunks, quarantine. Data and state commit together.
public struct Catalog {
  public let connection: PostgresConnection

  public init(_ connection: PostgresConnection) { self.connection = connection }

  /// The version of the tables below; each higher version is one step in `steps`.
  static let version = 1

  /// One list of statements for each version, in order. A step that has been released never changes.
  private static let steps: [[String]] = [
    [
      """
      CREATE TABLE kedge.runs (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL,
        set_name text NOT NULL,
        fingerprint text NOT NULL,
        source text NOT NULL,
        state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed', 'interrupted')),
        started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        finished_at timestamptz,
        error text,
        report jsonb
      )
      """,
      """
      CREATE TABLE kedge.run_entities (
        run bigint NOT NULL REFERENCES kedge.runs ON DELETE CASCADE,
        entity text NOT NULL,
        is_fresh boolean NOT NULL,
        planned_to bytea,
        is_planned boolean NOT NULL DEFAULT false,
        is_recount boolean NOT NULL DEFAULT false,
        is_done boolean NOT NULL DEFAULT false,
        replayed bigint NOT NULL DEFAULT 0,
        seconds double precision NOT NULL DEFAULT 0,
        PRIMARY KEY (run, entity)
      )
      """,
      """
      CREATE TABLE kedge.chunks (
        run bigint NOT NULL,
        entity text NOT NULL,
        chunk integer NOT NULL,
        lower_bound bytea,
        upper_bound bytea,
        is_done boolean NOT NULL DEFAULT false,
        read bigint NOT NULL DEFAULT 0,
        landed bigint NOT NULL DEFAULT 0,
        unchanged bigint NOT NULL DEFAULT 0,
        quarantined bigint NOT NULL DEFAULT 0,
        filtered bigint NOT NULL DEFAULT 0,
        finished_at timestamptz,
        PRIMARY KEY (run, entity, chunk),
        FOREIGN KEY (run, entity) REFERENCES kedge.run_entities ON DELETE CASCADE
      )
      """,
      """
      CREATE TABLE kedge.quarantine (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        set_name text NOT NULL,
        entity text NOT NULL,
        locator bytea NOT NULL,
        run bigint NOT NULL,
        reason text NOT NULL,
        field text,
        path text,
        column_name text,
        found text,
        expected text,
        sqlstate text,
        constraint_name text,
        message text NOT NULL,
        record bytea NOT NULL,
        is_personal boolean NOT NULL DEFAULT false,
        first_seen timestamptz NOT NULL DEFAULT clock_timestamp(),
        last_seen timestamptz NOT NULL DEFAULT clock_timestamp(),
        attempts integer NOT NULL DEFAULT 1
      )
      """,
      // A locator may be longer than an index entry can be, so its digest is what is unique.
      "CREATE UNIQUE INDEX quarantine_record ON kedge.quarantine (set_name, entity, sha256(locator))",
      """
      CREATE TABLE kedge.unmapped (
        run bigint NOT NULL,
        entity text NOT NULL,
        path text NOT NULL,
        records bigint NOT NULL,
        kinds text[] NOT NULL,
        example text NOT NULL,
        PRIMARY KEY (run, entity, path),
        FOREIGN KEY (run, entity) REFERENCES kedge.run_entities ON DELETE CASCADE
      )
      """,
      """
      CREATE TABLE kedge.audit_differences (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        run bigint NOT NULL REFERENCES kedge.runs ON DELETE CASCADE,
        entity text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('missing', 'extra', 'different', 'orphan')),
        key text[] NOT NULL,
        columns text[] NOT NULL DEFAULT '{}',
        locator bytea,
        is_repaired boolean NOT NULL DEFAULT false
      )
      """,
      "CREATE INDEX audit_differences_run ON kedge.audit_differences (run, entity, kind, id)",
    ]
  ]

  /// Whether the schema is there at all, without creating it.
  public func exists() throws -> Bool {
    try connection.query("SELECT to_regclass('kedge.runs') IS NOT NULL AS found").first?["found"] == "t"
  }

  /// Creates or upgrades the schema. Safe when several processes call it at once.
  ///
  /// - Throws: ``CatalogError`` when a newer Kedge has written it; `PostgresError` otherwise.
  public func ensure() throws {
    try connection.transaction {
      _ = try connection.query("SELECT pg_advisory_xact_lock(hashtext('kedge catalog'))")
      _ = try connection.execute("CREATE SCHEMA IF NOT EXISTS kedge")
      _ = try connection.execute(
        "CREATE TABLE IF NOT EXISTS kedge.version (version integer NOT NULL)")
      let found = try connection.query("SELECT version FROM kedge.version").first?.int("version") ?? 0
      guard found <= Self.version else { throw CatalogError.newer(found: found, known: Self.version) }
      for step in Self.steps[found...] {
        for statement in step { _ = try connection.execute(statement) }
      }
      if found == 0 {
        _ = try connection.execute("INSERT INTO kedge.version VALUES (\(Self.version))")
      } else if found < Self.version {
        _ = try connection.execute("UPDATE kedge.version SET version = \(Self.version)")
      }
    }
  }
}

/// What goes wrong with Kedge's own state.
public enum CatalogError: Error, Sendable, CustomStringConvertible {
  case newer(found: Int, known: Int)
  case busy(set: String)
  /// A row of Kedge's own tables that must be there isn't.
  case noRow

  public var description: String {
    switch self {
    case .newer(let found, let known):
      "schema kedge in the target has version \(found), written by a newer kedge; this one knows up to \(known)."
        + " Use the newer kedge."
    case .noRow:
      "a row of schema kedge that this run wrote isn't there any more; was the schema changed by hand? Start anew with"
        + " the same command"
    case .busy(let set):
      "another kedge process is moving the mapping set \"\(set)\" into this target right now; wait until it ends,"
        + " or see it with: kedge status"
    }
  }
}
