internal import Postgres

/// A table whose primary key, and maybe indexes, are away while its rows are loaded.
public struct PostponedTable: Sendable, Equatable {
  public var run: Int
  public var entity: String
  /// Quoted, with its schema.
  public var table: String
}

extension Catalog {
  /// What was taken from a table that a run fills, to be made again after its rows. That it stands here, that it isn't on the table, and
  /// that a trigger keeps others from writing is one transaction, and so is the end of it.
  static let keyTables = [
    """
    CREATE TABLE kedge.postponed_keys (
      table_name text NOT NULL,
      name text NOT NULL,
      kind text NOT NULL CHECK (kind IN ('primary key', 'index')),
      definition text NOT NULL,
      set_name text NOT NULL,
      run bigint NOT NULL,
      entity text NOT NULL,
      postponed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (table_name, name)
    )
    """,
    """
    CREATE FUNCTION kedge.keep_writers_out() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $kedge$
    BEGIN
      IF current_setting('kedge.load', true) IS DISTINCT FROM TG_ARGV[0] THEN
        RAISE EXCEPTION 'table %.% takes rows of backfill % alone, which builds the primary key after them', TG_TABLE_SCHEMA,
            TG_TABLE_NAME, TG_ARGV[0]
          USING ERRCODE = '55000', HINT = 'See how far it is with: kedge status. If it was stopped, go on with: kedge backfill';
      END IF;
      RETURN NULL;
    END $kedge$
    """,
  ]

  /// The session's setting that says which run's rows it writes.
  public static let loadSetting = "kedge.load"

  /// The trigger that keeps everybody else out.
  static let keepingTrigger = "kedge_key_is_away"
}

extension Catalog {
  /// Takes an empty table's primary key, and its plain indexes that aren't unique, away until ``restoreKeys(of:empties:)``; inside the
  /// transaction in which the entity begins.
  ///
  /// What is unique beside the key stays, and so do indexes with expressions and conditions: these find records that can't stand.
  ///
  /// - Parameter table: quoted, with its schema.
  /// - Returns: false where everything stays: the table isn't ours alone, something depends on its key, or somebody is at it.
  public func postponeKeys(of table: String, entity: String, set: String, run: Run) throws -> Bool {
    try looking {
      guard try removable(table).contains(where: \.isKey) else { return false }
      do {
        try connection.savepoint { try postpone(table, entity: entity, set: set, run: run) }
        return true
      } catch is KeyStays {
        return false
      } catch let error as PostgresError where !error.isConnectionLost && !error.isCancelled {
        // Somebody reads the table, a view relies on the key, an event trigger forbids it: then it is loaded as others are.
        return false
      }
    }
  }

  private struct KeyStays: Error {}

  private struct Removable {
    let name: String
    let isKey: Bool
    let definition: String
    /// Quoted, with its schema.
    let index: String
  }

  private func postpone(_ table: String, entity: String, set: String, run: Run) throws {
    _ = try connection.execute(
      "SET LOCAL lock_timeout TO '500ms'; LOCK TABLE \(table) IN ACCESS EXCLUSIVE MODE")
    // Nobody can change it any more.
    let found = try removable(table)
    let isEmpty = try connection.query("SELECT NOT EXISTS (SELECT FROM \(table)) AS is_empty").first?[
      "is_empty"]
    guard isEmpty == "t", found.contains(where: \.isKey) else { throw KeyStays() }
    let required = try requiredColumns(table)
    for part in found {
      _ = try connection.execute(
        """
        INSERT INTO kedge.postponed_keys (table_name, name, kind, definition, set_name, run, entity)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        [
          .text(table), .text(part.name), .text(part.isKey ? "primary key" : "index"), .text(part.definition),
          .text(set),
          .integer(run.id), .text(entity),
        ])
      _ = try connection.execute(
        part.isKey
          ? "ALTER TABLE \(table) DROP CONSTRAINT \(quoteIdentifier(part.name))" : "DROP INDEX \(part.index)")
    }
    // The key's columns go on to refuse NULL, or a record without a key would be found at the end alone.
    guard try requiredColumns(table) == required else { throw KeyStays() }
    // ALWAYS: a subscription's rows are nobody's here either.
    _ = try connection.execute(
      """
      CREATE TRIGGER \(Self.keepingTrigger) BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON \(table)
        FOR EACH STATEMENT EXECUTE FUNCTION kedge.keep_writers_out('\(run.id)');
      ALTER TABLE \(table) ENABLE ALWAYS TRIGGER \(Self.keepingTrigger)
      """)
  }

  private func requiredColumns(_ table: String) throws -> String? {
    try connection.query(
      """
      SELECT string_agg(attnum::text, ' ' ORDER BY attnum) AS columns FROM pg_attribute
      WHERE attrelid = to_regclass($1) AND attnum > 0 AND attnotnull AND NOT attisdropped
      """, [.text(table)]
    ).first?["columns"]
  }

  /// The key and the indexes of a table that can be made again just as they are, from their definition alone.
  private func removable(_ table: String) throws -> [Removable] {
    try connection.query(
      """
      SELECT x.relname AS name, i.indisprimary AS is_key, format('%I.%I', n.nspname, x.relname) AS index,
        CASE WHEN i.indisprimary THEN pg_get_constraintdef(k.oid) ELSE pg_get_indexdef(x.oid) END AS definition
      FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = x.relam
      LEFT JOIN pg_constraint k ON k.conindid = x.oid AND k.conrelid = c.oid AND k.contype = 'p'
      WHERE c.oid = to_regclass($1) AND c.relkind = 'r' AND NOT c.relispartition AND c.relreplident IN ('d', 'n')
        AND pg_has_role(c.relowner, 'USAGE') AND has_schema_privilege(c.relnamespace, 'CREATE')
        AND i.indisvalid AND NOT i.indisclustered AND NOT i.indisreplident AND NOT i.indisexclusion
        AND x.reltablespace = 0 AND x.reloptions IS NULL AND obj_description(x.oid, 'pg_class') IS NULL
        AND CASE WHEN i.indisprimary THEN NOT k.condeferrable AND obj_description(k.oid, 'pg_constraint') IS NULL
          ELSE NOT i.indisunique AND i.indexprs IS NULL AND i.indpred IS NULL AND m.amname IN ('btree', 'hash', 'gin', 'brin') END
        AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.confrelid = c.oid AND f.contype = 'f')
        AND NOT EXISTS (SELECT FROM pg_inherits h WHERE c.oid IN (h.inhrelid, h.inhparent))
        AND NOT EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid)
        AND NOT EXISTS (SELECT FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
          WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND p.pronamespace IS DISTINCT FROM to_regnamespace('kedge'))
        AND NOT EXISTS (SELECT FROM pg_publication_tables b WHERE b.schemaname = n.nspname AND b.tablename = c.relname)
        AND NOT EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = c.oid)
        AND NOT EXISTS (SELECT FROM kedge.postponed_keys o WHERE o.table_name = $1)
      ORDER BY i.indisprimary DESC, x.relname
      """, [.text(table)]
    ).map { row in
      Removable(
        name: try row["name"] ?? "", isKey: try row["is_key"] == "t", definition: try row["definition"] ?? "",
        index: try row["index"] ?? "")
    }
  }
}
