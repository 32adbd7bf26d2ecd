import Postgres

/// The table that a backfill fills, in states to measure from.
struct TargetTable {
  let url: String
  /// With its schema; a name that needs no quotes.
  let name: String

  func connect() throws -> PostgresConnection { try PostgresConnection(try PostgresSettings(url: url)) }

  /// The same for the same rows, in whatever order they lie.
  func fingerprint() throws -> String {
    let connection = try connect()
    defer { connection.close() }
    let row = try connection.query(
      "SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS hash FROM \(name) t")
    return try row.map { "\(try $0.text("rows")) rows, \(try $0.text("hash"))" }.joined()
  }

  /// As it is before a first load, with its key or without.
  func empty(withoutKey: Bool = false) throws {
    let connection = try connect()
    defer { connection.close() }
    _ = try connection.execute("TRUNCATE \(name)")
    if withoutKey {
      _ = try connection.execute("ALTER TABLE \(name) DROP CONSTRAINT IF EXISTS \(keyName)")
    } else if try connection.query(
      "SELECT 1 FROM pg_constraint WHERE conrelid = '\(name)'::regclass AND contype = 'p'"
    ).isEmpty {
      _ = try connection.execute(keyDefinition)
    }
    _ = try connection.execute("CHECKPOINT")
  }

  func addKey() throws {
    let connection = try connect()
    defer { connection.close() }
    _ = try connection.execute(keyDefinition)
  }

  /// The statements that make its key, with as much memory as the sort wants.
  var keyDefinition: String {
    "SET maintenance_work_mem = '512MB'; ALTER TABLE \(name) ADD CONSTRAINT \(keyName) PRIMARY KEY (id)"
  }

  /// As a table is that has been there for a while.
  func settle(isRewritten: Bool = false) throws {
    let connection = try connect()
    defer { connection.close() }
    _ = try connection.execute("VACUUM (ANALYZE, FREEZE\(isRewritten ? ", FULL" : "")) \(name)")
    _ = try connection.execute("CHECKPOINT")
  }

  func exists() throws -> Bool {
    let connection = try connect()
    defer { connection.close() }
    return try connection.query("SELECT to_regclass('\(name)') AS name").first?["name"] != nil
  }

  /// Takes the table away, so that the backfill makes it.
  func drop() throws {
    let connection = try connect()
    defer { connection.close() }
    _ = try connection.execute("DROP TABLE IF EXISTS \(name)")
    _ = try connection.execute("CHECKPOINT")
  }

  private var keyName: String { (name.split(separator: ".").last.map(String.init) ?? name) + "_pkey" }
}
