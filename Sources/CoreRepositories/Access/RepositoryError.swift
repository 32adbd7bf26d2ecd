/// Why a repository didn't do what it was asked for. The sentences hold keys, and no personal values.
public enum RepositoryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no such row.
  case notFound(entity: String, key: String)
  /// Somebody changed the row after it was read: read it again, and decide anew.
  case changedMeanwhile(entity: String, key: String)
  /// A value breaks a rule that the repository checks before it writes.
  case invalid(entity: String, column: String, rule: String)
  /// The text isn't a cursor that a page gave.
  case invalidCursor
  /// The set can't live on this backend.
  case wrongBackend(entity: String, backend: String)
  /// A user has less than an action costs.
  case notEnough(of: String, key: String)
  /// A row is in a state from which the action makes no sense.
  case wrongState(entity: String, key: String, state: String, action: String)
  /// No provider of the model can be asked now.
  case noProvider(model: String, skipped: Int)

  /// What happened, and what to do.
  public var description: String {
    switch self {
    case .notFound(let entity, let key): "There is no row \"\(key)\" in \(entity)."
    case .changedMeanwhile(let entity, let key):
      "The row \"\(key)\" of \(entity) was changed after it was read. Read it again, and decide anew."
    case .invalid(let entity, let column, let rule): "The \(column) of \(entity) isn't right: \(rule)."
    case .invalidCursor: "This is no cursor of a page. Begin with the first page."
    case .wrongBackend(let entity, let backend):
      "\(entity) never lives in \(backend): connect the repository to the database that owns it."
    case .notEnough(let what, let key): "\"\(key)\" hasn't enough \(what) for this."
    case .wrongState(let entity, let key, let state, let action):
      "The row \"\(key)\" of \(entity) is \(state): it can't be \(action)."
    case .noProvider(let model, let skipped):
      skipped == 0
        ? "The model \"\(model)\" has no provider."
        : "No provider of the model \"\(model)\" can be asked now: \(skipped) failed within the last minutes."
    }
  }
}
