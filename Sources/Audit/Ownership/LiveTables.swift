internal import Mapping
internal import Postgres

/// The tables in the schemas that the mapping's targets are in: without views, partitions of others, what extensions
/// brought, and Kedge's own.
struct LiveTables {
  let set: MappingSet

  func read(_ connection: PostgresConnection) throws -> [TableName] {
    let schemas = set.tables.map(\.schema) + [set.schema]
    let list = Set(schemas).subtracting(["kedge"]).sorted().map(quoteLiteral).joined(separator: ", ")
    return try connection.query(
      """
      SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN (\(list)) AND c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
          AND d.deptype = 'e')
      ORDER BY 1, 2
      """
    ).map { TableName(schema: try $0.text("schema"), name: try $0.text("name")) }
  }
}

extension MappingSet {
  /// Every table that a core entity, or a child of one, declares.
  var tables: [TableName] {
    entities.filter { $0.owner == .core }.flatMap { entity in
      (entity.table.map { [$0] } ?? []) + entity.children.flatMap(\.all).map(\.table)
    }
  }
}
