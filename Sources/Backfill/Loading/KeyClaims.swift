internal import Codec
public import Mapping
public import Postgres

/// Which source record each key belongs to, in a run whose records could claim each other's rows: a table in schema
/// kedge, one for each entity, whose primary key is the target's.
///
/// A chunk's claims are part of its transaction. Another one that claims the same key waits until this is committed, and
/// then finds it taken. What the last run claimed stays until the next one begins, for replay and repair.
struct KeyClaims {
  private let plan: EntityPlan
  private let table: String
  private static let locator = StagingTables.locator

  /// The table of this set's entity, whether it is there or not.
  init(_ plan: EntityPlan, set: String) {
    self.plan = plan
    var digest = ByteBuffer(capacity: 32)
    var hex = ByteBuffer(capacity: 64)
    var name = "\(set)\u{0}\(plan.entity.name)"
    name.withUTF8 { SHA256.append(digestOf: UnsafeRawBufferPointer($0), to: &digest) }
    Hex.append(digest.bytes, to: &hex)
    table = "kedge." + quotedIdentifier("keys_" + String(decoding: hex.bytes.prefix(32), as: UTF8.self))
  }

  /// The claims of the entity's latest run, if it kept any.
  static func existing(_ plan: EntityPlan, set: String, in connection: PostgresConnection) throws
    -> KeyClaims?
  {
    let claims = KeyClaims(plan, set: set)
    let row = try connection.query("SELECT to_regclass($1) IS NOT NULL AS found", [.text(claims.table)]).first
    return try row?["found"] == "t" ? claims : nil
  }

  /// Forgets what an earlier run claimed, and makes an empty table where this one needs it. Its columns have the target's
  /// own types and collations, so that what is one key there is one key here.
  func begin(_ connection: PostgresConnection, isNeeded: Bool) throws {
    _ = try connection.execute("DROP TABLE IF EXISTS \(table)")
    guard isNeeded else { return }
    _ = try connection.execute(
      "CREATE TABLE \(table) AS SELECT \(key()), NULL::bytea AS \(Self.locator) FROM \(plan.table.sql) WITH NO DATA"
    )
    _ = try connection.execute("ALTER TABLE \(table) ADD PRIMARY KEY (\(key()))")
  }

  /// Forgets every claim, when the entity's chunks are opened again.
  func clear(_ connection: PostgresConnection) throws { _ = try connection.execute("DELETE FROM \(table)") }

  /// Claims the keys of staged records `$1` to `$2` that nobody has. In the order of keys, so that two chunks that share
  /// several wait for each other and don't lock each other out.
  func claimSQL(_ staging: StagingTables) -> String {
    "INSERT INTO \(table) SELECT \(key("s.")), s.\(Self.locator) FROM \(staging.main) s"
      + " WHERE s.\(StagingTables.row) BETWEEN $1 AND $2 ORDER BY \(key("s.")) ON CONFLICT DO NOTHING"
  }

  /// Numbers of staged records whose key another record has claimed.
  func takenSQL(_ staging: StagingTables) -> String {
    "SELECT s.\(StagingTables.row) AS r FROM \(staging.main) s JOIN \(table) k ON \(plan.keysMatch("k", "s"))"
      + " WHERE k.\(Self.locator) <> s.\(Self.locator)"
  }

  /// Gives back what these staged records have claimed, as they don't land.
  func releaseSQL(_ staging: StagingTables, _ rows: String) -> String {
    "DELETE FROM \(table) k USING \(staging.main) s WHERE s.\(StagingTables.row) IN (\(rows))"
      + " AND \(plan.keysMatch("k", "s")) AND k.\(Self.locator) = s.\(Self.locator)"
  }

  private func key(_ prefix: String = "") -> String {
    plan.keyColumns.map { prefix + quotedIdentifier($0.name) }.joined(separator: ", ")
  }
}

/// What runs remember beside the rows that they have written.
public enum RunMemory {
  /// Forgets which record each key of an entity belongs to, once its rows are gone: other records may have the keys.
  ///
  /// - Throws: `PostgresError`.
  public static func forget(_ plan: EntityPlan, set: String, in connection: PostgresConnection) throws {
    try KeyClaims(plan, set: set).begin(connection, isNeeded: false)
  }
}
