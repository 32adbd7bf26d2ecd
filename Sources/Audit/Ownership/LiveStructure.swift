internal import Mapping
internal import Postgres

/// What the catalog says of one table.
struct LiveStructure {
  struct Index {
    var name: String
    var isUnique: Bool
    var isValid: Bool
    var isPartial: Bool
    var isBeingBuilt: Bool
    /// Without those that are only included; empty where an expression stands.
    var columns: [String]
  }
  var columns: [String]
  var indexes: [Index]
  /// As a sentence names them: `trigger x`, `foreign key y`.
  var disabledTriggers: [String]

  /// Nil where there is no such table.
  init?(_ table: TableName, _ connection: PostgresConnection) throws {
    columns = try connection.query(
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped"
        + " ORDER BY attnum", [.text(table.sql)]
    ).map { try $0.text("name") }
    guard !columns.isEmpty else { return nil }
    indexes = try connection.query(
      """
      SELECT c.relname AS name, i.indisunique AS is_unique, i.indisvalid AS is_valid, i.indpred IS NOT NULL AS is_partial,
        EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) AS is_being_built,
        (SELECT string_agg(coalesce(a.attname, ''), E'\\n' ORDER BY k.n)
          FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
          LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND a.attnum > 0
          WHERE k.n <= i.indnkeyatts) AS columns
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1) ORDER BY 1
      """, [.text(table.sql)]
    ).map { row in
      Index(
        name: try row.text("name"), isUnique: try row.bool("is_unique"), isValid: try row.bool("is_valid"),
        isPartial: try row.bool("is_partial"), isBeingBuilt: try row.bool("is_being_built"),
        columns: try row.text("columns").split(separator: "\n", omittingEmptySubsequences: false)
          .map(String.init))
    }
    disabledTriggers = try connection.query(
      """
      SELECT DISTINCT CASE WHEN k.contype = 'f' THEN 'foreign key ' || k.conname ELSE 'trigger ' || t.tgname END AS name
      FROM pg_trigger t LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint
      WHERE t.tgrelid = to_regclass($1) AND t.tgenabled = 'D' ORDER BY 1
      """, [.text(table.sql)]
    ).map { try $0.text("name") }
  }
}
