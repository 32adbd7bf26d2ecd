internal import Codec
internal import Mapping
internal import Postgres

/// What stays, in temporary tables: the keys of rows, and the locators of records, each with the round in which it was found.
struct KeptTables {
  static let keys = "pg_temp.kedge_reset_keys"
  static let records = "pg_temp.kedge_reset_records"
  let connection: PostgresConnection

  func create() throws {
    _ = try connection.execute("DROP TABLE IF EXISTS \(Self.keys), \(Self.records)")
    _ = try connection.execute(
      "CREATE TEMP TABLE kedge_reset_keys (entity text NOT NULL, key text[] NOT NULL, round int NOT NULL,"
        + " PRIMARY KEY (entity, key))")
    _ = try connection.execute(
      "CREATE TEMP TABLE kedge_reset_records (id bigint GENERATED ALWAYS AS IDENTITY, store text NOT NULL,"
        + " object text NOT NULL, locator bytea NOT NULL, round int NOT NULL)")
    _ = try connection.execute(
      "CREATE UNIQUE INDEX kedge_reset_locators ON kedge_reset_records (store, object, sha256(locator))")
  }

  /// Keeps rows of an entity: `rows` is a query of one column, their keys as text[].
  ///
  /// - Returns: How many are new.
  func keep(_ entity: Entity, rows: String, round: Int, _ parameters: [PostgresParameter] = []) throws -> Int
  {
    try connection.execute(
      "INSERT INTO \(Self.keys) SELECT DISTINCT \(quoteLiteral(entity.name)), s.k, \(round) FROM (\(rows)) s(k)"
        + " ON CONFLICT DO NOTHING", parameters)
  }

  /// Keeps records: `records` is a query of one column, their locators.
  ///
  /// - Returns: How many are new.
  func keep(_ object: ResetObject, records: String, round: Int) throws -> Int {
    try connection.execute(
      "INSERT INTO \(Self.records) (store, object, locator, round) SELECT DISTINCT \(quoteLiteral(object.store)),"
        + " \(quoteLiteral(object.name)), s.l, \(round) FROM (\(records)) s(l) ON CONFLICT DO NOTHING")
  }

  /// How many rows of an entity stay.
  func count(_ entity: Entity) throws -> Int {
    try connection.query(
      "SELECT count(*) AS n FROM \(Self.keys) WHERE entity = $1", [.text(entity.name)]
    ).first?.int("n") ?? 0
  }

  /// How many records of a collection stay.
  func count(_ object: ResetObject) throws -> Int {
    try connection.query(
      "SELECT count(*) AS n FROM \(Self.records) WHERE store = $1 AND object = $2",
      [.text(object.store), .text(object.name)]
    ).first?.int("n") ?? 0
  }

  func hasRows(_ entity: Entity, round: Int) throws -> Bool {
    try connection.query(
      "SELECT EXISTS (SELECT FROM \(Self.keys) WHERE entity = $1 AND round = $2) AS found",
      [.text(entity.name), .integer(round)]
    ).first?["found"] == "t"
  }

  func hasRecords(_ object: ResetObject, round: Int) throws -> Bool {
    try connection.query(
      "SELECT EXISTS (SELECT FROM \(Self.records) WHERE store = $1 AND object = $2 AND round = $3) AS found",
      [.text(object.store), .text(object.name), .integer(round)]
    ).first?["found"] == "t"
  }
}

extension EntityPlan {
  /// The key of a row under an alias, as text[].
  func keyTexts(_ alias: String) -> String { Self.texts(keyColumns.map(\.name), alias) }

  /// The key that a child table's row repeats, as text[].
  func keyTexts(of child: Int?, _ alias: String) -> String {
    child.map { Self.texts(children[$0].rootColumns, alias) } ?? keyTexts(alias)
  }

  private static func texts(_ names: [String], _ alias: String) -> String {
    "ARRAY[\(names.map { "\(alias).\(quotedIdentifier($0))::text" }.joined(separator: ", "))]::text[]"
  }

  /// A condition that the row `t` (of a child table: the record that it is part of) has the key `w.key`. Compared by the column's own type, so that its
  /// index serves.
  func keyMatches(of child: Int?, _ alias: String, _ kept: String) -> String {
    let names = child.map { children[$0].rootColumns } ?? keyColumns.map(\.name)
    return zip(names, keyColumns).enumerated().map { index, pair in
      "\(alias).\(quotedIdentifier(pair.0)) = (\(kept).key[\(index + 1)])::\(pair.1.type.sql)"
    }.joined(separator: " AND ")
  }

  func table(of child: Int?) -> TableName { child.map { children[$0].table } ?? table }
}

extension TargetColumn {
  /// The column under an alias, as the type that staged values have.
  func comparable(_ alias: String) -> String {
    let value = "\(alias).\(quotedIdentifier(name))"
    return type == type.plain ? value : "\(value)::\(type.plain.sql)"
  }
}
