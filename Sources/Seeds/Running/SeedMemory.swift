internal import Catalog
internal import Mapping
internal import Postgres

/// What `kedge.seeds` holds of one set, and the SQL that reads and writes it.
struct SeedMemory {
  let connection: PostgresConnection
  let set: String

  /// The rows of the table of a seed.
  func rows(of table: TableName) -> String {
    "set_name = \(quoteLiteral(set)) AND table_schema = \(quoteLiteral(table.schema)) AND table_name = \(quoteLiteral(table.name))"
  }

  /// What is remembered of a table, with the seed's key as k0, k1, …: taken from the whole row, so that a file may change its key.
  func remembered(by seed: PreparedSeed) -> String {
    let keys = seed.key.enumerated().map { "\($1.column.remembered(in: "\"row\"")) AS k\($0)" }
    return
      "SELECT id, seed, \"row\", asked, \(keys.joined(separator: ", ")) FROM kedge.seeds WHERE \(rows(of: seed.table.name))"
  }

  /// A row's key, as it is remembered.
  func key(of seed: PreparedSeed, _ alias: String) -> String {
    "to_jsonb(ARRAY[\(seed.key.map { "\(alias).\($0.column.sql)::text" }.joined(separator: ", "))])"
  }

  /// A whole row, as it is remembered; what Postgres computes by itself is left out.
  func row(of seed: PreparedSeed, _ alias: String) -> String {
    let columns = seed.table.columns.filter { !$0.isGenerated }
    return "jsonb_object(ARRAY[\(columns.map { quoteLiteral($0.name) }.joined(separator: ", "))]::text[],"
      + " ARRAY[\(columns.map { "\(alias).\($0.sql)::text" }.joined(separator: ", "))]::text[])"
  }

  /// A statement that remembers rows anew which are remembered already. `found` has memory, key, row, asked.
  func change(_ seed: PreparedSeed, _ found: String) -> String {
    """
    UPDATE kedge.seeds m SET seed = \(quoteLiteral(seed.file.name)), table_oid = \(seed.table.oid), key_columns = \(keyColumns(seed)),
      key = f.key, "row" = f."row", asked = f.asked, seeded_at = clock_timestamp()
    FROM \(found) f WHERE m.id = f.memory
    """
  }

  /// A statement that remembers rows for the first time.
  func add(_ seed: PreparedSeed, _ found: String) -> String {
    """
    INSERT INTO kedge.seeds (set_name, seed, table_schema, table_name, table_oid, key_columns, key, "row", asked)
    SELECT \(quoteLiteral(set)), \(quoteLiteral(seed.file.name)), \(quoteLiteral(seed.table.name.schema)),
      \(quoteLiteral(seed.table.name.name)), \(seed.table.oid), \(keyColumns(seed)), f.key, f."row", f.asked
    FROM \(found) f WHERE f.memory IS NULL
    """
  }

  private func keyColumns(_ seed: PreparedSeed) -> String {
    "ARRAY[\(seed.key.map { quoteLiteral($0.column.name) }.joined(separator: ", "))]::text[]"
  }

  /// A table that was dropped and made anew isn't one whose rows a person deleted. It has another number, and none of the rows that are
  /// remembered; one that came back from a backup has them.
  func forgetRecreatedTable(_ seed: PreparedSeed) throws {
    let condition = "\(rows(of: seed.table.name)) AND table_oid <> \(seed.table.oid)"
    let isOther = try connection.query("SELECT EXISTS (SELECT FROM kedge.seeds WHERE \(condition)) AS found")
    guard try isOther.first?.bool("found") == true else { return }
    let matches = seed.key.enumerated().map { "t.\($1.column.sql) = m.k\($0)" }.joined(separator: " AND ")
    let holds = try connection.query(
      "SELECT EXISTS (SELECT FROM (\(remembered(by: seed))) m JOIN \(seed.table.name.sql) t ON \(matches)) AS found"
    )
    if try holds.first?.bool("found") == true {
      try connection.execute("UPDATE kedge.seeds SET table_oid = \(seed.table.oid) WHERE \(condition)")
    } else {
      try connection.execute("DELETE FROM kedge.seeds WHERE \(condition)")
    }
  }
}
