import Postgres
import TestSupport
import Testing

/// The server ends in the middle of something: the connection is lost, and what was committed is there afterwards.
@Suite struct PostgresDeathTests {
  enum End: CaseIterable, CustomTestStringConvertible {
    case fast, immediate, killed, oneProcess
    var testDescription: String { "\(self)" }

    /// Ends the server, or the process of one connection; it serves again afterwards.
    func happen(to server: PrivatePostgres, process: Int) throws {
      switch self {
      case .fast: try server.stop(.fast)
      case .immediate: try server.stop(.immediate)
      case .killed: try server.kill()
      case .oneProcess:
        try server.kill(backend: process)
        return
      }
      try server.start()
    }
  }

  private static let rows = Array(repeatElement(Array("kedge\n".utf8), count: 50_000).joined())

  @Test(.timeLimit(.minutes(10)), arguments: End.allCases) func inACopy(end: End) throws {
    let server = try PrivatePostgres()
    let connection = try PostgresConnection(server.settings())
    let process = connection.backendProcess
    let watcher = try server.connect()
    try connection.execute("CREATE TABLE t (a text)")
    let error = try together {
      try failure {
        try connection.transaction {
          try connection.beginCopyIn("COPY t FROM STDIN")
          while true { try Self.rows.withUnsafeBytes { try connection.putCopyData($0) } }
        }
      }
    } _: {
      try waitUntil("the COPY is under way") {
        try !watcher.query("SELECT 1 FROM pg_stat_progress_copy WHERE tuples_processed > 100000").isEmpty
      }
      try end.happen(to: server, process: process)
    }
    #expect(error.isConnectionLost && error.isRetryable, "\(error)")
    if end == .fast { #expect(error.fault == .shutdown, "\(error)") }
    #expect(!connection.isAlive)
    try waitUntil("the server has recovered") {
      do {
        return try server.connect().query("SELECT count(*) AS n FROM t")[0].int("n") == 0
      } catch let error as PostgresError where error.isRetryable {
        return false
      }
    }
  }

  /// The commit waits for a standby that never comes, so that the end meets it there.
  @Test(.timeLimit(.minutes(10)), arguments: End.allCases) func inACommit(end: End) throws {
    let server = try PrivatePostgres(settings: ["synchronous_standby_names": "nobody"])
    let connection = try PostgresConnection(server.settings())
    let process = connection.backendProcess
    let watcher = try server.connect()
    for statement in [
      "SET synchronous_commit TO local", "CREATE TABLE t (n int)", "RESET synchronous_commit",
    ] {
      try connection.execute(statement)
    }
    let error = try together {
      try failure { try connection.transaction { try connection.execute("INSERT INTO t VALUES (7)") } }
    } _: {
      try server.waitUntil(process, "wait_event = 'SyncRep'", asked: watcher)
      try end.happen(to: server, process: process)
    }
    #expect(error.isConnectionLost, "\(error)")
    // Nobody could have known: it was committed.
    try waitUntil("the server has recovered") {
      do {
        return try server.connect().query("SELECT n FROM t").map { try $0.int("n") } == [7]
      } catch let error as PostgresError where error.isRetryable {
        return false
      }
    }
  }

  @Test(.timeLimit(.minutes(10))) func aCrashOfAnotherProcessIsNamed() throws {
    let server = try PrivatePostgres()
    let connection = try PostgresConnection(server.settings())
    let process = connection.backendProcess
    let (other, watcher) = (try server.connect(), try server.connect())
    let victim = other.backendProcess
    let error = try together {
      try failure { try connection.execute("SELECT pg_sleep(300)") }
    } _: {
      try server.waitUntil(process, "wait_event = 'PgSleep'", asked: watcher)
      try server.kill(backend: victim)
    }
    #expect(error.fault == .crash && error.isConnectionLost && error.isRetryable, "\(error)")
    #expect(error.description.contains("recovers by itself"))
  }

  @Test(.timeLimit(.minutes(10))) func aServerThatStopsIsNotReady() throws {
    let server = try PrivatePostgres()
    let connection = try server.connect()
    // A process that doesn't get on holds the shutdown up.
    let process = connection.backendProcess
    try server.freeze(backend: process)
    let error = try together {
      var found: PostgresError?
      try waitUntil("the server stops") {
        do {
          _ = try PostgresConnection(server.settings())
        } catch let error as PostgresError {
          found = error
        }
        #expect(found?.isRetryable != false)
        // Before, a connection may just be closed.
        return found?.fault == .notReady
      }
      try server.thaw(backend: process)
      return try #require(found)
    } _: {
      try server.stop(.fast)
    }
    #expect(error.fault == .notReady && error.isRetryable && !error.isConnectionLost, "\(error)")
  }
}
