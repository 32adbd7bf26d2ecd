/// What a writer wants to do.
public enum WriteOperation: String, Sendable, CaseIterable {
  case insert, update, delete, upsert
  /// Empties a table or collection.
  case truncate

  /// Reads a word byte by byte, as every enforcer does.
  public init?(word: String) {
    guard let operation = Self.allCases.first(where: { isSameName($0.rawValue, word) }) else { return nil }
    self = operation
  }
}

/// The names by which Kedge itself writes.
public enum KedgeWriter {
  /// Moves data into the side that doesn't own it: backfill, replay, repair, sync.
  public static let mover = "kedge"
  /// Mends data on the side that owns it, sent by a person: clean, seed, reset.
  public static let maintainer = "kedge-admin"
}
