internal import CLibPQ

/// A connection to a Postgres server.
///
/// For example:
/// ```swift
/// let connection = try PostgresConnection(settings)
/// defer { connection.close() }
/// for row in try connection.query("SELECT id, name FROM users WHERE age > $1", [18]) {
///   print(try row.int("id"), try row["name"] ?? "no name")
/// }
/// ```
///
/// Every call blocks until the server has answered, or counts as lost (``PostgresSettings/stallLimit``), so use it on a thread of its own, one thread at a time; only
/// ``cancelHandle`` may be used from elsewhere. The session speaks UTF-8, ISO dates, UTC, hexadecimal bytea.
///
/// Wraps libpq: <https://www.postgresql.org/docs/current/libpq.html>
public final class PostgresConnection {
  /// What the connection is in the middle of.
  enum Activity {
    case none
    case copyIn
    case copyOut
  }

  /// Where the connection leads, for messages.
  public let settings: PostgresSettings
  /// Cancels from any thread what this connection is doing.
  public let cancelHandle: PostgresCancel
  /// What gets the server's notices and warnings; at first nothing does.
  public var notices: (PostgresNotice) -> Void {
    get { noticeBox.handler }
    set { noticeBox.handler = newValue }
  }

  /// libpq's connection; nil once closed.
  private(set) var handle: OpaquePointer?
  var activity = Activity.none
  /// Counts the COPYs, so that a cursor knows whether the one that is open is its own.
  var copyNumber = 0
  var savepointDepth = 0
  /// How the present wait goes.
  var silence: Silence
  /// Why the connection was given up, if it was.
  var loss: PostgresError?
  /// The address that the connection was made to.
  let endpoint: Endpoint
  /// Whether a pooler stands between, which shows process numbers of its own.
  private(set) var isPooled = false
  private let noticeBox = NoticeBox()

  /// Connects.
  ///
  /// - Throws: ``PostgresError`` of code `connection` if no server answers or the server refuses, and of code `usage` if
  ///   the database's encoding is `SQL_ASCII`, which checks nothing.
  public convenience init(_ settings: PostgresSettings) throws {
    try self.init(settings, at: nil, Silence(limit: settings.stallLimit, asks: true))
  }

  /// Connects to certain addresses of the settings, or to the first of all that answers.
  init(_ settings: PostgresSettings, at endpoints: [Endpoint]?, _ silence: Silence) throws {
    let (opened, endpoint) = try ConnectionAttempt.open(settings, at: endpoints)
    self.settings = settings
    self.endpoint = endpoint
    self.silence = silence
    handle = opened
    cancelHandle = PostgresCancel(connection: opened)
    noticeBox.attach(to: opened)

    do {
      // So that no call of libpq waits by itself, for ever.
      guard PQsetnonblocking(opened, 1) == 0 else { throw PostgresError(connection: opened) }
      let encoding = PQparameterStatus(opened, "server_encoding").map { String(cString: $0) }
      guard encoding != "SQL_ASCII" else {
        throw PostgresError(
          .usage,
          "The database's encoding is SQL_ASCII, which stores any bytes as text. Use a database whose encoding is UTF8."
        )
      }
      // Statements, not startup options: poolers refuse the latter. The limits of time that the server, the database or
      // the role set on any statement are meant for queries: a COPY or an index takes as long as the data asks for. Those
      // that the connection's own URL sets stay, and so do all that protect others from us.
      let own = settings.sessionSettings.sorted { $0.key < $1.key }.map {
        "SELECT set_config(\(quoteLiteral($0.key)), \(quoteLiteral($0.value)), false); "
      }.joined()
      let process = try query(
        simple: """
          \(own)SET DateStyle TO 'ISO, YMD'; SET IntervalStyle TO 'postgres'; SET TimeZone TO 'UTC'; \
          SET bytea_output TO 'hex'; SET standard_conforming_strings TO on; SET extra_float_digits TO 1; \
          SELECT set_config(name, '0', false) FROM pg_settings \
          WHERE name IN ('statement_timeout', 'transaction_timeout') AND setting <> '0' AND source <> 'client'; \
          SELECT pg_backend_pid() AS process
          """)
      isPooled = try process.first?.int("process") != backendProcess
    } catch {
      close()
      throw error
    }
  }

  deinit { PQfinish(handle) }

  /// Ends the connection, and with it whatever is open in it. Later calls do nothing.
  public func close() {
    PQfinish(handle)
    handle = nil
    activity = .none
  }

  /// The server's version as a number: 150004 for 15.4.
  public var serverVersion: Int { Int(PQserverVersion(handle)) }

  /// The process that serves this connection, as in `pg_stat_activity`.
  public var backendProcess: Int { Int(PQbackendPID(handle)) }

  /// Whether the connection is open, as far as is known without asking the server.
  public var isAlive: Bool { handle != nil && PQstatus(handle) == CONNECTION_OK }

  /// Whether a transaction is open, be it in order or failed.
  public var isInTransaction: Bool {
    let status = PQtransactionStatus(handle)
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
  }

  /// The error that a result holds, or the connection itself if there is no result.
  ///
  /// A server that is killed or stopped at once says so in a warning, and then hangs up without an error.
  func failure(_ result: OpaquePointer? = nil) -> PostgresError {
    var error =
      result == nil
      ? PostgresError(connection: handle) : PostgresError(result: result, connection: handle)
    if error.isConnectionLost, error.sqlState == nil, let words = noticeBox.lastWords {
      error.sqlState = words.sqlState
      error.message = words.message
    }
    return error
  }

  /// libpq's connection, if it can take a statement now.
  func ready() throws -> OpaquePointer {
    guard let handle else {
      if let loss { throw loss }
      throw PostgresError(.usage, "The connection to Postgres has been closed and can't be used any more.")
    }
    switch activity {
    case .none: return handle
    case .copyIn: throw PostgresError(.usage, "A COPY into the server is still open; end or abort it first.")
    case .copyOut:
      throw PostgresError(.usage, "A COPY out of the server is still open; read or close it first.")
    }
  }
}
