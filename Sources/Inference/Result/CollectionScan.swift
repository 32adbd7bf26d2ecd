public import SQLite

/// What one collection or table holds.
public struct CollectionScan: Sendable, Equatable {
  /// What it is in its store.
  public enum Kind: String, Sendable {
    case collection
    case timeseries
    case table
    case virtual = "virtual table"
    /// Where a virtual table keeps its data.
    case shadow = "shadow table"
  }
  public var name: String
  public var kind: Kind
  public var records: Int = 0
  /// Documents that aren't BSON from end to end; their fields are counted as far as they could be read.
  public var unreadable: Int = 0
  /// Bytes of all documents; for rows, of all their values.
  public var bytes: Int = 0
  public var longestRecord: Int = 0
  /// The deepest nesting: 1 for a record of scalars.
  public var depth: Int = 0
  /// Records in which one field name stands twice.
  public var repeatedFields: Int = 0
  /// Top-level fields in the order in which they were met; a table's columns in their own order.
  public var fields: [FieldScan] = []
  /// Values of fields that were not told apart, because there were too many different paths.
  public var uncounted: Int = 0
  /// What SQLite's schema says; nil for Mongo.
  public var table: SQLiteTable?
  public var references: [ReferenceScan] = []

  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// The top-level field of this name.
  public func field(_ name: String) -> FieldScan? {
    fields.first { $0.name.utf8.elementsEqual(name.utf8) }
  }
}

/// One foreign key that a SQLite table declares, with what its rows really do.
public struct ReferenceScan: Sendable, Equatable {
  public var key: SQLiteForeignKey
  /// Rows in which none of the columns is NULL.
  public var referring: Int
  /// Those of them that refer to nothing.
  public var orphans: Int
  /// Why that couldn't be counted; nil if it could.
  public var problem: String?

  public init(key: SQLiteForeignKey, referring: Int = 0, orphans: Int = 0, problem: String? = nil) {
    self.key = key
    self.referring = referring
    self.orphans = orphans
    self.problem = problem
  }
}
