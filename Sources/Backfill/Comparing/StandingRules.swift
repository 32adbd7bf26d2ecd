internal import Mapping
internal import Postgres

/// Whether the target's tables would take again what stands in them, as it stands.
enum StandingRules {
  /// Whether nothing but the rows themselves decides whether a row may stand: plain tables, every constraint validated, and
  /// no trigger for each row, rule or policy that could change or refuse one that is written a second time.
  ///
  /// Where that holds, a record whose rows are there already needn't be tried, and a reference that leads nowhere is
  /// refused by the merge itself.
  static func hold(for plan: EntityPlan, in connection: PostgresConnection) throws -> Bool {
    for table in [plan.table] + plan.children.map(\.table) {
      let row = try connection.query(
        """
        WITH parts AS (
          SELECT to_regclass($1)::oid AS part UNION SELECT relid::oid FROM pg_partition_tree(to_regclass($1)))
        SELECT coalesce(bool_and(c.relkind IN ('r', 'p') AND NOT c.relrowsecurity AND NOT c.relhasrules
          AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND NOT k.convalidated)
          AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal
            AND g.tgenabled <> 'D' AND g.tgtype & 7 = 7)), false) AS hold
        FROM parts JOIN pg_class c ON c.oid = parts.part
        """, [.text(table.sql)]
      ).first
      guard try row?.bool("hold") ?? false else { return false }
    }
    return true
  }
}
