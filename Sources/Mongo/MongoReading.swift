internal import CMongoC

/// Which servers of a replica set are read from.
public enum MongoReadPreference: String, Sendable, CaseIterable {
  case primary
  case primaryPreferred
  case secondary
  case secondaryPreferred
  case nearest

  /// The driver's form, for the caller to destroy, with the tags and the staleness of `other`. A primary has neither.
  func makeDriverForm(_ other: OpaquePointer?) -> OpaquePointer? {
    guard self != .primary, let copy = other.flatMap({ mongoc_read_prefs_copy($0) }) else {
      return mongoc_read_prefs_new(mode)
    }
    mongoc_read_prefs_set_mode(copy, mode)
    return copy
  }

  private var mode: mongoc_read_mode_t {
    switch self {
    case .primary: MONGOC_READ_PRIMARY
    case .primaryPreferred: MONGOC_READ_PRIMARY_PREFERRED
    case .secondary: MONGOC_READ_SECONDARY
    case .secondaryPreferred: MONGOC_READ_SECONDARY_PREFERRED
    case .nearest: MONGOC_READ_NEAREST
    }
  }
}

/// What reads may see of a replica set.
public enum MongoReadConcern: String, Sendable, CaseIterable {
  /// What the server has, even if it may be rolled back.
  case local
  /// The same, and on a sharded cluster perhaps documents that have moved.
  case available
  /// What a majority has, which can't be rolled back.
  case majority
  /// What a majority had when the read began; from the primary alone.
  case linearizable
}
