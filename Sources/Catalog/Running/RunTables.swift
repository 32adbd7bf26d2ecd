internal import Postgres

/// A target table that a run fills.
public struct WatchedTable: Sendable {
  public var entity: String
  /// Quoted, with its schema.
  public var sql: String
  /// As it is shown to people.
  public var display: String
  /// Constraints that the run itself adds, and may drop again.
  public var ownConstraints: [String]

  public init(entity: String, sql: String, display: String, ownConstraints: [String]) {
    self.entity = entity
    self.sql = sql
    self.display = display
    self.ownConstraints = ownConstraints
  }
}

/// What a run's tables were like when it began. Finished chunks aren't read again, so a table that was emptied, replaced
/// or changed between an interruption and its resume would lose rows, or values, without a word.
extension Catalog {
  /// Writes down which storage a table has and what decides about its rows.
  public func remember(_ run: Run, _ table: WatchedTable) throws {
    try looking {
      _ = try connection.execute(
        """
        INSERT INTO kedge.run_tables (run, entity, name, storage, shape)
        SELECT $3::bigint, $4::text, $1::text, s.storage, s.shape FROM (\(Self.present)) s WHERE s.storage IS NOT NULL
        """,
        [
          .text(table.sql), .text(arrayLiteral(table.ownConstraints)), .integer(run.id), .text(table.entity),
        ])
    }
  }

  /// In what the tables differ from those that the run began to fill.
  func changes(of tables: [WatchedTable], since run: Run) throws -> [RunMismatch] {
    var found: [RunMismatch] = []
    for table in tables {
      let texts = try looking { try changes(of: table, since: run) }
      if !texts.isEmpty { found.append(.table(table.display, texts)) }
    }
    return found
  }

  private func changes(of table: WatchedTable, since run: Run) throws -> [String] {
    let parameters: [PostgresParameter] = [
      .text(table.sql), .text(arrayLiteral(table.ownConstraints)), .integer(run.id), .text(table.entity),
    ]
    // Partitions may be added: only what is gone counts.
    let stores = try connection.query(
      """
      SELECT s.storage IS NULL AS is_gone,
        NOT (ARRAY(SELECT split_part(unnest(w.storage), '/', 1)) <@ ARRAY(SELECT split_part(unnest(s.storage), '/', 1)))
          AS is_another,
        NOT (w.storage <@ s.storage) AS is_rewritten
      FROM kedge.run_tables w, (\(Self.present)) s WHERE w.run = $3 AND w.entity = $4 AND w.name = $1
      """, parameters)
    guard let store = stores.first else { return [] }
    if try store["is_gone"] == "t" { return ["it is gone"] }
    if try store["is_another"] == "t" { return ["it, or a partition, was dropped and made again"] }
    let lines = try connection.query(
      """
      SELECT o.key AS was_there, n.key AS is_there, o.value AS was, n.value AS now
      FROM (SELECT e.* FROM kedge.run_tables w, jsonb_each_text(w.shape) e WHERE w.run = $3 AND w.entity = $4 AND w.name = $1) o
      FULL JOIN (SELECT e.* FROM (\(Self.present)) s, jsonb_each_text(s.shape) e) n USING (key)
      WHERE o.value IS DISTINCT FROM n.value ORDER BY coalesce(o.key, n.key)
      """, parameters)
    var texts = try lines.map { row in
      guard let was = try row["was_there"] else { return try "\(row["is_there"] ?? "") is new" }
      guard try row["is_there"] != nil else { return "\(was) is gone" }
      return try "\(was) was \(row["was"] ?? "") and is \(row["now"] ?? "")"
    }
    if try store["is_rewritten"] == "t" {
      texts.append("it was emptied or written anew (TRUNCATE, ALTER TABLE, VACUUM FULL, CLUSTER)")
    }
    return texts
  }

  /// Definitions are written in one way, whatever schemas the connection looks through.
  func looking<T>(_ body: () throws -> T) throws -> T {
    func look() throws -> T {
      let before = try connection.query("SHOW search_path").first?["search_path"] ?? ""
      _ = try connection.execute("SET LOCAL search_path TO pg_catalog")
      let result = try body()
      _ = try connection.query("SELECT set_config('search_path', $1, true)", [.text(before)])
      return result
    }
    return connection.isInTransaction ? try look() : try connection.transaction(look)
  }

  /// Storage and shape of the table `$1` as it is now, without the constraints `$2`; of nothing, NULL.
  ///
  /// The place of a column is part of it: one that was dropped and added again has lost its values. A key that is postponed counts as if
  /// it were there.
  static let present = """
    SELECT (
      SELECT array_agg(p.oid || '/' || coalesce(pg_relation_filenode(p.oid), 0))
      FROM (SELECT t.oid UNION SELECT relid::oid FROM pg_partition_tree(t.oid)) p WHERE p.oid IS NOT NULL
    ) AS storage, (
      SELECT jsonb_object_agg(l.key, l.value) FROM (
        SELECT 'column ' || a.attname AS key, format_type(a.atttypid, a.atttypmod)
          || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
          || CASE WHEN a.attgenerated <> '' OR a.attidentity <> '' THEN ' GENERATED' ELSE '' END
          || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') || ' in place ' || a.attnum AS value
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT 'constraint ' || k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k
        WHERE k.conrelid = t.oid AND k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conname <> ALL ($2::text[])
        UNION ALL
        SELECT 'constraint ' || p.name, p.definition FROM kedge.postponed_keys p
        WHERE to_regclass(p.table_name) = t.oid AND p.kind = 'primary key'
        UNION ALL
        SELECT 'a chance for other writers, as the trigger \(keepingTrigger) was dropped or disabled,', '' WHERE EXISTS (
            SELECT FROM kedge.postponed_keys p WHERE to_regclass(p.table_name) = t.oid)
          AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND g.tgname = '\(keepingTrigger)' AND g.tgenabled = 'A')
        UNION ALL
        SELECT 'unique index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) FROM pg_index i
        WHERE i.indrelid = t.oid AND i.indisunique
          AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = t.oid)
        UNION ALL
        SELECT 'trigger ' || g.tgname, pg_get_triggerdef(g.oid) || CASE g.tgenabled WHEN 'D' THEN ', disabled' ELSE '' END
        FROM pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND g.tgname <> '\(keepingTrigger)'
        UNION ALL
        SELECT 'rule ' || r.rulename, pg_get_ruledef(r.oid) FROM pg_rewrite r
        WHERE r.ev_class = t.oid AND r.rulename <> '_RETURN'
        UNION ALL
        SELECT 'row security', CASE WHEN c.relrowsecurity THEN 'on' ELSE 'off' END FROM pg_class c WHERE c.oid = t.oid
      ) l
    ) AS shape
    FROM (SELECT to_regclass($1)::oid AS oid) t
    """
}
