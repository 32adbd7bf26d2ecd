import Glibc
import Postgres
import TestSupport
import Testing

/// Faults of a server that is there: each made to happen, each with a name, a sentence and an answer of its own.
@Suite final class PostgresFaultTests {
  private var kept: [PrivatePostgres] = []

  private func server(_ settings: [String: String] = [:]) throws -> (PrivatePostgres, PostgresConnection) {
    let server = try PrivatePostgres(settings: settings)
    // A server ends with the last reference to it.
    kept.append(server)
    return (server, try server.connect())
  }

  private func expect(_ error: PostgresError, _ fault: PostgresFault, says text: String) {
    #expect(error.fault == fault, "\(error)")
    #expect(error.isRetryable == fault.isTransient)
    #expect(error.description.contains(text), "\(error)")
  }

  @Test(.enabled(if: geteuid() == 0, "only root may mount a small disk")) func aFullDisk() throws {
    let (server, connection) = try server()
    let disk = try #require(try server.smallDisk(megabytes: 2), "no tmpfs can be mounted here")
    try connection.execute("CREATE TABLESPACE small LOCATION \(quoteLiteral(disk))")
    try connection.execute("CREATE TABLE t (a text) TABLESPACE small")
    let error = try failure {
      try connection.transaction {
        try connection.beginCopyIn("COPY t FROM STDIN")
        let rows = Array(repeatElement(Array("kedge\n".utf8), count: 500_000).joined())
        try rows.withUnsafeBytes { try connection.putCopyData($0) }
        _ = try connection.endCopyIn()
      }
    }
    expect(error, .diskFull, says: "Free space on the server's disk")
    #expect(!error.isConnectionLost && !error.isRetryable)
    #expect(try connection.query("SELECT count(*) AS n FROM t")[0].int("n") == 0)
  }

  @Test func aFileThatMayGrowNoMore() throws {
    let (_, connection) = try server()
    try connection.execute("CREATE TABLE t (a text)")
    // Half a block beyond the size of a file of the server's log, which has to fit.
    let limit = (16 << 20) + 4096
    try connection.execute(
      "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; prlimit --pid \(connection.backendProcess) --fsize=\(limit)'"
    )
    let error = try failure {
      try connection.execute("INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 30000)")
    }
    expect(error, .diskFull, says: "Free space on the server's disk")
  }

  @Test func aServerSetToReadOnly() throws {
    let (_, connection) = try server(["default_transaction_read_only": "on"])
    let error = try failure { try connection.execute("CREATE TABLE t (n int)") }
    expect(error, .readOnly, says: "default_transaction_read_only is on")
  }

  @Test func aTransactionSetToReadOnly() throws {
    let (_, connection) = try server()
    let error = try failure {
      try connection.transaction(readOnly: true) { try connection.execute("CREATE TABLE t (n int)") }
    }
    expect(error, .readOnly, says: "Open the transaction for writing")
  }

  @Test func aStandby() throws {
    let (server, primary) = try server()
    try primary.execute("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; touch standby.signal'")
    try server.stop()
    try server.start()
    let error = try failure { try server.connect().execute("CREATE TABLE t (n int)") }
    expect(error, .readOnly, says: "name the primary in the URL")
  }

  @Test(arguments: [
    ("INSERT INTO shop.users VALUES (1)", "GRANT USAGE, CREATE ON SCHEMA \"shop\" TO \"ann\""),
    (
      "INSERT INTO orders VALUES (1)",
      "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON \"orders\" TO \"ann\""
    ),
    ("SELECT nextval('numbers')", "GRANT USAGE, SELECT ON SEQUENCE \"numbers\" TO \"ann\""),
    ("ALTER TABLE orders ADD m int", "ALTER TABLE orders OWNER TO \"ann\""),
    ("CREATE SCHEMA kedge", "GRANT CREATE, CONNECT, TEMPORARY ON DATABASE \"postgres\" TO \"ann\""),
  ])
  func aMissingRight(statement: String, advice: String) throws {
    let (server, connection) = try server()
    try connection.execute(
      """
      CREATE ROLE ann LOGIN; CREATE SCHEMA shop; CREATE TABLE shop.users (n int); CREATE TABLE orders (n int);
      CREATE SEQUENCE numbers
      """)
    let error = try failure { try server.connect(user: "ann").execute(statement) }
    expect(error, .missingRight, says: advice)
  }

  @Test func noFreeConnection() throws {
    let (server, first) = try server(["max_connections": "5", "max_wal_senders": "0"])
    var open = [first]
    let error = try failure { while open.count < 20 { open.append(try server.connect()) } }
    expect(error, .tooManyConnections, says: "Use fewer workers")
    open.removeLast().close()
    try waitUntil("a connection is free again") {
      do {
        return try server.connect().isAlive
      } catch let error as PostgresError where error.isRetryable {
        return false
      }
    }
  }

