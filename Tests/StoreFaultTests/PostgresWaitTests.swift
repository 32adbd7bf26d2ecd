import Foundation
import Postgres
import TestSupport
import Testing

/// No wait for a server is without an end, and no end comes to what is at work.
@Suite struct PostgresWaitTests {
  let server: PrivatePostgres
  let proxy: FaultProxy

  init() throws {
    server = try PrivatePostgres()
    proxy = try FaultProxy(to: server.port)
  }

  /// A connection through the proxy.
  private func connect(stallLimit: Int?, tls: TLSMode = .disable) throws -> PostgresConnection {
    var settings = try server.settings(port: proxy.port)
    settings.stallLimit = stallLimit
    settings.connectTimeout = 2
    settings.tlsMode = tls
    return try PostgresConnection(settings)
  }

  private static let row = Array("kedge\n".utf8)
  private static let rows = Array(repeatElement(row, count: 50_000).joined())

  /// Sends rows until it fails.
  private func copyWithoutEnd(_ connection: PostgresConnection) throws {
    try connection.beginCopyIn("COPY t FROM STDIN")
    while true { try Self.rows.withUnsafeBytes { try connection.putCopyData($0) } }
  }

  private func expectLost(_ error: PostgresError, _ text: String, _ connection: PostgresConnection) {
    #expect(error.isConnectionLost && error.isRetryable && error.code == .connection, "\(error)")
    #expect(error.description.contains(text), "\(error)")
    #expect(!connection.isAlive && !connection.isInTransaction)
    #expect(throws: PostgresError.self) { try connection.query("SELECT 1") }
  }

  @Test(.timeLimit(.minutes(10))) func aFrozenServerEndsAStatement() throws {
    let connection = try connect(stallLimit: 1)
    let process = connection.backendProcess
    let watcher = try server.connect()
    let error = try together {
      try failure { try connection.execute("SELECT pg_sleep(300)") }
    } _: {
      try server.waitUntil(process, "wait_event = 'PgSleep'", asked: watcher)
      server.freeze()
    }
    expectLost(error, "doesn't answer a new connection either", connection)
  }

  @Test(.timeLimit(.minutes(10)), arguments: [TLSMode.disable, .require])
  func aFrozenServerEndsACopy(tls: TLSMode) throws {
    if tls == .require { try switchTLSOn() }
    let connection = try connect(stallLimit: 1, tls: tls)
    try connection.execute("CREATE TABLE t (a text)")
    let before = proxy.bytes(.toServer)
    let error = try together {
      try failure { try connection.transaction { try copyWithoutEnd(connection) } }
    } _: {
      try waitUntil("the COPY is under way") { proxy.bytes(.toServer) > before + 5_000_000 }
      server.freeze()
    }
    expectLost(error, "doesn't answer a new connection either", connection)
  }

  @Test(.timeLimit(.minutes(10)), arguments: [TLSMode.disable, .require])
  func aFrozenServerEndsACopyOut(tls: TLSMode) throws {
    if tls == .require { try switchTLSOn() }
    let connection = try connect(stallLimit: 1, tls: tls)
    let cursor = try connection.openCopyOut("COPY (SELECT generate_series(1, 2000000000)) TO STDOUT")
    #expect(try cursor.next()?.elementsEqual("1\n".utf8) == true)
    server.freeze()
    let error = try failure { while try cursor.next() != nil {} }
    expectLost(error, "doesn't answer a new connection either", connection)
    cursor.close()
  }

  @Test(.timeLimit(.minutes(10))) func aNetworkThatSwallowsEndsAStatement() throws {
    let connection = try connect(stallLimit: 1)
    proxy.inflict(.swallow)
    let error = try failure { try connection.execute("SELECT 1") }
    expectLost(error, "was lost on the way", connection)
  }

  @Test(.timeLimit(.minutes(10))) func aNetworkThatStallsEndsACopy() throws {
    let connection = try connect(stallLimit: 1)
    try connection.execute("CREATE TABLE t (a text)")
    proxy.arm(.stall, afterBytes: 3_000_000, .toServer)
    let error = try failure { try copyWithoutEnd(connection) }
    expectLost(error, "lets nothing through", connection)
  }

