/// What ``Database/testConnection(deadline:)`` found.
public struct ConnectionTest: Sendable, Hashable {
  /// Where the database is, without secrets.
  public var connection: ConnectionInfo
  /// The Postgres server's version, such as `15.4`, or the SQLite library's.
  public var serverVersion: String
  /// How long a statement took there and back, once a connection was open.
  public var latency: Duration
}

/// What ``Database/healthCheck(deadline:)`` found.
public struct DatabaseHealth: Sendable, Hashable {
  /// How one of the servers is doing.
  public struct Endpoint: Sendable, Hashable {
    /// Host and port.
    public var place: String
    /// Whether it is tried in its turn; false while it is passed over after a failure.
    public var isAvailable: Bool
    /// How often in a row it couldn't be connected to.
    public var failures: Int
  }

  /// Whether the database answered in time.
  public var isHealthy: Bool { failure == nil }
  /// Why it didn't; nil if it did.
  public var failure: DatabaseError?
  /// Where it is, without secrets.
  public var connection: ConnectionInfo
  /// The pool's figures before the check itself took a connection.
  public var pool: PoolFigures
  /// How long a statement took there and back; nil if none did.
  public var latency: Duration?
  /// Whether it refuses writes; nil if it didn't answer.
  public var isReadOnly: Bool?
  /// Whether the server is a standby; nil if it didn't answer. SQLite never is.
  public var isStandby: Bool?
  /// The servers, by rank; empty for SQLite.
  public var endpoints: [Endpoint]
}
