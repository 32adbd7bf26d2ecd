public import Postgres

/// Where a database is, and how many connections it may have.
public struct DatabaseConfiguration: Sendable {
  /// Where a database is.
  public enum Target: Sendable {
    /// A Postgres database: where to try, in order.
    case postgres([PostgresSettings])
    /// A SQLite file, made if there is none.
    case sqlite(path: String)

    /// The backend that this is.
    public var backend: DatabaseBackend {
      switch self {
      case .postgres: .postgres
      case .sqlite: .sqlite
      }
    }

    /// The Postgres servers to try, in order.
    var endpoints: [PostgresSettings] {
      switch self {
      case .postgres(let endpoints): endpoints
      case .sqlite: []
      }
    }
  }

  /// What the database is for.
  public enum Purpose: Sendable, Hashable {
    /// Queries: through a pooler, where there is one.
    case application
    /// Changes of the schema: past the pooler.
    case migrations
  }

  /// Where it is.
  public var target: Target
  /// What named it, such as the variable `DATABASE_URL`, for ``ConnectionInfo``.
  public var source: String
  /// The most connections at a time. In SQLite one of them writes.
  public var poolSize = 20
  /// How long a call waits for a connection.
  public var waitLimit = Duration.seconds(30)
  /// How long a connection stays open that nobody uses.
  public var idleLimit = Duration.seconds(300)
  /// How long one statement may take, with the wait for its connection; nil for as long as it needs.
  public var statementTimeout: Duration?
  /// How long SQLite waits for another process' lock.
  public var lockTimeout = Duration.seconds(10)
  /// How many statements each connection keeps prepared; 0 for none.
  public var statementCacheSize = 128
  /// How long a Postgres endpoint that failed is passed over.
  public var endpointRetryInterval = Duration.seconds(300)
  /// The clock of deadlines, idle time and endpoints that failed; tests put their own here.
  public var time = TimeSource.system

  /// Settings for a database.
  public init(_ target: Target, source: String = "settings") {
    self.target = target
    self.source = source
  }

  /// A Postgres database by its URL, or several URLs of the same database with commas between.
  ///
  /// - Throws: ``DatabaseError`` of kind `configuration`.
  public static func postgres(url: String) throws -> DatabaseConfiguration {
    DatabaseConfiguration(try target(url: url, from: "the URL"), source: "URL")
  }

  /// The same database, by sessions that say who writes: Kedge's guardrails inside a Postgres database ask for that. Nothing changes
  /// for SQLite.
  public func writing(as writer: String) -> DatabaseConfiguration {
    var configuration = self
    if case .postgres(let endpoints) = target {
      configuration.target = .postgres(endpoints.map { $0.writing(as: writer) })
    }
    return configuration
  }

  /// A SQLite file.
  public static func sqlite(path: String) -> DatabaseConfiguration {
    DatabaseConfiguration(.sqlite(path: path), source: "path")
  }

  func validate() throws {
    func refuse(_ message: String) -> DatabaseError { DatabaseError(.configuration, message) }
    guard poolSize >= 1 else { throw refuse("The pool needs room for at least one connection.") }
    switch target {
    case .postgres(let endpoints):
      guard !endpoints.isEmpty else { throw refuse("The settings name no Postgres server.") }
    case .sqlite(let path):
      guard !path.isEmpty else { throw refuse("The path of the SQLite file is empty.") }
      guard path != ":memory:" else {
        throw refuse(
          "A database in memory belongs to one connection alone; name a file, perhaps in /dev/shm.")
      }
    }
  }
}
