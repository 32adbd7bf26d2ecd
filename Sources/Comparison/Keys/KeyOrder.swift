public import Codec
internal import Glibc
public import Mapping
public import Postgres

/// How the key's columns compare as COPY BINARY fields, where source and target provably sort alike.
public struct KeyOrder: Sendable {
  /// How one column compares.
  public enum Comparison: Sendable {
    /// Big-endian two's complement.
    case signed
    /// As `memcmp`, a prefix first.
    case bytes
  }
  /// The key's columns in the key's order: their places in a row, and how each compares.
  public let columns: [(index: Int, comparison: Comparison)]
  /// Their types.
  public let types: [TargetType]
  /// What follows the column's name in ORDER BY.
  private let suffixes: [String]
  /// Whether the target's indexes sort so, too. Where they don't, each range costs a walk over the table, and a sort.
  public let isIndexed: Bool

  /// Nil where a key column's type sorts in another way than its source may: the sides can only be joined in the server. So they are
  /// where the column's collation takes different texts for one.
  public init?(_ plan: EntityPlan, live: LiveKey) {
    var columns: [(Int, Comparison)] = []
    var suffixes: [String] = []
    var isIndexed = true
    for index in plan.key {
      let column = plan.columns[index]
      switch column.type.base {
      case .smallint, .integer, .bigint, .date, .time, .timestamp, .timestamptz:
        columns.append((index, .signed))
        suffixes.append("")
      case .text, .varchar:
        if live.folding.contains(column.name) { return nil }
        columns.append((index, .bytes))
        // Not where the column sorts by bytes anyway: then the expression is the index's own, for every version's planner.
        let sortsByBytes = live.bytewise.contains(column.name)
        suffixes.append(sortsByBytes ? "" : " COLLATE \"C\"")
        if !sortsByBytes { isIndexed = false }
      case .bytea, .uuid, .boolean:
        columns.append((index, .bytes))
        suffixes.append("")
      default: return nil
      }
    }
    guard !columns.isEmpty else { return nil }
    self.columns = columns
    self.suffixes = suffixes
    self.isIndexed = isIndexed
    types = plan.keyColumns.map(\.type.base)
  }

  /// Terms of ORDER BY, or of a row comparison, for a table in which the key's columns have these names.
  public func terms(_ names: [String]) -> String {
    zip(names, suffixes).map { quotedIdentifier($0) + $1 }.joined(separator: ", ")
  }

  /// Compares the keys of two rows: negative when the left one comes first. A field is its bytes.
  public func compare(_ left: KeyFields, _ right: KeyFields) -> Int {
    for position in columns.indices {
      let (a, b) = (left.fields[position], right.fields[position])
      switch columns[position].comparison {
      case .signed:
        let (first, second) = (Self.integer(a), Self.integer(b))
        if first != second { return first < second ? -1 : 1 }
      case .bytes:
        let order = Self.compareBytes(a, b)
        if order != 0 { return order }
      }
    }
    return 0
  }

  static func integer(_ field: UnsafeRawBufferPointer) -> Int64 {
    var value: Int64 = field.first.map { $0 & 0x80 != 0 ? -1 : 0 } ?? 0
    for byte in field { value = value << 8 | Int64(byte) }
    return value
  }

  private static func compareBytes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    if let left = a.baseAddress, let right = b.baseAddress {
      let order = memcmp(left, right, min(a.count, b.count))
      if order != 0 { return Int(order) }
    }
    return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
  }
}

/// What the live table says of the key's text columns.
public struct LiveKey: Sendable {
  /// Columns that sort by their bytes.
  public var bytewise: Set<String> = []
  /// Columns whose collation takes different texts for one.
  public var folding: Set<String> = []

  /// Asks the server.
  ///
  /// - Throws: `PostgresError`.
  public init(_ plan: EntityPlan, in connection: PostgresConnection) throws {
    let rows = try connection.query(
      """
      SELECT a.attname AS name, c.collisdeterministic AS deterministic,
        CASE WHEN c.collprovider = 'd' THEN (SELECT d.datcollate FROM pg_database d WHERE d.datname = current_database())
          ELSE coalesce(c.collcollate, '?') END IN ('C', 'POSIX') AS bytewise
      FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
      WHERE a.attrelid = to_regclass($1) AND a.attnum > 0
      """, [.text(plan.table.sql)])
    for row in rows {
      let name = try row.text("name")
      if try row.bool("bytewise") { bytewise.insert(name) }
      if try !row.bool("deterministic") { folding.insert(name) }
    }
  }
}
