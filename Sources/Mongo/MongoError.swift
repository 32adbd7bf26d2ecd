/// Why MongoDB, or the way to it, failed.
///
/// The text never holds a password, and no value of a document that collided.
public struct MongoError: Error, Sendable, CustomStringConvertible {
  /// Who raised it.
  public enum Domain: String, Sendable {
    /// The connection string or the settings.
    case settings
    /// The network, or a server that hung up.
    case network
    /// No fitting server was found in time.
    case serverSelection
    /// User, password or mechanism.
    case authentication
    /// The server's answer; `code` is the server's own.
    case server
    /// The driver itself: a wrong call, a document that isn't BSON.
    case driver
  }

  /// Who raised it.
  public var domain: Domain
  /// The server's code in domain `server`, else the driver's.
  public var code: Int
  /// What happened, as the server or the driver says it.
  public var message: String
  /// The server's error labels, such as `RetryableWriteError`.
  public var labels: [String]
  /// What was being done, such as `read collection "users"`.
  public var action: String

  /// From its parts.
  public init(
    domain: Domain, code: Int = 0, message: String, labels: [String] = [], action: String
  ) {
    self.domain = domain
    self.code = code
    self.message = message
    self.labels = labels
    self.action = action
  }

  /// Whether the same request may succeed later, on a new cursor or connection, without a change by anybody.
  public var isRetryable: Bool {
    if isConnectionLost { return true }
    if domain == .server && Self.passingCodes.contains(code) { return true }
    return labels.contains { Self.retryLabels.contains($0) }
  }

  /// Whether the server, or the way to it, is gone for now.
  public var isConnectionLost: Bool {
    switch domain {
    case .network, .serverSelection: true
    case .server: Self.lostCodes.contains(code)
    case .settings, .authentication, .driver: false
    }
  }

  /// Whether a unique index refused a write.
  public var isDuplicateKey: Bool { domain == .server && [11000, 11001, 12582].contains(code) }

  /// Whether the database, collection or index isn't there.
  public var isNotFound: Bool { domain == .server && [26, 27].contains(code) }

  /// One or two sentences: what failed, why, what to do.
  public var description: String {
    let number = domain == .server && code != 0 ? " (MongoDB error \(code))" : ""
    let end = message.hasSuffix(".") ? "" : "."
    return "Can't \(action): \(message)\(number)\(end)\(advice)"
  }

  private var advice: String {
    switch domain {
    case .authentication:
      " Check the user, the password and authSource in the MongoDB URL."
    case .serverSelection:
      " Check that the server runs, and the host, port, TLS and replica set options in the MongoDB URL."
    case .network: " Check the network and the server's log, and run again."
    case .server where code == 13:
      " Grant the user of the MongoDB URL the role that this needs."
    case .settings, .server, .driver: ""
    }
  }

  private static let retryLabels: Set<String> = [
    "RetryableWriteError", "TransientTransactionError", "ResumableChangeStreamError", "NetworkError",
    "RetryableError",
  ]

  /// HostUnreachable, HostNotFound, NetworkTimeout, ShutdownInProgress, PrimarySteppedDown, SocketException,
  /// InterruptedAtShutdown, InterruptedDueToReplStateChange, NotWritablePrimary and its two neighbours.
  private static let lostCodes: Set<Int> = [6, 7, 89, 91, 189, 9001, 11600, 11602, 10107, 13435, 13436]

  /// Besides: CursorNotFound, CursorKilled, CappedPositionLost, QueryPlanKilled, ExceededTimeLimit, StaleConfig and
  /// its relatives after a chunk moved, SnapshotUnavailable, TemporarilyUnavailable.
  private static let passingCodes: Set<Int> = [43, 237, 136, 175, 262, 13388, 150, 63, 246, 365]
}
