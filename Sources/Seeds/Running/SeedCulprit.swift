internal import Mapping
internal import Postgres

/// A row that a rule of the table refuses.
struct SeedRowRefusal: Error {
  /// Its number in the file; nil if it can't be told.
  var row: Int?
  /// The columns that the rule is about.
  var columns: [String] = []
  var cause: PostgresError
}

/// Finds the row that made a statement over all of a file's rows fail.
struct SeedCulprit {
  let connection: PostgresConnection
  let seed: PreparedSeed
  let staging: String

  private struct Undo: Error {}

  /// Runs a statement that writes the rows of an action, and says which row it was if the table refuses one.
  ///
  /// - Parameter write: writes the rows that also meet a condition, which is empty or begins with AND.
  func locating(_ action: String, _ write: (String) throws -> Int) throws -> Int {
    do {
      return try connection.savepoint { try write("") }
    } catch let error as PostgresError where error.sqlState?.hasPrefix("23") == true {
      if error.sqlState == "23503" { throw try reference(error, action) }
      throw SeedRowRefusal(
        row: try first(action, write), columns: error.column.map { [$0] } ?? [], cause: error)
    }
  }

  /// The first row with which those before it fail: no rule but a foreign key looks ahead.
  private func first(_ action: String, _ write: (String) throws -> Int) throws -> Int? {
    let bounds = try connection.query(
      "SELECT min(r) AS low, max(r) AS high FROM \(SeedPlacing.plan) WHERE action = \(quoteLiteral(action))"
    ).first
    guard var low = try bounds?.optionalInt("low"), var high = try bounds?.optionalInt("high") else {
      return nil
    }
    func fails(upTo row: Int) throws -> Bool {
      do {
        try connection.savepoint {
          _ = try write("AND s.r <= \(row)")
          throw Undo()
        }
        return false
      } catch is Undo {
        return false
      } catch let error as PostgresError where error.sqlState?.hasPrefix("23") == true {
        return true
      }
    }
    while low < high {
      let middle = (low + high) / 2
      if try fails(upTo: middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The first row whose foreign key leads nowhere, neither into the table nor to a row of the file.
  private func reference(_ error: PostgresError, _ action: String) throws -> SeedRowRefusal {
    var refusal = SeedRowRefusal(row: nil, cause: error)
    let pairs = try connection.query(
      """
      SELECT c.confrelid::regclass::text AS parent, c.confrelid = c.conrelid AS is_own, a.attname AS here, f.attname AS there
      FROM pg_constraint c, unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (here, there, place)
        JOIN pg_attribute a ON a.attrelid = $1::bigint::oid AND a.attnum = k.here
        JOIN pg_attribute f ON f.attnum = k.there
      WHERE c.contype = 'f' AND c.conrelid = $1::bigint::oid AND c.conname = $2 AND f.attrelid = c.confrelid ORDER BY k.place
      """, [.integer(seed.table.oid), .text(error.constraint ?? "")])
    guard let first = pairs.first else { return refusal }
    refusal.columns = try pairs.map { try $0.text("here") }
    let parent = try first.text("parent")
    func staged(_ name: String) -> String? { seed.named.first { $0.column.name == name }?.staged }
    let here = refusal.columns.compactMap(staged)
    let there = try pairs.map { try $0.text("there") }
    guard here.count == pairs.count else { return refusal }
    let known = zip(here, there).map { "x.\(quoteIdentifier($1)) = s.\($0)" }
    var missing = "NOT EXISTS (SELECT FROM \(parent) x WHERE \(known.joined(separator: " AND ")))"
    if try first.bool("is_own") {
      let own = there.compactMap(staged)
      guard own.count == pairs.count else { return refusal }
      let among = zip(here, own).map { "x.\($1) = s.\($0)" }
      missing += " AND NOT EXISTS (SELECT FROM \(staging) x WHERE \(among.joined(separator: " AND ")))"
    }
    let present = here.map { "s.\($0) IS NOT NULL" }.joined(separator: " AND ")
    refusal.row = try connection.query(
      """
      SELECT min(s.r) AS row FROM \(staging) s JOIN \(SeedPlacing.plan) p USING (r)
      WHERE p.action = \(quoteLiteral(action)) AND \(present) AND \(missing)
      """
    ).first?.optionalInt("row")
    return refusal
  }
}
