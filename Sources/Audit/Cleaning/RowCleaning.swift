internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// Cleans orphans among the target's rows: each batch in a transaction that locks the rows, looks once more, changes them and
/// logs them.
struct RowCleaning {
  let plan: ReferencePlan
  let action: CleanAction
  let audit: ReferenceAudit
  let run: Int
  private static let keys = "pg_temp.kedge_clean_keys"
  private static let orphans = "pg_temp.kedge_clean"

  private var rows: ReferringRows { ReferringRows(plan: plan, staging: nil) }
  private var child: ChildTablePlan? { plan.child.map { plan.plan.children[$0] } }

  /// - Returns: How many of the suspects with these numbers were cleaned, and how many were no orphans any more.
  func clean(_ ids: ClosedRange<Int>) throws -> (cleaned: Int, gone: Int) {
    guard let target = try audit.freshRelation(plan) else { return (0, 0) }
    let connection = audit.connection
    return try connection.transaction {
      let suspects =
        "\(OrphanSuspects.table) s WHERE s.reference = \(plan.number) AND s.stands"
        + " AND s.id BETWEEN \(ids.lowerBound) AND \(ids.upperBound)"
      _ = try connection.execute(
        "CREATE TEMP TABLE kedge_clean_keys ON COMMIT DROP AS SELECT DISTINCT s.key FROM \(suspects)")
      _ = try connection.execute(
        "SELECT FROM \(rows.table.sql) t JOIN \(Self.keys) w ON \(keysMatch("t", "w")) FOR UPDATE OF t")
      // Read after the locks were given: nobody changes these rows before the commit.
      let values = plan.columns.indices.map { "r.v\($0)" }.joined(separator: ", ")
      let texts = plan.columns.indices.map { "r.v\($0)::text" }.joined(separator: ", ")
      let count = try connection.execute(
        """
        CREATE TEMP TABLE kedge_clean ON COMMIT DROP AS SELECT r.key, r.places, \(values)
        FROM (\(rows.sql(keys: Self.keys))) r WHERE \(rows.isOrphan(target))
          AND EXISTS (SELECT FROM \(suspects) AND s.key = r.key AND s.place IS NOT DISTINCT FROM r.place
            AND s.value = ARRAY[\(texts)])
        """)
      let all = try connection.query("SELECT count(*) AS n FROM \(suspects)").first?.int("n") ?? 0
      guard count > 0 else { return (0, all) }
      let changed = try connection.execute(
        change, [.integer(run), .text(plan.entity.name), .text(rows.table.display)])
      return changed > 0 ? (count, max(0, all - count)) : (0, 0)
    }
  }

  private func keysMatch(_ left: String, _ right: String) -> String {
    zip(plan.keyNames, plan.plan.keyColumns).enumerated().map { index, pair in
      "\(left).\(quotedIdentifier(pair.0)) = (\(right).key[\(index + 1)])::\(pair.1.type.sql)"
    }.joined(separator: " AND ")
  }

  /// A row of the table and an orphan are the same record's, and the same element's.
  private func match(_ row: String) -> String {
    let places = (child?.placeColumns ?? []).enumerated().map {
      "\(row).\(quotedIdentifier($1)) = c.places[\($0 + 1)]"
    }
    return ([keysMatch(row, "c")] + places).joined(separator: " AND ")
  }

  private var change: String {
    let log =
      "INSERT INTO kedge.audit_repairs (run, entity, table_name, key, kind, action, before, after)"
      + " SELECT $1, $2, $3, key, 'orphan', '\(isDeletion ? "delete" : "nullify")', before, after FROM changed"
    let table = rows.table.sql
    let found = "(SELECT DISTINCT key, places FROM \(Self.orphans)) c"
    if isDeletion {
      return """
        WITH changed AS (DELETE FROM \(table) t USING \(found) WHERE \(match("t"))
          RETURNING c.key AS key, to_jsonb(t.*) AS before, NULL::jsonb AS after) \(log)
        """
    }
    return """
      WITH changed AS (UPDATE \(table) t SET \(assignments) FROM \(found), \(table) o
        WHERE \(match("t")) AND \(match("o"))
        RETURNING c.key AS key, to_jsonb(o.*) AS before, to_jsonb(t.*) AS after) \(log)
      """
  }

  /// An element of a child table is a row.
  private var isDeletion: Bool { action == .delete || action == .takeOut && !plan.reference.isArray }

  private var assignments: String {
    guard plan.reference.isArray, let column = plan.columns.first else {
      return plan.columns.map { "\(quotedIdentifier($0.name)) = NULL" }.joined(separator: ", ")
    }
    let name = quotedIdentifier(column.name)
    return """
      \(name) = (SELECT coalesce(array_agg(u.x ORDER BY u.n), '{}') FROM unnest(t.\(name)) WITH ORDINALITY u(x, n)
        WHERE u.x IS NULL OR NOT EXISTS (SELECT FROM \(Self.orphans) q WHERE q.key = c.key
          AND q.places IS NOT DISTINCT FROM c.places AND q.v0 = u.x::\(column.type.base.element.base.sql)))
      """
  }
}
