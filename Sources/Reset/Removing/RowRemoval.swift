internal import Backfill
internal import Codec
internal import Executors
internal import Mapping
internal import Postgres

/// Deletes the rows of one table of the target that don't stay, by ranges of its key, each range in a transaction of its own.
///
/// A row that something still refers to by a foreign key is left: what referred to it when the reset began is gone by then,
/// or is deleted by the same statement, so it came meanwhile, and no cascade may take it.
struct RowRemoval {
  let plan: ResetPlan
  let table: EntityPlan
  let object: ResetObject
  let ledger: ResetLedger
  let reset: Int
  let batch: Int
  /// Objects whose rows aren't deleted yet, this one among them.
  let unfinished: [ResetObject]

  private var connection: PostgresConnection { ledger.connection }
  private var name: TableName { table.table(of: object.child) }

  private var key: [TargetColumn] {
    guard let child = object.child.map({ table.children[$0] }) else { return table.keyColumns }
    return Array(child.columns.prefix(child.leading))
  }

  /// - Parameter onBatch: told how many rows went; throws to stop.
  func run(_ onBatch: (Int) throws -> Void) throws {
    var last: [String]?
    repeat {
      let next = try boundary(after: last)
      let (begin, end) = (last, next)
      let count = try connection.transaction { try remove(after: begin, to: end) }
      try onBatch(count)
      last = next
    } while last != nil
  }

  // MARK: Ranges

  private var keyList: String { key.map { "t.\(quotedIdentifier($0.name))" }.joined(separator: ", ") }

  private func bound(_ values: [String], _ comparison: String) -> String {
    let list = zip(values, key).map { "\(quoteLiteral($0))::\($1.type.sql)" }.joined(separator: ", ")
    return "(\(keyList)) \(comparison) (\(list))"
  }

  /// The key of the last row of the next range; nil where the range goes to the table's end.
  private func boundary(after last: [String]?) throws -> [String]? {
    // A table that is declared without a key goes at once.
    guard !key.isEmpty else { return nil }
    let texts = key.enumerated().map { "t.\(quotedIdentifier($1.name))::text AS k\($0)" }.joined(
      separator: ", ")
    let row = try connection.query(
      "SELECT \(texts) FROM \(name.sql) t\(last.map { " WHERE " + bound($0, ">") } ?? "") ORDER BY \(keyList)"
        + " OFFSET \(batch - 1) LIMIT 1"
    ).first
    return try row.map { row in try key.indices.map { try row.text("k\($0)") } }
  }

  private func remove(after last: [String]?, to next: [String]?) throws -> Int {
    var conditions = [last.map { bound($0, ">") }, next.map { bound($0, "<=") }].compactMap { $0 }
    conditions.append(isDoomed(table, object, "t"))
    let entangled = plan.foreignKeys.contains { key in
      key.target == name && unfinished.contains { $0.holds(key.table) }
    }
    if entangled {
      return try RowCircle(removal: self, connection: connection).remove(conditions)
    }
    for key in plan.foreignKeys where key.target == name {
      conditions.append("NOT EXISTS (SELECT FROM \(key.table.sql) c WHERE \(key.match("c", "t")))")
    }
    let count = try connection.execute(
      "DELETE FROM \(name.sql) t WHERE \(conditions.joined(separator: " AND "))")
    try ledger.add(count, to: object, of: reset)
    return count
  }

  /// A condition that a row doesn't stay.
  func isDoomed(_ table: EntityPlan, _ object: ResetObject, _ alias: String) -> String {
    "NOT EXISTS (SELECT FROM kedge.reset_keys r WHERE r.reset = \(reset) AND r.entity = \(quoteLiteral(table.entity.name))"
      + " AND r.key = \(table.keyTexts(of: object.child, alias)))"
  }
}

extension ResetObject {
  func holds(_ name: TableName) -> Bool {
    if case .rows(let table, _) = place { table == name } else { false }
  }
}
