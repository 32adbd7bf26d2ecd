/// The proof that the core's schema is what the application needs.
///
/// Nothing but ``ensureCoreSchema(_:)`` makes one, and ``FeatureStore`` asks for one: so an application that holds a feature store
/// has its core, whoever wrote the lines between and in whatever order they stand.
public struct CoreReady: Sendable {
  /// The mapping set's name.
  public let set: String
  /// The migrations that were applied for it just now, in order; none where another instance, or an earlier start, had done so.
  public let applied: [String]
  /// What the mapping also says, and rows can do without: an index that isn't there, a foreign key that is still to be validated.
  public let warnings: [String]

  init(set: String, applied: [String], warnings: [String]) {
    self.set = set
    self.applied = applied
    self.warnings = warnings
  }
}

/// What would be done to bring the schema up.
public struct CoreSchemaOutlook: Sendable, Equatable {
  /// The migrations that would be applied, in order.
  public let pending: [String]
  /// What the mapping needs and the database doesn't have now; what is pending may bring it.
  public let missing: [String]
}
