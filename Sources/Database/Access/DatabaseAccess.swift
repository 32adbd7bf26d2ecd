/// What runs statements: a ``Database``, each on a connection of its own, or a ``Transaction``.
///
/// Repositories take `some DatabaseAccess` (or `any`), so that the same method works alone and as part of a transaction.
///
/// Placeholders are `?`, or `$1`, `$2` and so on, on both backends; one statement uses one style. A `?` that is an operator of Postgres' jsonb
/// is written `??`.
public protocol DatabaseAccess: Sendable {
  /// The database that answers.
  var backend: DatabaseBackend { get }

  /// Runs one statement, and gives both its rows and how many rows it changed.
  ///
  /// - Parameters:
  ///   - sql: one statement.
  ///   - parameters: the values for its placeholders.
  ///   - deadline: until when it may take; the server then cancels it.
  /// - Throws: ``DatabaseError``.
  func execute(
    _ sql: String, _ parameters: [(any DatabaseEncodable)?], deadline: Deadline?
  ) async throws -> ExecutionResult
}

/// What one statement gave.
public struct ExecutionResult: Sendable {
  /// The rows that it returned.
  public var rows: [Row]
  /// How many rows it inserted, changed or deleted.
  public var affected: Int
}

extension DatabaseAccess {
  /// The rows of a statement.
  ///
  /// - Throws: ``DatabaseError``.
  public func query(
    _ sql: String, _ parameters: [(any DatabaseEncodable)?] = [], deadline: Deadline? = nil
  ) async throws -> [Row] {
    try await execute(sql, parameters, deadline: deadline).rows
  }

  /// The rows of a statement: another name of ``query(_:_:deadline:)``, the counterpart of `one`.
  ///
  /// - Throws: ``DatabaseError``.
  public func all(
    _ sql: String, _ parameters: [(any DatabaseEncodable)?] = [], deadline: Deadline? = nil
  ) async throws -> [Row] {
    try await query(sql, parameters, deadline: deadline)
  }

  /// The rows of a statement, each turned into a value.
  ///
  /// - Throws: ``DatabaseError``, and what `make` throws.
  public func all<T>(
    _ sql: String, _ parameters: [(any DatabaseEncodable)?] = [], deadline: Deadline? = nil,
    _ make: (Row) throws -> T
  ) async throws -> [T] {
    try await query(sql, parameters, deadline: deadline).map(make)
  }

  /// The one row of a statement; nil if there is none.
  ///
  /// - Throws: ``DatabaseError``; of kind `tooManyRows` if there are several.
  public func one(
    _ sql: String, _ parameters: [(any DatabaseEncodable)?] = [], deadline: Deadline? = nil
  ) async throws -> Row? {
    let rows = try await query(sql, parameters, deadline: deadline)
    guard rows.count <= 1 else {
      throw DatabaseError(.tooManyRows, "One row was asked for, and the statement returned \(rows.count).")
    }
    return rows.first
  }

  /// The one row of a statement, turned into a value; nil if there is none.
  ///
  /// - Throws: ``DatabaseError``, and what `make` throws.
  public func one<T>(
    _ sql: String, _ parameters: [(any DatabaseEncodable)?] = [], deadline: Deadline? = nil,
    _ make: (Row) throws -> T
  ) async throws -> T? {
    try await one(sql, parameters, deadline: deadline).map(make)
  }

  /// Runs a statement for what it does.
  ///
  /// - Returns: how many rows it inserted, changed or deleted; 0 for other statements.
  /// - Throws: ``DatabaseError``.
  @discardableResult
  public func run(
    _ sql: String, _ parameters: [(any DatabaseEncodable)?] = [], deadline: Deadline? = nil
  ) async throws -> Int {
    try await execute(sql, parameters, deadline: deadline).affected
  }
}
