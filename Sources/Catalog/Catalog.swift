public import Postgres

/// Kedge's own state, in schema `kedge` of the target: runs, chunks, quarantine. Data and state commit together.
public struct Catalog {
  public let connection: PostgresConnection

  public init(_ connection: PostgresConnection) { self.connection = connection }

  /// The version of the tables below; each higher version is one step in `steps`.
  static let version = 9

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
    ],
    // Several processes on one run: who takes part, who holds which chunk, and how the run is steered from outside.
    [
      """
      ALTER TABLE kedge.runs ADD target text NOT NULL DEFAULT '', ADD entities text[] NOT NULL DEFAULT '{}',
        ADD record_limit bigint, ADD is_limited boolean NOT NULL DEFAULT false,
        ADD wish text NOT NULL DEFAULT 'run' CHECK (wish IN ('run', 'pause')), ADD rate bigint
      """,
      """
      CREATE TABLE kedge.members (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        run bigint NOT NULL REFERENCES kedge.runs ON DELETE CASCADE,
        host text NOT NULL,
        process integer NOT NULL,
        workers integer NOT NULL,
        state text NOT NULL DEFAULT 'working' CHECK (state IN ('working', 'ended', 'lost')),
        waiting integer NOT NULL DEFAULT 0,
        joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz NOT NULL
      )
      """,
      "CREATE INDEX members_working ON kedge.members (run) WHERE state = 'working'",
      """
      ALTER TABLE kedge.run_entities ADD member integer, ADD fence bigint NOT NULL DEFAULT 0,
        ADD next_chunk integer NOT NULL DEFAULT 0, ADD planned_records bigint NOT NULL DEFAULT 0
      """,
      "ALTER TABLE kedge.chunks ADD member integer, ADD fence bigint NOT NULL DEFAULT 0, ADD size bigint",
      "CREATE INDEX chunks_open ON kedge.chunks (run, entity, chunk) WHERE NOT is_done",
      // Runs of an earlier version can't be continued: they don't say what they were asked for.
      """
      UPDATE kedge.runs SET state = 'failed', finished_at = clock_timestamp(),
        error = 'given up: begun by an earlier version of kedge' WHERE state IN ('running', 'interrupted')
      """,
    ],
    // When a member was last heard of, and why it holds back.
    [
      "ALTER TABLE kedge.members ADD heard_at timestamptz NOT NULL DEFAULT clock_timestamp(), ADD hold text"
    ],
    // What the tables were like when a run began, so that a change in between is found before a resume.
    [
      """
      CREATE TABLE kedge.run_tables (
        run bigint NOT NULL,
        entity text NOT NULL,
        name text NOT NULL,
        storage text[] NOT NULL,
        shape jsonb NOT NULL,
        PRIMARY KEY (run, entity, name),
        FOREIGN KEY (run, entity) REFERENCES kedge.run_entities ON DELETE CASCADE
      )
      """,
      // Beside the chunk's other figures: a sum in the entity's row was a commit of its own for each chunk.
      "ALTER TABLE kedge.chunks ADD seconds double precision NOT NULL DEFAULT 0",
    ],
    auditTables,
    guardTables,
    migrationTables,
    seedTables + resetTables + fileTables,
    keyTables,
  ]

  /// Whether the schema is there at all, without creating it.
  public func exists() throws -> Bool {
    try connection.query("SELECT to_regclass('kedge.runs') IS NOT NULL AS found").first?["found"] == "t"
  }

  /// Whether the schema is there in the form that this version writes, without creating or upgrading it.
  public func isCurrent() throws -> Bool {
    guard try exists() else { return false }
    return try connection.query("SELECT version FROM kedge.version").first?.int("version") == Self.version
  }

  /// Creates or upgrades the schema. Safe when several processes call it at once.
  ///
  /// - Throws: ``CatalogError`` when a newer Kedge has written it; `PostgresError` otherwise.
  public func ensure() throws {
    try connection.transaction {
      _ = try connection.query("SELECT pg_advisory_xact_lock(hashtext('kedge catalog'))")
      // Asked before: the server wants the right to create even where there is nothing to create.
      if try connection.query("SELECT to_regnamespace('kedge') IS NULL AS missing").first?["missing"] == "t" {
        _ = try connection.execute("CREATE SCHEMA kedge")
      }
      if try connection.query("SELECT to_regclass('kedge.version') IS NULL AS missing").first?["missing"]
        == "t"
      {
        _ = try connection.execute("CREATE TABLE kedge.version (version integer NOT NULL)")
      }
      let found = try connection.query("SELECT version FROM kedge.version").first?.int("version") ?? 0
      guard found <= Self.version else { throw CatalogError.newer(found: found, known: Self.version) }
      // All statements of a step in one message.
      for step in Self.steps[found...] { _ = try connection.execute(step.joined(separator: ";\n")) }
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
  /// Another process works on the set in a way that can't be shared.
  case busy(set: String)
  /// Another process begins or joins a run of the set, and doesn't get done with it.
  case starting(set: String, by: String?)
  /// Others move the set in a run that this process can't join, for these reasons.
  case otherRun(Int, set: String, [RunMismatch])
  /// The unfinished run isn't the one that this process would continue.
  case wrongResume(Int, [RunMismatch])
  /// `--new` while others are at work.
  case runIsAlive(Int)
  case unknownRun(Int, known: [Int])
  case runOfOtherSet(Int, set: String)
  /// A run was to be steered, and none is at work.
  case nothingRuns(set: String, latest: RunSummary?)
  /// The run that was to be steered isn't at work.
  case notAtWork(RunSummary)
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
    case .starting(let set, let starter):
      "another kedge process has been starting on the mapping set \"\(set)\" for longer than this one waits (--patience):"
        + " to this target's server it is \(starter ?? "gone by now"). Run the same command again; if that process hangs, end it"
    case .otherRun(let run, let set, let mismatches):
      "run \(run) is moving the mapping set \"\(set)\" into this target right now, and this process can't join it:"
        + " \(RunMismatch.list(mismatches)). Wait until it ends; see it with: kedge status"
    case .wrongResume(let run, let mismatches) where mismatches.allSatisfy(\.isTable):
      "run \(run) isn't finished, and since it stopped the target was changed: \(RunMismatch.list(mismatches)). Finished"
        + " chunks aren't read again, so their rows could be missing or different. Undo the change, where it can be, and"
        + " run the same command again; or give the run up with --new, which reads everything, compares it with the"
        + " rows that are there and writes what is missing or different"
    case .wrongResume(let run, let mismatches):
      "run \(run) isn't finished, and this would not continue it: \(RunMismatch.list(mismatches)). Go back to what it"
        + " was begun with and run that command to finish it; or give it up with --new, which begins a run of its own:"
        + " rows that have landed stay, and are compared again"
    case .runIsAlive(let run):
      "run \(run) is at work right now, so no new one can begin; without --new this process would join it"
    case .unknownRun(let run, let known):
      "this target knows no backfill \(run); "
        + (known.isEmpty ? "it has none" : "its latest are \(known.map(String.init).joined(separator: ", "))")
        + ". Check --join and --target"
    case .nothingRuns(let set, let latest):
      "no run of the mapping set \"\(set)\" is at work in this target"
        + (latest.map {
          "; its latest, run \($0.id), \($0.isUnfinished ? "isn't finished, but no process works on it" : "is \($0.state)")"
        } ?? "")
        + ". Begin or go on with: kedge backfill"
    case .notAtWork(let run):
      run.isUnfinished
        ? "no process works on run \(run.id) right now; go on with it by the command that began it"
        : "run \(run.id) has ended: it is \(run.state)"
    case .runOfOtherSet(let run, let set):
      "run \(run) moves the mapping set \"\(set)\"; name that set's folder with --mappings"
    }
  }
}
