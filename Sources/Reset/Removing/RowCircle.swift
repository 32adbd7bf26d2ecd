internal import Backfill
internal import Mapping
internal import Postgres

/// Deletes rows that refer to each other in circles, or to rows of their own table: with the rows of one range go, in the same
/// statement, all that refer to them, so that no foreign key is broken when the statement ends.
struct RowCircle {
  let removal: RowRemoval
  let connection: PostgresConnection
  private static let rows = "pg_temp.kedge_reset_circle"

  /// One table of those that hang together, by its number in the statement.
  private struct Member {
    let number: Int
    let object: ResetObject
    let table: EntityPlan
    var name: TableName { table.table(of: object.child) }
  }

  /// - Returns: How many rows of the removal's own table went.
  func remove(_ conditions: [String]) throws -> Int {
    let members = members()
    guard let own = members.first(where: { $0.object.holds(removal.table.table(of: removal.object.child)) })
    else { return 0 }
    _ = try connection.execute(
      "CREATE TEMP TABLE kedge_reset_circle (number int, place oid, id tid, PRIMARY KEY (number, place, id)) ON COMMIT DROP"
    )
    _ = try connection.execute(
      "INSERT INTO \(Self.rows) SELECT \(own.number), t.tableoid, t.ctid FROM \(own.name.sql) t WHERE "
        + conditions.joined(separator: " AND ") + " FOR UPDATE")
    try addReferring(members)
    try leaveOutReferred(members)
    return try delete(members, own)
  }

  /// The tables from which foreign keys lead to the removal's own, on and on, and which still have rows to lose.
  private func members() -> [Member] {
    var names = [removal.table.table(of: removal.object.child)]
    var next = 0
    while next < names.count {
      for key in removal.plan.foreignKeys where key.target == names[next] && !names.contains(key.table) {
        if removal.unfinished.contains(where: { $0.holds(key.table) }) { names.append(key.table) }
      }
      next += 1
    }
    return names.enumerated().compactMap { number, name in
      guard let object = removal.unfinished.first(where: { $0.holds(name) }),
        let entity = object.entities.first,
        let table = removal.plan.plan(of: entity)
      else { return nil }
      return Member(number: number, object: object, table: table)
    }
  }

  private func isIn(_ member: Member, _ alias: String) -> String {
    "EXISTS (SELECT FROM \(Self.rows) x WHERE x.number = \(member.number) AND x.place = \(alias).tableoid"
      + " AND x.id = \(alias).ctid)"
  }

  private func addReferring(_ members: [Member]) throws {
    var isDone = false
    while !isDone {
      isDone = true
      for key in removal.plan.foreignKeys {
        guard let target = members.first(where: { $0.name == key.target }),
          let referrer = members.first(where: { $0.name == key.table })
        else { continue }
        let count = try connection.execute(
          "INSERT INTO \(Self.rows) SELECT \(referrer.number), c.tableoid, c.ctid FROM \(referrer.name.sql) c WHERE EXISTS"
            + " (SELECT FROM \(target.name.sql) t WHERE \(key.match("c", "t")) AND \(isIn(target, "t")))"
            + " AND NOT \(isIn(referrer, "c")) AND \(removal.isDoomed(referrer.table, referrer.object, "c")) FOR UPDATE"
        )
        if count > 0 { isDone = false }
      }
    }
  }

  /// Takes out what rows refer to that stay, or have come meanwhile.
  private func leaveOutReferred(_ members: [Member]) throws {
    var isDone = false
    while !isDone {
      isDone = true
      for key in removal.plan.foreignKeys {
        guard let target = members.first(where: { $0.name == key.target }) else { continue }
        let isGoing = members.first { $0.name == key.table }.map { "AND NOT \(isIn($0, "c"))" } ?? ""
        let count = try connection.execute(
          "DELETE FROM \(Self.rows) b USING \(target.name.sql) t WHERE b.number = \(target.number) AND t.tableoid = b.place"
            + " AND t.ctid = b.id AND EXISTS (SELECT FROM \(key.table.sql) c WHERE \(key.match("c", "t")) \(isGoing))"
        )
        if count > 0 { isDone = false }
      }
    }
  }

  private func delete(_ members: [Member], _ own: Member) throws -> Int {
    let parts = members.map { member in
      "d\(member.number) AS (DELETE FROM \(member.name.sql) t USING \(Self.rows) b WHERE b.number = \(member.number)"
        + " AND t.tableoid = b.place AND t.ctid = b.id RETURNING 1)"
    }
    let counts = members.map { "(SELECT count(*) FROM d\($0.number)) AS n\($0.number)" }
    let row = try connection.query(
      "WITH \(parts.joined(separator: ", ")) SELECT \(counts.joined(separator: ", "))"
    ).first
    for member in members {
      try removal.ledger.add(try row?.int("n\(member.number)") ?? 0, to: member.object, of: removal.reset)
    }
    return try row?.int("n\(own.number)") ?? 0
  }
}
