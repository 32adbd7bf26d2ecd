internal import Mapping
internal import Postgres

/// One right that somebody was given, as `aclexplode` tells it.
struct AccessItem: Hashable, Codable {
  /// Empty for PUBLIC.
  var grantee: String
  var grantor: String
  var privilege: String
  var isGrantable: Bool
  /// For a right on one column alone.
  var column: String?

  var granteeSQL: String { grantee.isEmpty ? "PUBLIC" : quoteIdentifier(grantee) }

  /// `UPDATE` or `UPDATE ("name")`.
  var privilegeSQL: String { privilege + (column.map { " (\(quoteIdentifier($0)))" } ?? "") }

  /// Whether it says the same right of the same person.
  func isSame(_ other: AccessItem) -> Bool {
    grantee == other.grantee && privilege == other.privilege && column == other.column
  }
}

/// Something that rights are given on.
struct AccessObject: Hashable {
  enum Kind: String { case table, sequence, schema }
  let kind: Kind
  /// For a schema its name stands in both.
  let name: TableName

  static func schema(_ name: String) -> AccessObject {
    AccessObject(kind: .schema, name: TableName(schema: name, name: name))
  }

  var sql: String {
    "\(kind.rawValue.uppercased()) \(kind == .schema ? quoteIdentifier(name.schema) : name.sql)"
  }

  /// As `kedge.guard_objects` names it.
  var display: String { "\(kind.rawValue) \(kind == .schema ? name.schema : name.display)" }
}

/// The rights on one object as the server has them now.
struct Access {
  let object: AccessObject
  let oid: Int
  let owner: String
  /// The catalog's own text; nil for what the server takes for granted.
  let text: String?
  /// By column; those that have rights of their own.
  let columns: [String: String]
  let items: [AccessItem]

  /// - Returns: nil where there is no such object.
  static func read(_ object: AccessObject, _ connection: PostgresConnection) throws -> Access? {
    let isSchema = object.kind == .schema
    let letter = isSchema ? "n" : object.kind == .sequence ? "S" : "r"
    let from =
      isSchema
      ? "SELECT oid, nspacl AS acl, nspowner AS owner FROM pg_namespace WHERE oid = to_regnamespace($1)"
      : "SELECT oid, relacl AS acl, relowner AS owner FROM pg_class WHERE oid = to_regclass($1)"
    let name = isSchema ? quoteIdentifier(object.name.schema) : object.name.sql
    let found = try connection.query(
      "SELECT o.oid::bigint, o.acl::text, pg_get_userbyid(o.owner) AS owner FROM (\(from)) o", [.text(name)])
    guard let row = found.first else { return nil }
    let exploded = """
      CASE i.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(i.grantee) END AS grantee,
        pg_get_userbyid(i.grantor) AS grantor, i.privilege_type, i.is_grantable
      """
    var items = try connection.query(
      """
      SELECT \(exploded), NULL AS attname
      FROM (\(from)) o, aclexplode(coalesce(o.acl, acldefault('\(letter == "S" ? "s" : letter)', o.owner))) i
      """, [.text(name)]
    ).map(Self.item)
    var columns: [String: String] = [:]
    if !isSchema {
      let parts = try connection.query(
        """
        SELECT attname, attacl::text AS acl FROM pg_attribute
        WHERE attrelid = to_regclass($1) AND attacl IS NOT NULL AND NOT attisdropped
        """, [.text(name)])
      for part in parts { columns[try part.text("attname")] = try part.text("acl") }
      if !columns.isEmpty {
        items += try connection.query(
          """
          SELECT \(exploded), a.attname FROM pg_attribute a, aclexplode(a.attacl) i
          WHERE a.attrelid = to_regclass($1) AND NOT a.attisdropped
          """, [.text(name)]
        ).map(Self.item)
      }
    }
    return Access(
      object: object, oid: try row.int("oid"), owner: try row.text("owner"), text: try row["acl"],
      columns: columns, items: items)
  }

  private static func item(_ row: PostgresRow) throws -> AccessItem {
    AccessItem(
      grantee: try row.text("grantee"), grantor: try row.text("grantor"),
      privilege: try row.text("privilege_type"), isGrantable: try row.bool("is_grantable"),
      column: try row["attname"])
  }
}
