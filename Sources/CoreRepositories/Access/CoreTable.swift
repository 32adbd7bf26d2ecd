internal import Database
internal import Guardrails

/// What a write gate hands out after its check: where one entity's rows are written.
struct CoreTable: StoreAccess, Sendable {
  let context: CoreContext
  var reading: CoreReading { CoreReading(context: context) }
}

/// The part of a store that only reads.
struct CoreReading: Sendable {
  let context: CoreContext

  var backend: DatabaseBackend { context.backend }

  /// The rows of `SELECT` and what follows it. Since the word stands here, no text that follows can write.
  func select(_ sql: String, _ parameters: [(any DatabaseEncodable)?] = []) async throws -> [Row] {
    try await context.access.query("SELECT " + sql, parameters)
  }

  /// The one row of `SELECT` and what follows it; nil if there is none.
  func selectOne(_ sql: String, _ parameters: [(any DatabaseEncodable)?] = []) async throws -> Row? {
    try await context.access.one("SELECT " + sql, parameters)
  }
}
