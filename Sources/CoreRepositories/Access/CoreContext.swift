public import Database
public import Guardrails

/// Where repositories read and write, what asks before each write, and what time it is.
///
/// For example:
/// ```swift
/// let core = CoreContext(database, by: guardrails)
/// let users = Sendfx.UserRepository(core)
/// try await core.transaction { core in
///   let owner = try await Sendfx.UserRepository(core).create(person)
///   _ = try await Sendfx.WorkspaceRepository(core).create(workspace(of: owner.id))
/// }
/// ```
/// Repositories made from the context inside a transaction are part of it; all of its writes are one unit of work for the guardrails.
public struct CoreContext: Sendable {
  private enum Place: Sendable {
    case database(Database)
    case transaction(Transaction)
  }

  private let place: Place
  let guardrails: any GuardrailsProvider
  let unit: UnitOfWork?
  let clock: any CoreClock
  /// Whether each write tells Postgres who writes and by which fence, which the rules of `kedge guard install` ask for. It costs two
  /// round trips more for a write that stands alone.
  public var announcesWriters = true

  /// Repositories over a whole database.
  ///
  /// - Parameters:
  ///   - guardrails: what asks before each write: a `LiveGuardrails`, or guardrails with fixed phases.
  ///   - clock: what time it is, for what the repositories themselves date.
  public init(
    _ database: Database, by guardrails: any GuardrailsProvider, clock: any CoreClock = SystemClock()
  ) {
    self.init(.database(database), guardrails, nil, clock)
  }

  /// Repositories as part of a transaction that is open.
  ///
  /// - Parameter unit: the unit of work that the transaction's writes belong to; nil for one of its own.
  public init(
    _ transaction: Transaction, by guardrails: any GuardrailsProvider, in unit: UnitOfWork? = nil,
    clock: any CoreClock = SystemClock()
  ) {
    self.init(.transaction(transaction), guardrails, unit ?? UnitOfWork(of: guardrails), clock)
  }

  private init(
    _ place: Place, _ guardrails: any GuardrailsProvider, _ unit: UnitOfWork?, _ clock: any CoreClock
  ) {
    self.place = place
    self.guardrails = guardrails
    self.unit = unit
    self.clock = clock
  }

  /// What runs statements.
  var access: any DatabaseAccess {
    switch place {
    case .database(let database): database
    case .transaction(let transaction): transaction
    }
  }

  /// The database that answers.
  public var backend: DatabaseBackend { access.backend }

  /// Runs `body` as one transaction, and as one unit of work. Inside a transaction it is a part of it that can be undone alone.
  ///
  /// - Parameter retries: how often it may run again after another transaction got in its way.
  /// - Throws: what `body` throws, or a `DatabaseError`.
  public func transaction<T>(
    retries: Int = 0, _ body: (CoreContext) async throws -> T
  ) async throws -> T {
    switch place {
    case .database(let database):
      return try await database.transaction(retries: retries) { transaction in
        try await body(within(transaction))
      }
    case .transaction(let transaction):
      return try await transaction.savepoint { transaction in try await body(within(transaction)) }
    }
  }

  /// Runs one write: in a transaction of its own, or as part of the open one.
  func writing<T>(_ body: (Transaction) async throws -> T) async throws -> T {
    switch place {
    case .database(let database): try await database.transaction { try await body($0) }
    case .transaction(let transaction): try await body(transaction)
    }
  }

  private func within(_ transaction: Transaction) -> CoreContext {
    var context = CoreContext(
      .transaction(transaction), guardrails, unit ?? UnitOfWork(of: guardrails), clock)
    context.announcesWriters = announcesWriters
    return context
  }
}
