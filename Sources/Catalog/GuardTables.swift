extension Catalog {
  /// Who owns what now, what guardrails were installed and what was there before, and what they observed.
  static let guardTables = [
    // One number for each set: how many phases have been set. Writers carry it as their fence.
    "CREATE TABLE kedge.epochs (set_name text PRIMARY KEY, epoch bigint NOT NULL)",
    // The phase isn't checked here: one that this version doesn't know is refused by every enforcer.
    """
    CREATE TABLE kedge.phases (
      set_name text NOT NULL,
      entity text NOT NULL,
      phase text NOT NULL,
      epoch bigint NOT NULL,
      changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (set_name, entity)
    )
    """,
    """
    CREATE TABLE kedge.phase_changes (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      set_name text NOT NULL,
      entity text NOT NULL,
      old_phase text NOT NULL,
      new_phase text NOT NULL,
      epoch bigint NOT NULL,
      reason text,
      changed_by text NOT NULL DEFAULT session_user,
      changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    // The rules that the triggers decide by. `writers` has the roles that speak for a writer, too; null means anybody.
    """
    CREATE TABLE kedge.guard_rules (
      set_name text NOT NULL,
      entity text NOT NULL,
      owner text NOT NULL,
      declared_phase text,
      mode text NOT NULL,
      requires_fence boolean NOT NULL,
      writers text[],
      declared_at text NOT NULL,
      PRIMARY KEY (set_name, entity)
    )
    """,
    // A role that speaks for no writer may write nothing.
    """
    CREATE TABLE kedge.guard_roles (
      set_name text NOT NULL,
      role text NOT NULL,
      writers text[] NOT NULL,
      PRIMARY KEY (set_name, role)
    )
    """,
    // Every object that was installed in a store: as it must be (`definition`), and what it took the place of (`before`).
    """
    CREATE TABLE kedge.guard_objects (
      set_name text NOT NULL,
      store text NOT NULL,
      entity text NOT NULL,
      kind text NOT NULL,
      object text NOT NULL,
      definition text NOT NULL,
      before jsonb,
      installed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (set_name, store, kind, object)
    )
    """,
    // Appended alone: counting up in one row would make writers wait for each other.
    """
    CREATE TABLE kedge.guard_observations (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      set_name text NOT NULL,
      entity text NOT NULL,
      store text NOT NULL,
      operation text NOT NULL,
      reason text NOT NULL,
      writer text,
      caller text,
      seen_by text NOT NULL,
      times bigint NOT NULL DEFAULT 1,
      first_seen timestamptz NOT NULL DEFAULT clock_timestamp(),
      last_seen timestamptz NOT NULL DEFAULT clock_timestamp(),
      -- Of programs that may have to send their counts again: what is here already isn't counted twice.
      batch text UNIQUE
    )
    """,
    "CREATE INDEX guard_observations_set ON kedge.guard_observations (set_name, entity)",
    // Which programs watched an entity, and how long: without that, nothing seen says nothing.
    """
    CREATE TABLE kedge.guard_watches (
      set_name text NOT NULL,
      entity text NOT NULL,
      seen_by text NOT NULL,
      started_at timestamptz NOT NULL,
      heard_at timestamptz NOT NULL,
      PRIMARY KEY (set_name, entity, seen_by, started_at)
    )
    """,
    // Up to when an entity's observations were thrown away: what was before that isn't known any more.
    """
    CREATE TABLE kedge.guard_clearings (
      set_name text NOT NULL,
      entity text NOT NULL,
      cleared_at timestamptz NOT NULL,
      PRIMARY KEY (set_name, entity)
    )
    """,
  ]
}
