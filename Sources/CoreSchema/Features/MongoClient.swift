internal import Executors
public import Mongo
internal import Synchronization

/// Connections to a MongoDB, each lent to one piece of work at a time, on a thread that may block.
public final class MongoClient: Sendable {
  /// Where they lead.
  public let settings: MongoSettings
  private let idle = Mutex<[Lent]>([])

  init(_ settings: MongoSettings) { self.settings = settings }

  /// Runs `body` with a connection: one that is idle, else a new one.
  ///
  /// - Throws: `MongoError` if no server answers; what `body` throws.
  public func run<T: Sendable>(_ body: @escaping @Sendable (MongoConnection) throws -> T) async throws -> T {
    try await BlockingThread.run(name: "kedge features") { [self] in
      let lent = try idle.withLock { $0.popLast() } ?? Lent(MongoConnection(settings))
      let result = try body(lent.connection)
      // One that failed isn't lent again.
      idle.withLock { $0.append(lent) }
      return result
    }
  }

  /// `@unchecked Sendable`: a connection is either in the list, where nobody uses it, or was taken out of it under the lock by the
  /// one thread that uses it.
  private final class Lent: @unchecked Sendable {
    let connection: MongoConnection
    init(_ connection: MongoConnection) { self.connection = connection }
  }
}
