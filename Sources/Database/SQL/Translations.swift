internal import Synchronization

/// The statements that a database has translated already.
final class Translations: Sendable {
  private let backend: DatabaseBackend
  private let known = Mutex(RecentlyUsed<String, SQLTranslation>(capacity: 1000))

  init(_ backend: DatabaseBackend) { self.backend = backend }

  /// Words that begin or end a transaction, which only `transaction` and `savepoint` may do: a connection would go back into the
  /// pool with it.
  private static let transactionWords: Set<String> = [
    "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE",
  ]

  /// Words that change a connection for its later users, who know nothing of it.
  private static let sessionWords: Set<String> = [
    "SET", "RESET", "DISCARD", "PREPARE", "DEALLOCATE", "LISTEN", "ATTACH", "DETACH",
  ]

  /// What may follow `SET`, for it ends with the transaction.
  private static let localWords: Set<String> = ["LOCAL", "TRANSACTION", "CONSTRAINTS"]

  private func refuseWhatOutlivesTheCall(_ words: [String]) throws(DatabaseError) {
    guard let first = words.first else { return }
    if Self.transactionWords.contains(first) {
      throw DatabaseError(
        .usage, "\(first) can't be run as a statement; use transaction { } or savepoint { }.")
    }
    guard Self.sessionWords.contains(first) else { return }
    if first == "SET", words.count == 2, Self.localWords.contains(words[1]) { return }
    throw DatabaseError(
      .usage,
      "\(first) would change a connection for whoever uses it next; use SET LOCAL in a transaction, or settings of the role "
        + "or the database.")
  }

  /// The statement in the backend's words.
  ///
  /// - Throws: ``DatabaseError`` of kind `placeholders` or `usage`.
  func translation(of sql: String, parameters: Int) throws(DatabaseError) -> SQLTranslation {
    let translation: SQLTranslation
    if let found = known.withLock({ $0.value(sql) }) {
      translation = found
    } else {
      translation = try SQLTranslator.translate(sql, for: backend)
      try refuseWhatOutlivesTheCall(translation.firstWords)
      known.withLock { _ = $0.insert(translation, for: sql) }
    }
    guard translation.parameterCount == parameters else {
      throw DatabaseError(
        .placeholders,
        "The statement has placeholders for \(translation.parameterCount) values, and \(parameters) were given."
      )
    }
    return translation
  }
}
