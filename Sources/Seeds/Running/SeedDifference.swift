internal import Mapping
internal import Postgres

/// Reads which rows aren't as they were, for a person: before they are written.
struct SeedDifference {
  let connection: PostgresConnection
  let seed: PreparedSeed
  let staging: String

  private static let kinds: [String: SeedChange.Kind] = [
    "insert": .inserted, "update": .updated, "changed": .changed, "deleted": .deleted, "differs": .differs,
  ]

  /// The first rows, those that are kept before the others.
  func rows(limit: Int, isWhole: Bool) throws -> [SeedChange] {
    guard limit > 0 else { return [] }
    var values: [String] = []
    for key in seed.key { values.append(key.column.shown("s.\(key.staged)")) }
    for named in seed.others {
      let live = "t.\(named.column.sql)"
      let wanted = "s.\(named.staged)"
      let isNamed = named.flag.map { "s.\($0) AND " } ?? ""
      values.append(named.column.shown(live))
      values.append(named.column.shown(wanted))
      values.append("(\(isNamed)(t.tableoid IS NULL OR NOT (\(named.column.same(live, wanted)))))")
    }
    let actions =
      isWhole ? "('insert', 'update', 'changed', 'deleted', 'differs')" : "('changed', 'deleted', 'differs')"
    let keyMatch = seed.key.map { "t.\($0.column.sql) = s.\($0.staged)" }.joined(separator: " AND ")
    let found = try connection.query(
      """
      SELECT p.action, \(values.joined(separator: ", "))
      FROM \(SeedPlacing.plan) p JOIN \(staging) s USING (r) LEFT JOIN \(seed.table.name.sql) t ON \(keyMatch)
      WHERE p.action IN \(actions) ORDER BY p.action IN ('insert', 'update'), s.r LIMIT \(limit)
      """)
    return found.compactMap { row in
      guard let kind = row[0].flatMap({ Self.kinds[$0] }) else { return nil }
      var change = SeedChange(kind: kind, key: [], columns: [])
      var place = 1
      for key in seed.key {
        change.key.append(
          SeedChange.Column(
            name: key.column.name, live: kind == .inserted || kind == .deleted ? nil : row[place],
            wanted: row[place]))
        place += 1
      }
      for named in seed.others {
        if row[place + 2] == "t" {
          change.columns.append(
            SeedChange.Column(name: named.column.name, live: row[place], wanted: row[place + 1]))
        }
        place += 3
      }
      return change
    }
  }
}
