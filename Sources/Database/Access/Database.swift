internal import Postgres

/// An application's database: Postgres or SQLite, by one set of calls.
///
/// For example:
/// ```swift
/// let database = try Database(environment: ProcessInfo.processInfo.environment, sqlitePath: "omnihub.db")
/// let user = try await database.one("SELECT id, credits FROM users WHERE email = ?", [email])
/// try await database.transaction { transaction in
///   try await transaction.run("UPDATE users SET credits = credits - ? WHERE id = ?", [cost, id])
///   try await transaction.run("INSERT INTO generations (user_id, status) VALUES (?, 'pending')", [id])
/// }
/// await database.close()
/// ```
///
/// Connections are opened when they are needed, each with a thread of its own, so that nothing here blocks the threads of
/// Swift's tasks. Making a `Database` connects to nothing: see ``testConnection(deadline:)``.
public final class Database: DatabaseAccess {
  /// The database that answers.
  public let backend: DatabaseBackend
  /// Where it is, without secrets.
  public let connectionInfo: ConnectionInfo
  let configuration: DatabaseConfiguration
  let connections: Connections
  let translations: Translations
  /// Which statements SQLite has said to write.
  let writers: StatementRoutes
  let endpoints: EndpointHealth<PostgresSettings>

  /// A database by its settings.
  ///
  /// - Throws: ``DatabaseError`` of kind `configuration`.
  public init(_ configuration: DatabaseConfiguration) throws {
    try configuration.validate()
    self.configuration = configuration
    backend = configuration.target.backend
    connectionInfo = ConnectionInfo(configuration)
    translations = Translations(backend)
    writers = StatementRoutes()
    endpoints = EndpointHealth(
      configuration.target.endpoints, retryInterval: configuration.endpointRetryInterval,
      time: configuration.time)
    connections = Connections(configuration, endpoints)
  }

  /// The database that environment variables name; see ``DatabaseConfiguration/init(environment:sqlitePath:purpose:)``.
  ///
  /// - Throws: ``DatabaseError`` of kind `configuration`, which names the variables.
  public convenience init(
    environment: [String: String], sqlitePath: String? = nil,
    purpose: DatabaseConfiguration.Purpose = .application
  ) throws {
    try self.init(
      try DatabaseConfiguration(environment: environment, sqlitePath: sqlitePath, purpose: purpose))
  }

  /// How the pool is doing now.
  public var pool: PoolFigures { connections.figures }

  /// Runs one statement on a connection of its own: it is a transaction by itself.
  ///
  /// - Throws: ``DatabaseError``.
  public func execute(
    _ sql: String, _ parameters: [(any DatabaseEncodable)?], deadline: Deadline?
  ) async throws -> ExecutionResult {
    try requireNoTransaction()
    let translation = try translations.translation(of: sql, parameters: parameters.count)
    let values = parameters.map { $0?.databaseValue ?? .null }
    let deadline = limited(deadline)
    if backend == .sqlite, !writers.contains(sql) {
      do {
        return try await execute(translation, values, on: connections.readers, deadline)
      } catch is NeedsWriter {
        writers.insert(sql)
      }
    }
    return try await execute(translation, values, on: connections.main, deadline)
  }

  private func execute(
    _ translation: SQLTranslation, _ values: [DatabaseValue], on pool: ConnectionPool, _ deadline: Deadline?
  ) async throws -> ExecutionResult {
    try await pool.withConnection(deadline: deadline) { connection in
      do {
        let result = try await withToken(configuration.time, deadline: deadline) {
          try await connection.run(translation, values, $0)
        }
        return (
          .success(ExecutionResult(rows: result.rows, affected: result.affected)), await connection.isReusable
        )
      } catch {
        return (.failure(error), await connection.rollBack())
      }
    }
  }

  /// Runs several statements, parted by semicolons and without parameters, as one transaction: for schemas of tests and of
  /// SQLite files.
  ///
  /// - Throws: ``DatabaseError``.
  public func runScript(_ sql: String, deadline: Deadline? = nil) async throws {
    try requireNoTransaction()
    let deadline = limited(deadline)
    try await connections.main.withConnection(deadline: deadline) { connection in
      do {
        try await withToken(configuration.time, deadline: deadline) {
          try await connection.runScript(sql, $0)
        }
        return (.success(()), await connection.isReusable)
      } catch {
        return (.failure(error), await connection.rollBack())
      }
    }
  }

  /// Ends idle connections at once, and others when their callers are done; waits for those. Later calls throw.
  public func close() async { await connections.close() }

  func limited(_ deadline: Deadline?) -> Deadline? {
    .earlier(deadline, configuration.statementTimeout.map { configuration.time.deadline(after: $0) })
  }
}

extension Database: CustomStringConvertible, CustomReflectable {
  /// Where the database is, without secrets.
  public var description: String { "Database(\(connectionInfo))" }
  /// Shows ``description`` alone.
  public var customMirror: Mirror { Mirror(self, children: ["connectionInfo": connectionInfo]) }
}