  @Test(.timeLimit(.minutes(10))) func aStallThatPassesIsBorne() throws {
    let connection = try connect(stallLimit: 60)
    let process = connection.backendProcess
    let watcher = try server.connect()
    try connection.execute("CREATE TABLE t (a text)")
    proxy.arm(.stall, afterBytes: 100_000, .toServer)
    let count = try together {
      try connection.beginCopyIn("COPY t FROM STDIN")
      for _ in 0..<20 { try Self.rows.withUnsafeBytes { try connection.putCopyData($0) } }
      return try connection.endCopyIn()
    } _: {
      try waitUntil("the proxy stalls") { proxy.hasFired }
      try server.waitUntil(process, "wait_event = 'ClientRead'", asked: watcher)
      proxy.resume()
    }
    #expect(count == 1_000_000)
    #expect(try watcher.query("SELECT count(*) AS n FROM t WHERE a = 'kedge'")[0].int("n") == 1_000_000)
  }

  @Test(.timeLimit(.minutes(10))) func aStatementThatWorksOrWaitsForALockIsLetBe() throws {
    let connection = try connect(stallLimit: 1)
    let other = try server.connect()
    try connection.execute("CREATE TABLE t (a text)")
    try other.execute("BEGIN; LOCK TABLE t")
    let count = try together {
      try connection.execute("INSERT INTO t VALUES ('kedge')")
    } _: {
      // The connection itself, and three questions after it.
      try waitUntil("the server was asked three times") { proxy.acceptedCount >= 4 }
      try other.execute("COMMIT")
    }
    #expect(count == 1)
    #expect(try connection.query("SELECT a FROM t")[0]["a"] == "kedge")
  }

  @Test(.timeLimit(.minutes(10))) func aCancelEndsTheWaitForAFrozenServer() throws {
    let connection = try connect(stallLimit: nil)
    let (process, cancel) = (connection.backendProcess, connection.cancelHandle)
    let watcher = try server.connect()
    let error = try together {
      try failure { try connection.execute("SELECT pg_sleep(300)") }
    } _: {
      try server.waitUntil(process, "wait_event = 'PgSleep'", asked: watcher)
      server.freeze()
      #expect(!cancel.cancel())
    }
    expectLost(error, "told to cancel", connection)
  }

  @Test(.timeLimit(.minutes(10)), arguments: [FaultProxy.Fault.cut, .reset])
  func aConnectionThatBreaksInACopyIsLost(fault: FaultProxy.Fault) throws {
    let connection = try connect(stallLimit: 60)
    try connection.execute("CREATE TABLE t (a text)")
    proxy.arm(fault, afterBytes: 2_345_678, .toServer)
    let error = try failure { try copyWithoutEnd(connection) }
    expectLost(error, "connection", connection)
    let again = try connect(stallLimit: 60)
    #expect(try again.query("SELECT count(*) AS n FROM t")[0].int("n") == 0)
  }

  @Test(.timeLimit(.minutes(10))) func dataComesWholeThroughTLS() throws {
    try switchTLSOn()
    let connection = try connect(stallLimit: 60, tls: .require)
    #expect(try connection.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")[0].bool("ssl"))
    for size in [1, 8_191, 16_384, 16_385, 40_000, 1_000_000] {
      let row = try connection.query("SELECT repeat('kedge', $1::int4) AS text", [.integer(size)])[0]
      #expect(try row["text"] == String(repeating: "kedge", count: size))
    }
    var sum = 0
    try connection.copyOut("COPY (SELECT repeat('x', i % 3000) FROM generate_series(1, 30000) i) TO STDOUT") {
      sum += $0.count - 1
    }
    #expect(sum == (1...30_000).map { $0 % 3000 }.reduce(0, +))
  }

  private func switchTLSOn() throws {
    let administrator = try server.connect()
    try administrator.execute(
      """
      COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; openssl req -x509 -newkey rsa:2048 -nodes -keyout server.key -out server.crt \
      -subj /CN=localhost -days 2 2>openssl.log && chmod 600 server.key'
      """)
    try administrator.execute("ALTER SYSTEM SET ssl TO on")
    try server.stop()
    try server.start()
  }
}
