internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// Rows that wait for each other's unique values: A is to have what B has, and B what A has. No order of single writes
/// gets there.
///
/// Inside one transaction the rows first give up their values, for NULL or one that nobody has, then all are written. If
/// one can't be, all is undone, and the others are tried without it.
extension EntityRepair {
  private static let exchanged = 5_000

  /// Tries those that were refused for a unique value.
  func exchange() throws {
    let rows = try connection.query(
      """
      SELECT action, number, constraint_name FROM \(ActionTable.name) WHERE entity = $1 AND state = 'refused'
        AND sqlstate = '23505' AND action IN ('insert', 'update') ORDER BY number LIMIT \(Self.exchanged)
      """, [.text(name)])
    var updates = try rows.filter { try $0.text("action") == "update" }.map { try $0.int("number") }
    var inserts = try rows.filter { try $0.text("action") == "insert" }.map { try $0.int("number") }
    var constraints = Set(try rows.compactMap { try $0["constraint_name"] })
    while !updates.isEmpty, let giveUp = try giveUp(constraints) {
      try checkStop()
      do {
        return try commit { try exchange(updates, inserts, giveUp) }
      } catch let stuck as Stuck {
        // A row is refused for one value at a time: the next one to give up shows only now.
        if constraints.isSuperset(of: stuck.constraints) {
          updates.removeAll { stuck.numbers.contains($0) }
          inserts.removeAll { stuck.numbers.contains($0) }
        }
        constraints.formUnion(stuck.constraints)
      } catch let error as PostgresError where error.isAboutOneRow {
        // Values can't be given up: the reasons that the rows were refused for stand.
        return
      }
    }
  }

  private func exchange(_ updates: [Int], _ inserts: [Int], _ giveUp: String) throws -> Int {
    var done = try merge(updates, inserts: false) { ready in
      _ = try self.connection.execute(giveUp, [.text(ActionTable.list(ready))])
    }
    if !inserts.isEmpty { done += try merge(inserts, inserts: true) }
    let stuck = try connection.query(
      "SELECT number, sqlstate, constraint_name FROM \(ActionTable.name) WHERE number = ANY($1::int[]) AND state = 'refused'",
      [.text(ActionTable.list(updates))])
    // A row that gave up its value and didn't get its new one must not stay so.
    if !stuck.isEmpty {
      throw Stuck(
        numbers: Set(try stuck.map { try $0.int("number") }),
        constraints: Set(
          try stuck.compactMap { try $0["sqlstate"] == "23505" ? try $0["constraint_name"] : nil }))
    }
    return done
  }

  private struct Stuck: Error {
    var numbers: Set<Int>
    var constraints: Set<String>
  }

  /// The statement by which rows give up the values that these constraints keep unique; nil where they can't.
  private func giveUp(_ constraints: Set<String>) throws -> String? {
    let rows = try connection.query(
      """
      SELECT DISTINCT t.attname AS name, t.attnotnull AS required
      FROM pg_class c
      JOIN pg_index i ON i.indexrelid = c.oid AND i.indrelid = to_regclass($2) AND i.indexprs IS NULL
      JOIN pg_attribute t ON t.attrelid = i.indrelid AND t.attnum = ANY (i.indkey::int2[])
      WHERE c.relname = ANY($1::text[])
      """, [.text(ActionTable.arrayLiteral(constraints.sorted())), .text(plan.table.sql)])
    var sets: [String] = []
    for row in rows {
      let name = try row.text("name")
      guard !plan.entity.key.contains(name), let column = plan.columns.first(where: { $0.name == name })
      else {
        continue
      }
      guard let value = try row.bool("required") ? passingValue(column) : "NULL" else { return nil }
      sets.append("\(quotedIdentifier(name)) = \(value)")
    }
    guard !sets.isEmpty else { return nil }
    return "UPDATE \(plan.table.sql) t SET \(sets.joined(separator: ", ")) FROM \(ActionTable.name) a"
      + " WHERE a.number = ANY($1::int[]) AND \(image.isKey())"
  }

  /// A value that no row has, for a column that takes no NULL.
  private func passingValue(_ column: TargetColumn) -> String? {
    switch column.type.base {
    case .text, .citext, .varchar: "left('kedge ' || gen_random_uuid(), 36)"
    case .uuid: "gen_random_uuid()"
    case .integer: "-2000000000 - a.number"
    case .bigint: "-9000000000000000000 - a.number"
    case .bytea: "decode(md5(gen_random_uuid()::text), 'hex')"
    default: nil
    }
  }
}