  @Test func timeouts() throws {
    let (_, connection) = try server()
    try connection.execute("SET statement_timeout TO '50ms'")
    let statement = try failure { try connection.execute("SELECT pg_sleep(300)") }
    expect(statement, .statementTimeout, says: "Raise statement_timeout")
    #expect(!statement.isCancelled && !statement.isConnectionLost)
    #expect(connection.isAlive)
  }

  @Test func aLockThatIsHeld() throws {
    let (server, connection) = try server()
    let other = try server.connect()
    try other.execute("CREATE TABLE t (n int)")
    try other.execute("BEGIN; LOCK TABLE t")
    try connection.execute("SET lock_timeout TO '50ms'")
    let error = try failure { try connection.execute("INSERT INTO t VALUES (1)") }
    expect(error, .lockTimeout, says: "pg_locks")
    try other.execute("COMMIT")
    #expect(try connection.execute("INSERT INTO t VALUES (1)") == 1)
  }

  @Test(arguments: [true, false]) func anIdleConnection(inTransaction: Bool) throws {
    let (server, watcher) = try server()
    let connection = try server.connect()
    let name = inTransaction ? "idle_in_transaction_session_timeout" : "idle_session_timeout"
    try connection.execute("SET \(name) TO '50ms'")
    let error = try failure {
      if inTransaction { try connection.execute("BEGIN") }
      try waitUntil("the server ends the connection") {
        try watcher.query(
          "SELECT 1 FROM pg_stat_activity WHERE pid = $1", [.integer(connection.backendProcess)]
        ).isEmpty
      }
      try connection.execute("SELECT 1")
    }
    expect(error, inTransaction ? .idleInTransactionTimeout : .idleSessionTimeout, says: name)
    #expect(error.isConnectionLost && !connection.isAlive)
  }

  @Test func aTransactionThatTakesTooLong() throws {
    let (_, connection) = try server()
    // Older servers have no such limit.
    guard connection.serverVersion >= 170_000 else { return }
    try connection.execute("SET transaction_timeout TO '50ms'")
    let error = try failure { try connection.execute("SELECT pg_sleep(300)") }
    expect(error, .transactionTimeout, says: "transaction_timeout")
    #expect(error.isConnectionLost && !error.isRetryable)
  }

  @Test func aFullTableOfLocks() throws {
    let (_, connection) = try server([
      "max_locks_per_transaction": "10", "max_connections": "5", "max_wal_senders": "0",
    ])
    let error = try failure {
      try connection.query("SELECT count(pg_advisory_xact_lock(i)) FROM generate_series(1, 100000) i")
    }
    expect(error, .outOfLocks, says: "Raise max_locks_per_transaction")
    #expect(!error.isRetryable)
  }

  @Test func aLimitOfTheConfiguration() throws {
    let (_, connection) = try server()
    try connection.execute("SET temp_file_limit TO '1MB'; SET work_mem TO '64kB'")
    let error = try failure {
      try connection.query(
        "SELECT max(i) FROM (SELECT i FROM generate_series(1, 1000000) i ORDER BY -i OFFSET 1) s")
    }
    expect(error, .configuredLimit, says: "temp_file_limit")
  }

  @Test func aDamagedTable() throws {
    let (server, connection) = try server()
    try connection.execute(
      "CREATE TABLE t (a text); INSERT INTO t SELECT repeat('x', 100) FROM generate_series(1, 1000)")
    let file = try #require(try connection.query("SELECT pg_relation_filepath('t') AS file")[0]["file"])
    try connection.execute("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; cp \(file) whole'")
    try connection.execute("CHECKPOINT")
    try connection.execute(
      "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; head -c 8192 /dev/zero | tr \"\\000\" x | dd of=\(file) conv=notrunc 2>dd.log'"
    )
    try server.stop()
    try server.start()
    let error = try failure { try server.connect().query("SELECT count(*) FROM t") }
    expect(error, .damage, says: "restore from a backup")
  }

  @Test func aMissingFile() throws {
    let (server, connection) = try server()
    try connection.execute("CREATE TABLE t (a text); INSERT INTO t VALUES ('x')")
    let file = try #require(try connection.query("SELECT pg_relation_filepath('t') AS file")[0]["file"])
    try connection.execute("CHECKPOINT")
    try connection.execute("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; rm \(file)'")
    try server.stop()
    try server.start()
    let error = try failure { try server.connect().query("SELECT count(*) FROM t") }
    expect(error, .inputOutput, says: "Check the server's disk")
  }
}
