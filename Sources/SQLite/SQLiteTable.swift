/// A table, view or virtual table, as the schema and SQLite's pragmas describe it.
public struct SQLiteTable: Sendable, Equatable {
  /// What it is.
  public enum Kind: String, Sendable {
    case table
    case view
    case virtual
    /// Where a virtual table, such as a full-text index, keeps its own data. Unknown as such if its module is missing.
    case shadow
  }
  public var name: String
  public var kind: Kind
  public var columns: [SQLiteColumn]
  public var isWithoutRowID: Bool
  public var isStrict: Bool
  /// Whether rows have a rowid to read them by.
  public var hasRowID: Bool
  /// The column that is another name of the rowid (`INTEGER PRIMARY KEY`); nil if none is.
  public var integerPrimaryKeyAlias: String?
  /// A name that means the rowid and not a column: `rowid`, `_rowid_` or `oid`; nil if there is none.
  public var rowIDName: String?
  public var foreignKeys: [SQLiteForeignKey]
  public var uniqueIndexes: [SQLiteUniqueIndex]
  /// Whether it can be read here. A virtual table whose module is missing, or a view over something missing, can't.
  public var isReadable: Bool
  /// Why it can't be read.
  public var unreadableReason: String?
  /// The statement that made it; nil for tables without one.
  public var sql: String?

  /// Where Kedge's guardrails count, in the application's file, the writes that they let pass.
  public static let guardObservations = "kedge_guard_observations"
  /// Whether it is Kedge's own, and none of the application's.
  public var isKedges: Bool { kind == .table && name == Self.guardObservations }

  /// The primary key's columns in the key's order; empty without one.
  public var primaryKey: [String] {
    columns.filter { $0.primaryKeyPosition > 0 }.sorted { $0.primaryKeyPosition < $1.primaryKeyPosition }
      .map(\.name)
  }

  /// The column of this name, which SQLite compares without regard to ASCII case.
  public func column(_ name: String) -> SQLiteColumn? {
    columns.first { $0.name.equalsIgnoringASCIICase(name) }
  }
}

/// A column of a table or view.
public struct SQLiteColumn: Sendable, Equatable {
  /// How a column gets its value.
  public enum Kind: String, Sendable {
    case ordinary
    /// Computed at each read.
    case virtualGenerated
    /// Computed at each write.
    case storedGenerated
    /// A virtual table's column that `SELECT *` leaves out.
    case hidden
  }
  public var name: String
  /// The type as it was declared, `""` if none was; any column may still hold values of any class.
  public var declaredType: String
  public var isNotNull: Bool
  /// The default as SQL text; nil if there is none.
  public var defaultSQL: String?
  /// The place in the primary key, from 1; zero outside it.
  public var primaryKeyPosition: Int
  public var kind: Kind
  /// The collation that compares its texts; nil for views and virtual tables.
  public var collation: String?
  public var isAutoIncrement: Bool

  /// Whether it is computed from other columns.
  public var isGenerated: Bool { kind == .virtualGenerated || kind == .storedGenerated }
}

/// A reference to another table. SQLite doesn't enforce it unless each connection asks for that.
public struct SQLiteForeignKey: Sendable, Equatable {
  public var id: Int
  public var columns: [String]
  /// The table referred to; it needn't be there.
  public var table: String
  /// The columns referred to, the primary key if none were named; empty if that can't be known.
  public var referencedColumns: [String]
  /// `NO ACTION`, `RESTRICT`, `SET NULL`, `SET DEFAULT` or `CASCADE`.
  public var onDelete: String
  public var onUpdate: String
}

/// An index or constraint that lets no key stand twice.
public struct SQLiteUniqueIndex: Sendable, Equatable {
  /// Where it comes from.
  public enum Origin: String, Sendable {
    case createIndex = "c"
    case uniqueConstraint = "u"
    case primaryKey = "pk"
  }
  public var name: String
  /// The columns in order; nil for an expression.
  public var columns: [String?]
  /// The collation of each column.
  public var collations: [String]
  public var origin: Origin
  /// Whether it holds only the rows of a `WHERE`.
  public var isPartial: Bool
}

extension String {
  /// SQLite's comparison of names.
  public func equalsIgnoringASCIICase(_ other: String) -> Bool {
    func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
    return utf8.lazy.map(folded).elementsEqual(other.utf8.lazy.map(folded))
  }
}
