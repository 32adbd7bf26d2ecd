/// A database of the mapping set, as a type, so that a repository over the wrong one doesn't compile.
///
/// `kedge guard export --lang swift` writes one for each store of a set.
public protocol StoreMarker: Sendable {
  /// The store's name in the mapping set, or a kind's word where it is the only one of its kind.
  static var storeName: String { get }
}

/// The one Postgres of a mapping set.
public enum PostgresStore: StoreMarker {
  public static let storeName = "postgres"
}

/// The one Mongo of a mapping set; a set with several has a type for each.
public enum MongoStore: StoreMarker {
  public static let storeName = "mongo"
}

/// The one SQLite of a mapping set; a set with several has a type for each.
public enum SQLiteStore: StoreMarker {
  public static let storeName = "sqlite"
}
