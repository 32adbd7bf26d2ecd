public import Mongo

/// What to scan.
public enum ScanSource: Sendable {
  /// The database that the settings name.
  case mongo(MongoSettings)
  /// A database file.
  case sqlite(path: String)
}

/// How far a scan is. Handed to the caller every thousand records, and at the end of each collection.
public struct ScanProgress: Sendable, Equatable {
  /// The collection or table that is being read.
  public var collection: String
  /// Records of it that have been counted.
  public var records: Int
  /// Records that the source says it has; nil where it doesn't say.
  public var expected: Int?
  /// Collections that are done, and how many there are.
  public var collectionsDone: Int
  public var collections: Int
}
