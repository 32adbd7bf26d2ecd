internal import Synchronization

/// The statements of which SQLite has said that they write.
final class StatementRoutes: Sendable {
  private let known = Mutex(RecentlyUsed<String, Bool>(capacity: 1000))

  func contains(_ sql: String) -> Bool { known.withLock { $0.value(sql) != nil } }

  func insert(_ sql: String) { known.withLock { _ = $0.insert(true, for: sql) } }
}
