internal import Codec
internal import Mapping
public import Postgres

/// Something in the mapping's schemas that the mapping says nothing of: an application may have it there.
public struct UnknownObject: Sendable, Equatable, CustomStringConvertible {
  /// Its kind and name: `index core.users_by_city`.
  public let object: String
  /// What it is, in SQL or a word; empty where the name says it all.
  public let definition: String

  /// One line.
  public var description: String { definition.isEmpty ? object : "\(object): \(definition)" }
}

extension SchemaPlan {
  /// What a database has in the schemas of the mapping's tables beyond what the mapping says, by kind and name.
  ///
  /// A column that refuses rows without it is none of these, but a ``SchemaDifference``.
  ///
  /// - Throws: `PostgresError` when the catalog can't be read.
  public func unknownObjects(in connection: PostgresConnection) throws -> [UnknownObject] {
    let schemas = Set(tables.map(\.table.schema)).sorted()
    var found: [UnknownObject] = []
    // Names in definitions come with their schema only where it isn't on the path.
    try connection.transaction(readOnly: true) {
      _ = try connection.query("SELECT set_config('search_path', 'pg_catalog', true)")
      for schema in schemas {
        for query in Self.unknownQueries {
          for row in try connection.query(query, [.text(schema)]) {
            let table = try row["table_name"].map { TableName(schema: schema, name: $0) }
            let object = UnknownObject(
              object: "\(try row.text("kind")) \(try row.text("name"))",
              definition: try (row["definition"] ?? "").split(whereSeparator: \.isWhitespace).joined(
                separator: " "))
            if !knows(object, try row.text("kind"), table, try row["key"] ?? "", in: schema) {
              found.append(object)
            }
          }
        }
      }
    }
    return found
  }

  private func knows(
    _ object: UnknownObject, _ kind: String, _ table: TableName?, _ key: String, in schema: String
  ) -> Bool {
    let definition = table.flatMap { name in tables.first { $0.table == name } }
    switch kind {
    case "table": return definition != nil
    case "type": return types.contains { $0.schema == schema && $0.name == key }
    case "view", "materialized view", "foreign table", "function", "procedure", "trigger", "policy",
      "sequence":
      return false
    default: break
    }
    // What belongs to a table that is unknown as a whole is said with the table.
    guard let definition else { return true }
    let columns = key.split(separator: "\u{1}").map(String.init)
    switch kind {
    case "column":
      return definition.columns.contains { $0.name == key }
        || definition.generated.contains { $0.column == key }
    case "default": return !definition.columns.contains { $0.name == key }
    case "foreign key":
      return foreignKeys.contains { $0.table == definition.table && $0.name == key }
        || definition.parentKey?.name == key
    case "unique": return definition.columns.contains { $0.isUnique && columns == [$0.name] }
    case "index":
      return indexes.contains { $0.table == definition.table && $0.columns == columns }
    default: return false
    }
  }

  private static func ownedByNoExtension(_ catalog: String, _ id: String) -> String {
    "NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '\(catalog)'::regclass AND d.objid = \(id) AND d.deptype = 'e')"
  }

  /// Each gives kind, name, definition, the table and what the mapping would know the object by.
  private static let unknownQueries = [
    """
    SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
        WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
      format('%I.%I', n.nspname, c.relname) AS name, '' AS definition, c.relname AS table_name, '' AS key
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND \(ownedByNoExtension("pg_class", "c.oid"))
      AND NOT EXISTS (SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND c.relkind = 'S'
        AND o.deptype IN ('a', 'i'))
    ORDER BY 1, 2
    """,
    """
    SELECT 'column' AS kind, format('%I.%I.%I', n.nspname, c.relname, a.attname) AS name,
      concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
        'DEFAULT ' || pg_get_expr(e.adbin, e.adrelid)) AS definition, c.relname AS table_name, a.attname AS key
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_attrdef e ON (e.adrelid, e.adnum) = (a.attrelid, a.attnum)
    WHERE n.nspname = $1 AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
      AND (NOT a.attnotnull OR a.atthasdef OR a.attidentity <> '')
    ORDER BY c.relname, a.attnum
    """,
    """
    SELECT 'default' AS kind, format('%I.%I.%I', n.nspname, c.relname, a.attname) AS name,
      pg_get_expr(e.adbin, e.adrelid) AS definition, c.relname AS table_name, a.attname AS key
    FROM pg_attrdef e JOIN pg_attribute a ON (a.attrelid, a.attnum) = (e.adrelid, e.adnum)
      JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND a.attgenerated = '' AND c.relkind IN ('r', 'p')
    ORDER BY c.relname, a.attnum
    """,
    """
    SELECT CASE k.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' ELSE 'exclusion' END AS kind,
      format('%I on %I.%I', k.conname, n.nspname, c.relname) AS name, pg_get_constraintdef(k.oid) AS definition,
      c.relname AS table_name, k.conname AS key
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND k.contype IN ('c', 'f', 'x')
    ORDER BY c.relname, k.conname
    """,
    """
    SELECT CASE WHEN i.indisunique AND i.indpred IS NULL THEN 'unique' ELSE 'index' END AS kind,
      format('%I.%I', n.nspname, x.relname) AS name, pg_get_indexdef(x.oid) AS definition, c.relname AS table_name,
      (SELECT string_agg(coalesce(a.attname, ''), E'\\x01' ORDER BY k.place)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (column_number, place)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.column_number AND k.column_number > 0) AS key
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND NOT i.indisprimary AND NOT i.indisexclusion AND c.relkind IN ('r', 'p')
    ORDER BY c.relname, x.relname
    """,
    """
    SELECT 'type' AS kind, format('%I.%I', n.nspname, t.typname) AS name, CASE t.typtype WHEN 'e' THEN 'enum' ELSE 'domain' END
      AS definition, NULL AS table_name, t.typname AS key
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname = $1 AND t.typtype IN ('e', 'd') AND \(ownedByNoExtension("pg_type", "t.oid")) ORDER BY 2
    """,
    """
    SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
      format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name, '' AS definition,
      NULL AS table_name, '' AS key
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = $1 AND \(ownedByNoExtension("pg_proc", "p.oid")) ORDER BY 2
    """,
    """
    SELECT 'trigger' AS kind, format('%I on %I.%I', g.tgname, n.nspname, c.relname) AS name, '' AS definition,
      c.relname AS table_name, '' AS key
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND NOT g.tgisinternal ORDER BY c.relname, g.tgname
    """,
    """
    SELECT 'policy' AS kind, format('%I on %I.%I', p.polname, n.nspname, c.relname) AS name, '' AS definition,
      c.relname AS table_name, '' AS key
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 ORDER BY c.relname, p.polname
    """,
  ]
}
