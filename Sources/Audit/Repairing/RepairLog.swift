internal import Backfill
internal import Catalog
public import Mapping
public import Postgres

/// Writes every change to `kedge.audit_repairs`, in the change's own transaction.
final class RepairLog {
  /// The run that the changes belong to.
  let run: Int
  /// The plan's file, if there is one.
  let plan: String?
  private let connection: PostgresConnection
  private static let before = "pg_temp.kedge_before"

  init(run: Int, plan: String?, _ connection: PostgresConnection) throws {
    self.run = run
    self.plan = plan
    self.connection = connection
    _ = try connection.execute(
      """
      DROP TABLE IF EXISTS \(Self.before);
      CREATE TEMP TABLE kedge_before (number integer PRIMARY KEY, before jsonb) ON COMMIT DELETE ROWS
      """)
  }

  /// Keeps the rows of these actions as they are before the change.
  func remember(_ numbers: [Int], _ image: RowImage) throws {
    _ = try connection.execute(
      "INSERT INTO \(Self.before) SELECT a.number, \(image.whole) FROM \(ActionTable.name) a"
        + " JOIN \(image.plan.table.sql) t ON \(image.isKey()) WHERE a.number = ANY($1::int[])",
      [.text(ActionTable.list(numbers))])
  }

  /// Writes what became of these actions' rows.
  func write(_ numbers: [Int], _ image: RowImage) throws {
    guard !numbers.isEmpty else { return }
    let kinds = PlannedAction.Kind.allCases.map { "WHEN '\($0.rawValue)' THEN '\($0.verdict.rawValue)'" }
    _ = try connection.execute(
      """
      INSERT INTO kedge.audit_repairs (run, entity, table_name, key, kind, action, before, after, plan)
      SELECT $2, a.entity, $3, a.key, CASE a.action \(kinds.joined(separator: " ")) END, a.action, b.before,
        (SELECT \(image.whole) FROM \(image.plan.table.sql) t WHERE \(image.isKey())), $4
      FROM \(ActionTable.name) a LEFT JOIN \(Self.before) b ON b.number = a.number
      WHERE a.number = ANY($1::int[]) ORDER BY a.number
      """,
      [
        .text(ActionTable.list(numbers)), .integer(run), .text(image.plan.table.display), .optional(plan),
      ])
  }
}

/// One change that a repair made, as reports show it.
public struct LoggedRepair: Sendable, Equatable, Codable {
  /// Counts upwards.
  public var id: Int
  public var entity: String
  /// The table, with its schema.
  public var table: String
  /// The key's columns as text; digests where the column is personal.
  public var key: [String]
  /// The verdict that was repaired: `missing`, `different` or `extra`.
  public var kind: String
  /// `insert`, `update`, `delete` or `nullify`.
  public var action: String
  /// The row before and after as JSON, personal columns as digests; nil where there was none.
  public var before: String?
  public var after: String?
  /// The plan's file.
  public var plan: String?
  /// As Postgres writes it, in UTC.
  public var repairedAt: String
}

/// Reads the log of repairs.
public struct RepairHistory {
  private let connection: PostgresConnection
  private let plans: [EntityPlan]

  /// - Parameter plans: of the mapping set's core entities; they say which columns are personal.
  public init(_ connection: PostgresConnection, plans: [EntityPlan]) {
    self.connection = connection
    self.plans = plans
  }

  /// The first changes of a run, in their order; personal values as digests. Entities that the mapping doesn't know any
  /// more show neither key nor values.
  public func repairs(of run: Int, limit: Int) throws -> [LoggedRepair] {
    let rows = try connection.query(
      """
      SELECT id, entity, table_name, to_json(key)::text AS key, kind, action, before::text AS before, after::text AS after,
        plan, repaired_at::text AS at
      FROM kedge.audit_repairs WHERE run = $1 ORDER BY id LIMIT \(limit)
      """, [.integer(run)])
    return try rows.map { row in
      let entity = try row.text("entity")
      let table = try row.text("table_name")
      let mask = PersonalMask(plans.first { $0.entity.name == entity }, table: table)
      return LoggedRepair(
        id: try row.int("id"), entity: entity, table: table, key: try mask.key(try row.text("key")),
        kind: try row.text("kind"), action: try row.text("action"), before: try row["before"].map(mask.row),
        after: try row["after"].map(mask.row), plan: try row["plan"], repairedAt: try row.text("at"))
    }
  }
}
