internal import Backfill
internal import Mapping
internal import Postgres

/// Rows of other tables that go with a deleted row by the target's own foreign keys (ON DELETE CASCADE or SET NULL).
///
/// They are counted in the plan and logged like the row itself. What isn't the old store's to delete (a table of an entity
/// that Postgres owns, or of no entity at all) isn't taken along: then the row stays.
final class Dependents {
  /// A foreign key, and those between it and the table that is deleted from.
  private struct Path {
    /// Joins from action `a` and its row `t` to the rows `d`.
    var joins: String
    /// The alias of the last table.
    var alias: String
    var table: String
    var display: String
    var key: [String]
    var effect: Taken.Effect
    /// Columns that lose their reference.
    var columns: [String]
    var constraint: String
    /// Whether the rows may go.
    var isOurs: Bool
    /// The entity that the table belongs to.
    var entity: String?
  }
  private let connection: PostgresConnection
  private let plan: EntityPlan
  private let image: RowImage
  /// Tables that follow their old store, and their entities.
  private var ours: [String: String] = [:]
  private var paths: [Path] = []

  init(of plan: EntityPlan, context: BackfillContext, connection: PostgresConnection) throws {
    self.plan = plan
    self.connection = connection
    image = RowImage(plan: plan)
    for other in context.plans where other.followsItsSource {
      for table in [other.table] + other.children.map(\.table) { ours[table.display] = other.entity.name }
    }
    try follow(plan.table.display, sql: plan.table.sql, joins: "", alias: "t", seen: [])
  }

  private func follow(_ display: String, sql: String, joins: String, alias: String, seen: Set<String>) throws
  {
    let own = Set(plan.children.map(\.table.display))
    let rows = try connection.query(
      """
      SELECT k.oid::text AS oid, k.conname AS name, n.nspname AS schema, c.relname AS tab, k.confdeltype AS effect,
        (SELECT array_to_string(array_agg(quote_ident(a.attname) ORDER BY u.n), E'\\n') FROM unnest(k.conkey) WITH ORDINALITY u (att, n)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.att) AS cols,
        (SELECT array_to_string(array_agg(quote_ident(a.attname) ORDER BY u.n), E'\\n') FROM unnest(k.confkey) WITH ORDINALITY u (att, n)
          JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.att) AS targets,
        (SELECT array_to_string(array_agg(quote_ident(a.attname) ORDER BY u.n), E'\\n')
          FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY u (att, n)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.att WHERE i.indrelid = c.oid AND i.indisprimary) AS key
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE k.contype = 'f' AND k.confrelid = to_regclass($1) AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd')
      ORDER BY k.oid
      """, [.text(sql)])
    for row in rows {
      let table = TableName(schema: try row.text("schema"), name: try row.text("tab"))
      let oid = try row.text("oid")
      // A record's own child rows are part of it.
      if seen.contains(oid) || (joins.isEmpty || own.contains(display)) && own.contains(table.display) {
        continue
      }
      func names(_ column: String) throws -> [String] {
        try (row[column] ?? "").split(separator: "\n").map(String.init)
      }
      let next = "d\(seen.count + 1)"
      let match = zip(try names("cols"), try names("targets")).map { "\(next).\($0) = \(alias).\($1)" }
      let effect = try row.text("effect")
      let path = Path(
        joins: joins + " JOIN \(table.sql) \(next) ON \(match.joined(separator: " AND "))", alias: next,
        table: table.sql, display: table.display, key: try names("key"),
        effect: effect == "c" ? .delete : .nullify, columns: try names("cols"),
        constraint: try row.text("name"),
        // A default that takes the reference's place isn't the old store's to write.
        isOurs: effect != "d" && ours[table.display] != nil, entity: ours[table.display])
      paths.append(path)
      if effect == "c" {
        try follow(
          table.display, sql: table.sql, joins: path.joins, alias: next, seen: seen.union([oid]))
      }
    }
  }

  private func from(_ path: Path) -> String {
    "\(ActionTable.name) a JOIN \(plan.table.sql) t ON \(image.isKey())\(path.joins) WHERE a.number = ANY($1::int[])"
  }

  /// What each of these deletions would take along.
  func taken(by numbers: [Int]) throws -> [Int: [Taken]] {
    var found: [Int: [Taken]] = [:]
    for path in paths {
      let rows = try connection.query(
        "SELECT a.number, count(DISTINCT (\(path.alias).tableoid, \(path.alias).ctid)) AS n FROM \(from(path)) GROUP BY 1",
        [.text(ActionTable.list(numbers))])
      for row in rows {
        found[try row.int("number"), default: []].append(
          Taken(table: path.display, effect: path.effect, rows: try row.int("n")))
      }
    }
    return found
  }

  /// Deletions that would take along what isn't ours, and why they aren't done.
  func refusals(_ numbers: [Int]) throws -> [Int: String] {
    var found: [Int: String] = [:]
    for path in paths where !path.isOurs {
      let rows = try connection.query(
        "SELECT DISTINCT a.number FROM \(from(path))", [.text(ActionTable.list(numbers))])
      for row in rows {
        found[try row.int("number")] =
          "rows of \(path.display) refer to it (constraint \(path.constraint)) and would be changed with it, but the old"
          + " store doesn't own them"
      }
    }
    return found
  }

  /// Deletions that would take more along now than the plan says.
  func outgrown(_ numbers: [Int]) throws -> [Int] {
    guard !paths.isEmpty, !numbers.isEmpty else { return [] }
    var allowed: [Int: [Taken]] = [:]
    let rows = try connection.query(
      "SELECT number, array_to_string(takes, E'\\n') AS takes FROM \(ActionTable.name) WHERE number = ANY($1::int[])",
      [.text(ActionTable.list(numbers))])
    for row in rows {
      allowed[try row.int("number")] = try (row["takes"] ?? "").split(separator: "\n").compactMap {
        Taken(String($0))
      }
    }
    func total(_ takes: [Taken], _ one: Taken) -> Int {
      takes.filter { $0.table == one.table && $0.effect == one.effect }.reduce(0) { $0 + $1.rows }
    }
    return try taken(by: numbers).filter { number, takes in
      takes.contains { total(takes, $0) > total(allowed[number] ?? [], $0) }
    }.map(\.key)
  }

  /// Logs the rows that go with these deletions, just before they do.
  func log(_ numbers: [Int], _ log: RepairLog) throws {
    for path in paths {
      let row = "to_jsonb(\(path.alias).*)"
      let key = path.key.map { "\(path.alias).\($0)::text" }.joined(separator: ", ")
      let nulls = path.columns.map { "\(quoteLiteral(Self.plain($0))), NULL" }.joined(separator: ", ")
      let after = path.effect == .delete ? "NULL" : "\(row) || jsonb_build_object(\(nulls))"
      _ = try connection.execute(
        """
        INSERT INTO kedge.audit_repairs (run, entity, table_name, key, kind, action, before, after, plan)
        SELECT DISTINCT ON (\(path.alias).tableoid, \(path.alias).ctid) $2::bigint, $3, $4, ARRAY[\(key)]::text[], 'extra',
          $5, \(row), \(after), $6 FROM \(from(path))
        """,
        [
          .text(ActionTable.list(numbers)), .integer(log.run), .text(path.entity ?? plan.entity.name),
          .text(path.display), .text(path.effect.rawValue), .optional(log.plan),
        ])
    }
  }

  /// A name as `quote_ident` has it, without its quotes.
  private static func plain(_ name: String) -> String {
    guard name.hasPrefix("\"") else { return name }
    return String(name.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }
}
