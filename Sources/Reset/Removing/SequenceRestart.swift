internal import Mapping
internal import Postgres

/// Lets identities and serial columns of a table begin anew, where nothing is left in it.
struct SequenceRestart {
  let connection: PostgresConnection

  func run(_ table: TableName) throws {
    let sequences = try connection.query(
      """
      SELECT n.nspname AS schema, s.relname AS name FROM pg_depend d
      JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_namespace n ON n.oid = s.relnamespace
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::regclass
        AND d.deptype IN ('a', 'i')
      """, [.text(table.sql)]
    ).map { TableName(schema: try $0.text("schema"), name: try $0.text("name")) }
    guard !sequences.isEmpty else { return }
    try connection.transaction {
      // Nobody adds a row between the look and the restart.
      _ = try connection.execute("SET LOCAL lock_timeout TO '10s'")
      _ = try connection.execute("LOCK TABLE \(table.sql) IN SHARE ROW EXCLUSIVE MODE")
      let isEmpty = try connection.query("SELECT NOT EXISTS (SELECT FROM \(table.sql)) AS found").first
      guard try isEmpty?["found"] == "t" else { return }
      for sequence in sequences { _ = try connection.execute("ALTER SEQUENCE \(sequence.sql) RESTART") }
    }
  }
}
