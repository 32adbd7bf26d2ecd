internal import Codec
internal import Mapping
public import Postgres

extension SchemaPlan {
  /// Compares with the live database.
  ///
  /// - Throws: `PostgresError` when the catalog can't be read.
  public func differences(from connection: PostgresConnection) throws -> [SchemaDifference] {
    var found: [SchemaDifference] = []
    for type in types { found += try type.differences(from: connection) }
    // Where the database itself compares as bytes, its usual collation is as good.
    let comparesAsBytes =
      try connection.query("SELECT datcollate FROM pg_database WHERE datname = current_database()").first.map
    {
      ["C", "POSIX"].contains(try $0["datcollate"])
    } ?? false
    for table in tables {
      let rows = try connection.query(
        """
        SELECT a.attname AS name, a.attnotnull AS required, coll.collname AS collation,
          a.attcollation = 'pg_catalog."default"'::regcollation AS has_usual_collation, (a.atthasdef OR a.attidentity <> '') AS has_default,
          a.attgenerated <> '' OR a.attidentity = 'a' AS generated,
          CASE WHEN coalesce(et.typtype, t.typtype) IN ('e', 'd')
            THEN format('"%s"."%s"', replace(en.nspname, '"', '""'), replace(coalesce(et.typname, t.typname), '"', '""'))
              || CASE WHEN et.oid IS NOT NULL THEN '[]' ELSE '' END
            ELSE format_type(a.atttypid, a.atttypmod) END AS type,
          coalesce(array_position(i.indkey::int2[], a.attnum), -1) AS place
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_type et ON et.oid = t.typelem AND et.typarray = t.oid
        JOIN pg_namespace en ON en.oid = coalesce(et.typnamespace, t.typnamespace)
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        LEFT JOIN pg_collation coll ON coll.oid = a.attcollation
        WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
        """, [.text(table.table.schema), .text(table.table.name)])
      if rows.isEmpty {
        found.append(.missingTable(table.table))
        continue
      }
      found += try differences(of: table, rows: rows, comparesAsBytes: comparesAsBytes)
      found += try uniqueDifferences(of: table, from: connection)
      found += try parentDifferences(of: table, from: connection)
    }
    for index in indexes where try !isServed(index, in: connection) { found.append(.missingIndex(index)) }
    for key in foreignKeys { found += try differences(of: key, from: connection) }
    return found
  }

  /// The foreign keys that the live database has already.
  ///
  /// - Throws: `PostgresError` when the catalog can't be read.
  public func liveForeignKeys(in connection: PostgresConnection) throws -> [ForeignKey] {
    try foreignKeys.filter { try !differences(of: $0, from: connection).contains(.missingForeignKey($0)) }
  }

  private func differences(of table: TableDefinition, rows: [PostgresRow], comparesAsBytes: Bool) throws
    -> [SchemaDifference]
  {
    var found: [SchemaDifference] = []
    var liveKey: [(place: Int, name: String)] = []
    for row in rows {
      guard let name = try row["name"] else { continue }
      let place = try row.int("place")
      if place >= 0 { liveKey.append((place, name)) }
      let isRequired = try row["required"] == "t"
      if let column = table.generated.first(where: { $0.column == name }) {
        if let type = try row["type"], type != column.type.formatted {
          found.append(.otherType(table.table, name, found: type, wanted: column.type.formatted))
        }
        continue
      }
      guard let column = table.columns.first(where: { $0.name == name }) else {
        if isRequired, try row["has_default"] != "t" {
          found.append(.unknownRequiredColumn(table.table, name))
        }
        continue
      }
      if let type = try row["type"], type != column.type.formatted {
        found.append(.otherType(table.table, name, found: type, wanted: column.type.formatted))
      }
      if try row["generated"] == "t" { found.append(.unwritableColumn(table.table, name)) }
      if isRequired != (column.isRequired || table.key.contains(name)) {
        found.append(.otherNullability(table.table, name, liveIsRequired: isRequired))
      }
      if table.comparesAsBytes(column), let collation = try row["collation"], collation != "C",
        try !(comparesAsBytes && row["has_usual_collation"] == "t")
      {
        found.append(.otherCollation(table.table, name, found: collation))
      }
    }
    for column in table.columns where try !rows.contains(where: { try $0["name"] == column.name }) {
      found.append(.missingColumn(table.table, column.name, type: column.type.sql))
    }
    for column in table.generated where try !rows.contains(where: { try $0["name"] == column.column }) {
      found.append(.missingColumn(table.table, column.column, type: column.type.sql))
    }
    let names = liveKey.sorted { $0.place < $1.place }.map(\.name)
    if names != table.key { found.append(.otherKey(table.table, found: names, wanted: table.key)) }
    return found
  }
}

extension TargetType {
  /// As `format_type` writes it.
  var formatted: String {
    switch self {
    case .varchar(let length): "character varying(\(length))"
    case .char(let length): "character(\(length))"
    case .numeric(let precision?, nil): "numeric(\(precision),0)"
    case .time: "time without time zone"
    case .timestamp: "timestamp without time zone"
    case .timestamptz: "timestamp with time zone"
    case .array(let element): element.formatted + "[]"
    default: sql
    }
  }
}
