internal import Foundation
internal import Postgres

/// What the old store of an entity held when Postgres took it over.
struct Baseline {
  var source: String
  var sums: RecordSums
  /// Seconds since 1970.
  var takenAt: Double
  /// As Postgres writes it.
  var takenText: String

  static func read(set: String, entity: String, _ connection: PostgresConnection) throws -> Baseline? {
    let rows = try connection.query(
      """
      SELECT source, details, extract(epoch FROM taken_at) AS epoch,
        to_char(taken_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' AS taken
      FROM kedge.audit_baselines WHERE set_name = $1 AND entity = $2
      """, [.text(set), .text(entity)])
    return try rows.first.map { row in
      Baseline(
        source: try row.text("source"),
        sums: try JSONDecoder().decode(RecordSums.self, from: Data(try row.text("details").utf8)),
        takenAt: Double(try row.text("epoch")) ?? 0, takenText: try row.text("taken"))
    }
  }

  static func write(
    _ sums: RecordSums, set: String, entity: String, source: String, run: Int,
    _ connection: PostgresConnection
  ) throws {
    _ = try connection.execute(
      """
      INSERT INTO kedge.audit_baselines (set_name, entity, source, records, digest, details, run)
      VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7)
      ON CONFLICT (set_name, entity) DO UPDATE SET source = excluded.source, records = excluded.records,
        digest = excluded.digest, details = excluded.details, run = excluded.run, taken_at = clock_timestamp()
      """,
      [
        .text(set), .text(entity), .text(source), .integer(sums.records), .bytes(sums.total),
        .text(String(decoding: try JSONEncoder().encode(sums), as: UTF8.self)), .integer(run),
      ])
  }

  static func forget(set: String, entity: String, _ connection: PostgresConnection) throws {
    _ = try connection.execute(
      "DELETE FROM kedge.audit_baselines WHERE set_name = $1 AND entity = $2", [.text(set), .text(entity)])
  }
}
