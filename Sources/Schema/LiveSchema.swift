internal import Codec
public import Mapping
public import Postgres

/// How the live tables differ from what the mapping wants.
public enum SchemaDifference: Sendable, Equatable, CustomStringConvertible {
  case missingTable(TableName)
  case missingColumn(TableName, String, type: String)
  case otherType(TableName, String, found: String, wanted: String)
  /// The live column refuses NULL, and the mapping may send one (or the other way round).
  case otherNullability(TableName, String, liveIsRequired: Bool)
  case otherKey(TableName, found: [String], wanted: [String])
  /// A column that the mapping doesn't know and that refuses rows without it.
  case unknownRequiredColumn(TableName, String)
  case missingForeignKey(ForeignKey)
  case unvalidatedForeignKey(ForeignKey)

  public var description: String {
    switch self {
    case .missingTable(let table): "table \(table.display) doesn't exist"
    case .missingColumn(let table, let column, let type):
      "column \(table.display).\(column) (\(type)) doesn't exist"
    case .otherType(let table, let column, let found, let wanted):
      "column \(table.display).\(column) is \(found); the mapping says \(wanted)"
    case .otherNullability(let table, let column, let liveIsRequired):
      liveIsRequired
        ? "column \(table.display).\(column) is NOT NULL; the mapping doesn't say required: true"
        : "column \(table.display).\(column) takes NULL; the mapping says required: true"
    case .otherKey(let table, let found, let wanted):
      "the primary key of \(table.display) is (\(found.joined(separator: ", "))); the mapping says "
        + "(\(wanted.joined(separator: ", ")))"
    case .unknownRequiredColumn(let table, let column):
      "column \(table.display).\(column) is NOT NULL without a default and the mapping doesn't fill it"
    case .missingForeignKey(let key): "foreign key \(key.name) on \(key.table.display) doesn't exist"
    case .unvalidatedForeignKey(let key):
      "foreign key \(key.name) on \(key.table.display) has not been validated"
    }
  }

  /// Whether rows can't be written rightly while it stands.
  public var blocksWrites: Bool {
    switch self {
    case .missingTable, .missingColumn, .otherType, .otherKey, .unknownRequiredColumn: true
    case .otherNullability, .missingForeignKey, .unvalidatedForeignKey: false
    }
  }

  /// DDL that makes the difference go, where that is safe to do without a person's decision.
  public func remedy(in plan: SchemaPlan) -> String? {
    switch self {
    case .missingTable(let table): plan.tables.first { $0.table == table }?.sql
    case .missingColumn(let table, let column, let type):
      "ALTER TABLE \(table.sql) ADD COLUMN \(quotedIdentifier(column)) \(type)"
    case .missingForeignKey(let key): key.addSQL
    case .unvalidatedForeignKey(let key): key.validateSQL
    case .otherType, .otherNullability, .otherKey, .unknownRequiredColumn: nil
    }
  }
}

extension SchemaPlan {
  /// Compares with the live database.
  ///
  /// - Throws: `PostgresError` when the catalog can't be read.
  public func differences(from connection: PostgresConnection) throws -> [SchemaDifference] {
    var found: [SchemaDifference] = []
    for table in tables {
      let rows = try connection.query(
        """
        SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
          (a.atthasdef OR a.attidentity <> '') AS has_default,
          coalesce(array_position(i.indkey::int2[], a.attnum), -1) AS place
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
        """, [.text(table.table.schema), .text(table.table.name)])
      if rows.isEmpty {
        found.append(.missingTable(table.table))
        continue
      }
      found += try differences(of: table, rows: rows)
    }
    for key in foreignKeys {
      let rows = try connection.query(
        """
        SELECT k.convalidated AS valid FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE k.contype = 'f' AND n.nspname = $1 AND c.relname = $2 AND k.conname = $3
        """, [.text(key.table.schema), .text(key.table.name), .text(key.name)])
      if rows.isEmpty {
        found.append(.missingForeignKey(key))
      } else if rows[0]["valid"] == "f" {
        found.append(.unvalidatedForeignKey(key))
      }
    }
    return found
  }

  /// The foreign keys that the live database has already.
  ///
  /// - Throws: `PostgresError` when the catalog can't be read.
  public func liveForeignKeys(in connection: PostgresConnection) throws -> [ForeignKey] {
    let missing = try differences(from: connection).compactMap { difference in
      if case .missingForeignKey(let key) = difference { key } else { nil }
    }
    return foreignKeys.filter { !missing.contains($0) }
  }

  private func differences(of table: TableDefinition, rows: [PostgresRow]) throws -> [SchemaDifference] {
    var found: [SchemaDifference] = []
    var liveKey: [(place: Int, name: String)] = []
    for row in rows {
      guard let name = row["name"] else { continue }
      let place = try row.int("place")
      if place >= 0 { liveKey.append((place, name)) }
      let isRequired = row["required"] == "t"
      guard let column = table.columns.first(where: { $0.name == name }) else {
        if isRequired, row["has_default"] != "t" {
          found.append(.unknownRequiredColumn(table.table, name))
        }
        continue
      }
      if let type = row["type"], type != column.type.formatted {
        found.append(.otherType(table.table, name, found: type, wanted: column.type.formatted))
      }
      if isRequired != (column.isRequired || table.key.contains(name)) {
        found.append(.otherNullability(table.table, name, liveIsRequired: isRequired))
      }
    }
    for column in table.columns where !rows.contains(where: { $0["name"] == column.name }) {
      found.append(.missingColumn(table.table, column.name, type: column.type.sql))
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
