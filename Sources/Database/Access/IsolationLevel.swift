/// What a transaction may see of others.
///
/// SQLite's transactions are serializable always, which is at least as strict as what is asked for.
public enum IsolationLevel: String, Sendable, Hashable, CaseIterable {
  /// Each statement sees what was committed when it began.
  case readCommitted
  /// All statements see what was committed when the first one began.
  case repeatableRead
  /// As if transactions ran one after the other; some are refused with kind `serialization`.
  case serializable

  var sql: String {
    switch self {
    case .readCommitted: "READ COMMITTED"
    case .repeatableRead: "REPEATABLE READ"
    case .serializable: "SERIALIZABLE"
    }
  }
}
