internal import Mapping
internal import Postgres

/// A session that holds a lock on one of the tables that a run writes: what an operator must look at when the run could
/// not wait any longer.
struct LockHolder: CustomStringConvertible {
  let table: String
  let mode: String
  let process: Int
  let role: String
  let program: String
  let state: String

  var description: String {
    "Table \(table) is locked (\(mode)) by process \(process) of role \(role)"
      + (program.isEmpty ? "" : ", \(program)") + (state.isEmpty ? "." : ", which is \(state).")
  }

  /// The error with who stood in the way, where it was a lock that wasn't free in time.
  static func explained(_ error: OutOfPatience, _ plans: [EntityPlan], _ target: PostgresSettings)
    -> OutOfPatience
  {
    guard (error.last as? PostgresError)?.fault == .lockTimeout else { return error }
    var explained = error
    // If this fails, the server's own words must do.
    do { explained.holders = try find(plans, PostgresConnection(target)) } catch _ { return error }
    return explained
  }

  /// Locks that keep writers or builders of indexes out, on the run's tables and on Kedge's own, the strongest first.
  private static func find(_ plans: [EntityPlan], _ connection: PostgresConnection) throws -> [LockHolder] {
    let tables = plans.flatMap { [$0.table] + $0.children.map(\.table) }.map { quoteLiteral($0.sql) }
    let rows = try connection.query(
      """
      SELECT n.nspname || '.' || c.relname AS name, l.mode, l.pid, coalesce(a.usename, '') AS role,
        coalesce(a.application_name, '') AS program, coalesce(a.state, '') AS state
      FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid() AND c.relkind IN ('r', 'p')
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (n.nspname = 'kedge' OR c.oid IN (SELECT to_regclass(t) FROM unnest(ARRAY[\(tables.joined(separator: ", "))]) t))
        AND l.mode NOT IN ('AccessShareLock', 'RowShareLock') AND a.application_name NOT LIKE 'kedge run %'
      ORDER BY array_position(ARRAY['AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock'], l.mode)
        NULLS LAST, name, l.pid LIMIT 5
      """)
    return try rows.map { row in
      LockHolder(
        table: try row["name"] ?? "", mode: try row["mode"] ?? "", process: try row.int("pid"),
        role: try row["role"] ?? "", program: try row["program"] ?? "", state: try row["state"] ?? "")
    }
  }
}
