/// What a writer wants to do.
public enum WriteOperation: String, Sendable, CaseIterable {
  case insert, update, delete, upsert
  /// Empties a table or collection.
  case truncate
}

/// The names by which Kedge itself writes.
public enum KedgeWriter {
  /// Moves data into the side that doesn't own it: backfill, replay, repair, sync.
  public static let mover = "kedge"
  /// Mends data on the side that owns it, sent by a person: clean, seed, reset.
  public static let maintainer = "kedge-admin"
}
