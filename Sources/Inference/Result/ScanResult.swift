public import Mapping

/// Everything that a scan has counted.
public struct ScanResult: Sendable, Equatable {
  public var source: ScannedSource
  /// By name.
  public var collections: [CollectionScan]
  /// What was left out, each with its reason.
  public var skipped: [SkippedObject]

  public init(source: ScannedSource, collections: [CollectionScan], skipped: [SkippedObject] = []) {
    self.source = source
    self.collections = collections
    self.skipped = skipped
  }

  /// Records of all collections.
  public var records: Int { collections.reduce(0) { $0 + $1.records } }
}

/// The database that was scanned, in words that hold no password.
public struct ScannedSource: Sendable, Equatable {
  public var kind: Store.Kind
  /// The URL without secrets, or the file's absolute path.
  public var display: String
  /// What a mapping may name as the store's URL; nil if that would be incomplete without a user and password.
  public var url: String?
  /// The Mongo database; nil for SQLite.
  public var database: String?
  /// A short name: the database's, or the file's without its extension.
  public var name: String

  public init(kind: Store.Kind, display: String, url: String?, database: String?, name: String) {
    self.kind = kind
    self.display = display
    self.url = url
    self.database = database
    self.name = name
  }
}

/// Something in the source that wasn't scanned.
public struct SkippedObject: Sendable, Equatable {
  public var name: String
  /// `view`, `virtual table` and so on.
  public var kind: String
  public var reason: String

  public init(name: String, kind: String, reason: String) {
    self.name = name
    self.kind = kind
    self.reason = reason
  }
}
