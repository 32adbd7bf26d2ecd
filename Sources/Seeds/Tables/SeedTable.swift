internal import Mapping
internal import Postgres

/// A table as it stands in the database, as far as seeding it needs to know.
struct SeedTable {
  /// A unique index without conditions.
  struct Uniqueness {
    var columns: [String]
    /// Whether it is checked at once, so that ON CONFLICT can go by it.
    var isImmediate: Bool
  }

  var name: TableName
  var oid: Int
  /// `r` and `p` are tables.
  var kind: String
  var columns: [SeedColumn]
  var uniqueness: [Uniqueness]

  func column(_ name: String) -> SeedColumn? { columns.first { $0.name == name } }

  /// The index that makes the key unique: each of its columns is one of the key's.
  func uniqueness(of key: [String]) -> Uniqueness? {
    let fitting = uniqueness.filter { Set($0.columns).isSubset(of: key) }
    return fitting.first { $0.isImmediate } ?? fitting.first
  }

  /// Asks the database.
  ///
  /// - Parameter personal: columns whose values aren't shown.
  /// - Returns: nil if there is no such table.
  /// - Throws: `PostgresError`.
  static func find(_ name: TableName, personal: Set<String>, in connection: PostgresConnection) throws
    -> SeedTable?
  {
    let found = try connection.query(
      """
      SELECT c.oid::bigint AS oid, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      """, [.text(name.schema), .text(name.name)]
    ).first
    guard let found else { return nil }
    let oid = try found.int("oid")
    let columns = try connection.query(columnQuery, [.integer(oid)]).map {
      try SeedColumn($0, personal: personal)
    }
    let indexes = try connection.query(
      """
      SELECT i.indimmediate AS is_immediate, a.attname AS name, i.indexrelid::bigint AS number
      FROM pg_index i, unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY k (attnum, place)
        JOIN pg_attribute a ON a.attrelid = $1::bigint::oid AND a.attnum = k.attnum
      WHERE i.indrelid = $1::bigint::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
      ORDER BY i.indisprimary DESC, i.indexrelid, k.place
      """, [.integer(oid)])
    var uniqueness: [(number: Int, Uniqueness)] = []
    for row in indexes {
      let number = try row.int("number")
      if uniqueness.last?.number != number {
        uniqueness.append((number, Uniqueness(columns: [], isImmediate: try row.bool("is_immediate"))))
      }
      uniqueness[uniqueness.count - 1].1.columns.append(try row.text("name"))
    }
    return SeedTable(
      name: name, oid: oid, kind: try found.text("relkind"), columns: columns, uniqueness: uniqueness.map(\.1)
    )
  }

  /// The type below domains says how a value is given and compared; of an array, its element's.
  private static let columnQuery = """
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attidentity AS identity,
      a.attgenerated AS generated, pg_get_expr(d.adbin, d.adrelid) AS default_value,
      pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) AS sequence,
      b.typname AS base, b.typtype AS kind, b.typcategory AS category, e.typname AS element, e.typtype AS element_kind,
      EXISTS (SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod
        WHERE o.opcintype = coalesce(e.oid, b.oid) AND o.opcdefault AND m.amname IN ('btree', 'hash')) AS has_equality,
      (SELECT string_agg(l.enumlabel, E'\\n' ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = b.oid) AS labels
    FROM pg_attribute a
      JOIN LATERAL (
        WITH RECURSIVE below (oid) AS (
          SELECT a.atttypid
          UNION ALL SELECT t.typbasetype FROM below JOIN pg_type t ON t.oid = below.oid WHERE t.typtype = 'd')
        SELECT t.* FROM below JOIN pg_type t ON t.oid = below.oid WHERE t.typtype <> 'd') b ON true
      LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = $1::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
    """
}
