internal import Database
internal import Guardrails

/// The one way from a repository to its table, on either backend: reading goes on as ever, and writing asks the guardrails first.
///
/// A repository holds a gate and nothing else, so it can't write without asking. In Postgres the entity is written in the store that it
/// moves to; in SQLite, in the one that it comes from.
struct CoreGate<Entity: CoreEntity>: Sendable where Entity.Target == PostgresStore {
  private enum Way: Sendable {
    case source(WriteGate<Entity, Entity.Source, CoreTable>)
    case target(WriteGate<Entity, PostgresStore, CoreTable>)
    case none
  }

  private let way: Way
  private let context: CoreContext
  private let writer: String

  init(_ context: CoreContext, as writer: String) {
    self.context = context
    self.writer = writer
    let table = CoreTable(context: context)
    switch context.backend {
    case .postgres:
      way = .target(
        WriteGate(Entity.self, in: PostgresStore.self, table, as: writer, by: context.guardrails))
    case .sqlite where Entity.Source.self == SQLiteStore.self:
      way = .source(
        WriteGate(Entity.self, in: Entity.Source.self, table, as: writer, by: context.guardrails))
    case .sqlite: way = .none
    }
  }

  var backend: DatabaseBackend { context.backend }

  /// What reads.
  ///
  /// - Throws: ``RepositoryError`` where the entity never lives in this backend.
  var reading: CoreReading {
    get throws {
      if case .none = way { throw wrongBackend }
      return CoreReading(context: context)
    }
  }

  /// Asks, and then runs `body` in a transaction in which the database knows who writes.
  ///
  /// - Throws: `GuardRefusal`, ``RepositoryError``, or what `body` throws.
  func write<T>(_ operation: WriteOperation, _ body: (Transaction) async throws -> T) async throws -> T {
    // Before the check: if a phase is set in between, the database finds the fence stale.
    let fence = context.unit?.fence ?? context.guardrails.current.epoch
    switch way {
    case .source(let gate):
      return try await gate.write(operation, in: context.unit) { table in
        try await table.context.writing { try await body($0) }
      }
    case .target(let gate):
      return try await gate.write(operation, in: context.unit) { table in
        try await table.context.writing { transaction in
          if context.announcesWriters {
            // The words of `GuardSession.query`, which needs the library of live guardrails.
            try await transaction.run(
              "SELECT set_config('kedge.writer', $1, true), set_config('kedge.fence', $2, true)",
              [writer, "\(fence)"])
          }
          return try await body(transaction)
        }
      }
    case .none: throw wrongBackend
    }
  }

  private var wrongBackend: RepositoryError {
    .wrongBackend(entity: Entity.entityName, backend: context.backend.rawValue)
  }
}
