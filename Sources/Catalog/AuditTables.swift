extension Catalog {
  /// What audits keep: how far one has come, what it suspects and has confirmed, what was repaired, and who runs the next one.
  static let auditTables = [
    // An audit's request, so that only the same one goes on where it stopped; its report is in `kedge.runs`.
    """
    CREATE TABLE kedge.audits (
      run bigint PRIMARY KEY REFERENCES kedge.runs ON DELETE CASCADE,
      chunk_size integer NOT NULL DEFAULT 0,
      sample double precision,
      seed bigint,
      margin double precision NOT NULL DEFAULT 0,
      is_scheduled boolean NOT NULL DEFAULT false,
      is_complete boolean NOT NULL DEFAULT false
    )
    """,
    // Progress by key range: a range that is done isn't read again when the audit goes on. A range is known by locators at
    // the source and by encoded keys at the target. Chunk -1 counts what became of suspicions later.
    """
    CREATE TABLE kedge.audit_chunks (
      run bigint NOT NULL REFERENCES kedge.runs ON DELETE CASCADE,
      entity text NOT NULL,
      chunk integer NOT NULL,
      lower_bound bytea,
      upper_bound bytea,
      lower_key bytea,
      upper_key bytea,
      is_join boolean NOT NULL DEFAULT false,
      is_done boolean NOT NULL DEFAULT false,
      records bigint NOT NULL DEFAULT 0,
      sampled bigint NOT NULL DEFAULT 0,
      tally jsonb NOT NULL DEFAULT '{}',
      seconds double precision NOT NULL DEFAULT 0,
      finished_at timestamptz,
      PRIMARY KEY (run, entity, chunk)
    )
    """,
    // A difference is a suspicion until it has stood, unchanged on both sides, for longer than the margin. `evidence` is
    // {"column": {"source": …, "target": …}}, values as text, personal ones as digests. `other_locator` is, for a duplicate,
    // the record that the row belongs to; an extra row's key would stand in the source from `locator` up to `other_locator`.
    """
    ALTER TABLE kedge.audit_differences
      DROP CONSTRAINT audit_differences_kind_check,
      ADD CHECK (kind IN ('missing', 'extra', 'different', 'orphan', 'duplicate', 'in_flight', 'tolerated')),
      ADD state text NOT NULL DEFAULT 'confirmed' CHECK (state IN ('suspected', 'confirmed')),
      ADD chunk integer,
      ADD other_locator bytea,
      ADD evidence jsonb NOT NULL DEFAULT '{}',
      ADD rule text,
      ADD reference text,
      ADD source_digest bytea,
      ADD target_digest bytea,
      ADD first_seen timestamptz NOT NULL DEFAULT clock_timestamp(),
      ADD last_seen timestamptz NOT NULL DEFAULT clock_timestamp(),
      ADD looks integer NOT NULL DEFAULT 1
    """,
    "CREATE INDEX audit_differences_state ON kedge.audit_differences (run, entity, state, id)",
    // Every change that a repair made: the target's row before and after, whole, as jsonb.
    """
    CREATE TABLE kedge.audit_repairs (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      run bigint NOT NULL REFERENCES kedge.runs ON DELETE CASCADE,
      entity text NOT NULL,
      table_name text NOT NULL,
      key text[] NOT NULL,
      kind text NOT NULL,
      action text NOT NULL CHECK (action IN ('insert', 'update', 'delete', 'nullify')),
      before jsonb,
      after jsonb,
      plan text,
      repaired_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    "CREATE INDEX audit_repairs_run ON kedge.audit_repairs (run, entity, id)",
    // What the old store held when its entity was first audited in phase core: nothing may change there afterwards.
    """
    CREATE TABLE kedge.audit_baselines (
      set_name text NOT NULL,
      entity text NOT NULL,
      source text NOT NULL,
      records bigint NOT NULL,
      digest bytea NOT NULL,
      details jsonb NOT NULL DEFAULT '{}',
      taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      run bigint NOT NULL,
      PRIMARY KEY (set_name, entity)
    )
    """,
    // One scheduled audit at a time for each set. The fence grows with each holder.
    """
    CREATE TABLE kedge.audit_leases (
      set_name text PRIMARY KEY,
      holder text NOT NULL,
      host text NOT NULL,
      process integer NOT NULL,
      fence bigint NOT NULL DEFAULT 1,
      next_at timestamptz,
      expires_at timestamptz NOT NULL
    )
    """,
  ]
}
