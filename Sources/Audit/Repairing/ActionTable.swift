internal import Backfill
internal import Mapping
internal import Postgres

/// The actions of one repair and what became of them: a temporary table of the connection that repairs, so that memory
/// stays the same however many there are. What is noted of an action commits with the action.
final class ActionTable {
  enum State: String, CaseIterable {
    /// Not tried yet.
    case planned
    /// As planned before anything was done.
    case already
    /// Either side isn't as it was.
    case changed
    /// The target wouldn't have it; tried again while others make progress.
    case refused
    /// Written, and committed.
    case written
    /// Found alike on both sides afterwards.
    case repaired
    /// Written, and different all the same when looked at again.
    case differs
  }
  static let name = "pg_temp.kedge_actions"
  /// Actions that are done in one transaction.
  static let batch = 500
  let connection: PostgresConnection
  private var waiting: [PlannedAction] = []

  init(_ connection: PostgresConnection) throws {
    self.connection = connection
    _ = try connection.execute(
      """
      DROP TABLE IF EXISTS \(Self.name);
      CREATE TEMP TABLE kedge_actions (
        number integer PRIMARY KEY, entity text NOT NULL, action text NOT NULL, key text[], locator bytea,
        difference bigint, source bytea, target bytea, takes text[] NOT NULL DEFAULT '{}', evidence text, state text NOT NULL DEFAULT 'planned',
        reason text, sqlstate text, constraint_name text);
      CREATE INDEX ON kedge_actions (entity, action, state, number)
      """)
  }

  /// Takes an action over; see ``flush()``.
  func add(_ action: PlannedAction) throws {
    waiting.append(action)
    if waiting.count >= Self.batch { try flush() }
  }

  /// Writes down what was added last.
  ///
  /// - Throws: `PostgresError` 23505 where two actions have one number.
  func flush() throws {
    guard !waiting.isEmpty else { return }
    var values: [String] = []
    var parameters: [PostgresParameter] = []
    for action in waiting {
      let first = parameters.count
      parameters += [
        .integer(action.number), .text(action.entity), .text(action.kind.rawValue),
        .text(Self.arrayLiteral(action.key)), action.locator.map { .bytes($0) } ?? .null,
        .integer(action.difference), action.source.map { .bytes($0) } ?? .null,
        action.target.map { .bytes($0) } ?? .null, .text(Self.arrayLiteral(action.takes.map(\.text))),
      ]
      let types = ["int", "text", "text", "text[]", "bytea", "bigint", "bytea", "bytea", "text[]"]
      values.append(
        "(" + types.enumerated().map { "$\(first + $0 + 1)::\($1)" }.joined(separator: ", ") + ")")
    }
    waiting.removeAll(keepingCapacity: true)
    _ = try connection.execute(
      "INSERT INTO \(Self.name) (number, entity, action, key, locator, difference, source, target, takes) VALUES "
        + values.joined(separator: ", "), parameters)
  }

  /// Fills in what a plan's file doesn't say of entities with personal names, from the audit's record.
  func resolve(_ plans: [EntityPlan], run: Int) throws {
    for plan in plans where plan.hidesNames {
      _ = try connection.execute(
        """
        UPDATE \(Self.name) a SET key = d.key, locator = d.locator FROM kedge.audit_differences d
        WHERE a.entity = $1 AND d.id = a.difference AND d.run = $2 AND d.entity = $1
        """, [.text(plan.entity.name), .integer(run)])
      _ = try connection.execute(
        """
        UPDATE \(Self.name) a SET state = 'changed', reason = $3 WHERE a.entity = $1 AND NOT EXISTS (
          SELECT FROM kedge.audit_differences d WHERE d.id = a.difference AND d.run = $2 AND d.entity = $1)
        """,
        [
          .text(plan.entity.name), .integer(run),
          .text("the target has no record of the audit that found it any more; make a new plan"),
        ])
    }
    _ = try connection.execute("ANALYZE \(Self.name)")
  }

  /// The next actions of a kind in one of these states.
  func next(_ entity: String, _ kind: PlannedAction.Kind, _ states: [State], after: Int, limit: Int = batch)
    throws -> [Int]
  {
    let list = states.map { quoteLiteral($0.rawValue) }.joined(separator: ", ")
    return try connection.query(
      """
      SELECT number FROM \(Self.name) WHERE entity = $1 AND action = $2 AND state IN (\(list)) AND number > $3
      ORDER BY number LIMIT \(limit)
      """, [.text(entity), .text(kind.rawValue), .integer(after)]
    ).map { try $0.int("number") }
  }

  func mark(_ numbers: [Int], _ state: State, reason: String? = nil) throws {
    guard !numbers.isEmpty else { return }
    _ = try connection.execute(
      "UPDATE \(Self.name) SET state = $1, reason = $2 WHERE number = ANY($3::int[])",
      [.text(state.rawValue), .optional(reason), .text(Self.list(numbers))])
  }

  func refuse(_ number: Int, _ reason: String, sqlState: String? = nil, constraint: String? = nil) throws {
    _ = try connection.execute(
      """
      UPDATE \(Self.name) SET state = 'refused', reason = $2, sqlstate = $3, constraint_name = $4 WHERE number = $1
      """, [.integer(number), .text(reason), .optional(sqlState), .optional(constraint)])
  }

  func count(_ entity: String, _ states: [State]) throws -> Int {
    let list = states.map { quoteLiteral($0.rawValue) }.joined(separator: ", ")
    return try connection.query(
      "SELECT count(*) AS n FROM \(Self.name) WHERE entity = $1 AND state IN (\(list))", [.text(entity)]
    ).first?.int("n") ?? 0
  }

  /// Numbers as Postgres reads an array of them.
  static func list(_ numbers: [Int]) -> String { "{" + numbers.map(String.init).joined(separator: ",") + "}" }

  /// Texts as Postgres reads an array of them.
  static func arrayLiteral(_ texts: [String]) -> String {
    let quoted = texts.map { text in
      "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
    return "{" + quoted.joined(separator: ",") + "}"
  }
}
