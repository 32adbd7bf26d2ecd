internal import Mapping
internal import Postgres

/// A foreign key as it is in the target, declared or not.
struct LiveForeignKey {
  let name: String
  let table: TableName
  let columns: [String]
  let target: TableName
  let targetColumns: [String]

  /// Every foreign key of the database, but those that partitions inherit.
  static func all(in connection: PostgresConnection) throws -> [LiveForeignKey] {
    let rows = try connection.query(
      """
      SELECT k.conname AS name, n.nspname AS schema, c.relname AS "table", fn.nspname AS target_schema,
        fc.relname AS target, a.attname AS "column", fa.attname AS target_column, k.oid AS key
      FROM pg_constraint k
      JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_class fc ON fc.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = fc.relnamespace
      CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY u(attribute, foreign_attribute, place)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attribute
      JOIN pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = u.foreign_attribute
      WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname <> 'kedge'
      ORDER BY n.nspname, c.relname, k.conname, k.oid, u.place
      """)
    var found: [LiveForeignKey] = []
    var last: String?
    for row in rows {
      let (column, target) = try (row.text("column"), row.text("target_column"))
      let key = try row.text("key")
      if key == last, let previous = found.popLast() {
        found.append(
          LiveForeignKey(
            name: previous.name, table: previous.table, columns: previous.columns + [column],
            target: previous.target, targetColumns: previous.targetColumns + [target]))
      } else {
        found.append(
          LiveForeignKey(
            name: try row.text("name"),
            table: TableName(schema: try row.text("schema"), name: try row.text("table")), columns: [column],
            target: TableName(schema: try row.text("target_schema"), name: try row.text("target")),
            targetColumns: [target]))
      }
      last = key
    }
    return found
  }

  /// A condition that a row under the first alias refers to one under the second.
  func match(_ referrer: String, _ referred: String) -> String {
    zip(columns, targetColumns).map {
      "\(referrer).\(quotedIdentifier($0)) = \(referred).\(quotedIdentifier($1))"
    }.joined(separator: " AND ")
  }
}
