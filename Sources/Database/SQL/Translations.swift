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

  /// The statement in the backend's words.
  ///
  /// - Throws: ``DatabaseError`` of kind `placeholders` or `usage`.
  func translation(of sql: String, parameters: Int) throws(DatabaseError) -> SQLTranslation {
    let translation: SQLTranslation
    if let found = known.withLock({ $0.value(sql) }) {
      translation = found
    } else {
      translation = try SQLTranslator.translate(sql, for: backend)
      guard !Self.transactionWords.contains(translation.firstWord) else {
        throw DatabaseError(
          .usage,
          "\(translation.firstWord) can't be run as a statement; use transaction { } or savepoint { }.")
      }
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
