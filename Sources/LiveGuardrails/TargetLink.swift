internal import Postgres
internal import Synchronization

/// The one connection to the target, made when it is needed and made anew after an error. Threads that use it at once wait for
/// each other; writers never use it.
final class TargetLink: Sendable {
  private let settings: PostgresSettings
  private let connection: Mutex<PostgresConnection?> = Mutex(nil)

  init(_ settings: PostgresSettings) { self.settings = settings }

  func with<T: Sendable>(_ body: @Sendable (PostgresConnection) throws -> T) throws -> T {
    try connection.withLock { slot in
      if let held = slot, !held.isAlive {
        held.close()
        slot = nil
      }
      do {
        if slot == nil { slot = try PostgresConnection(settings) }
        guard let open = slot else {
          throw PostgresError(.usage, "The connection to Postgres was closed while it was opened.")
        }
        return try body(open)
      } catch {
        // Whatever state it is in: the next use begins afresh.
        slot?.close()
        slot = nil
        throw error
      }
    }
  }

  func close() {
    connection.withLock { slot in
      slot?.close()
      slot = nil
    }
  }
}
