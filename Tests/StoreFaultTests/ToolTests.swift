import Codec
import Mongo
import Postgres
import TestSupport
import Testing

/// The tools themselves: each does what it says, and the server comes back with its data.
@Suite struct ToolTests {
  @Test func aPrivatePostgresStopsDiesAndComesBack() throws {
    let server = try PrivatePostgres(settings: ["max_connections": "30"])
    let first = try PostgresConnection(server.settings())
    #expect(try first.query("SHOW max_connections")[0][0] == "30")
    try first.execute("CREATE TABLE t (n int); INSERT INTO t VALUES (1); CHECKPOINT")
    try server.stop(.fast)
    #expect(throws: PostgresError.self) { try first.query("SELECT 1") }
    #expect(throws: PostgresError.self) { try PostgresConnection(server.settings()) }
    try server.start(settings: ["max_connections": "31"])
    try server.stop(.immediate)
    try server.start()
    try server.kill()
    try server.start()
    let last = try PostgresConnection(server.settings())
    #expect(try last.query("SHOW max_connections")[0][0] == "31")
    #expect(try last.query("SELECT n FROM t")[0].int("n") == 1)
    try server.kill(backend: last.backendProcess)
    #expect(throws: PostgresError.self) { try last.query("SELECT 1") }
  }

  @Test func aPrivateMongoStepsDownDiesAndComesBack() throws {
    let server = try PrivateMongo()
    try server.connect().insert("c", documents: [["_id": 1]])
    try server.stepDown()
    try server.waitForPrimary()
    try server.kill()
    try server.start()
    try server.stop()
    try server.start()
    #expect(try server.connect().estimatedCount("c") == 1)
  }

  @Test func theProxyForwardsStallsCutsAndResets() throws {
    let server = try PrivatePostgres()
    let proxy = try FaultProxy(to: server.port)
    let connection = try PostgresConnection(server.settings(port: proxy.port))
    let text = String(repeating: "kedge", count: 400_000)
    #expect(
      try connection.query("SELECT md5($1) = md5(repeat('kedge', 400000)) AS same", [.text(text)])[0].bool(
        "same"))
    #expect(proxy.connectionCount == 1 && proxy.bytes(.toServer) > 2_000_000)
    proxy.inflict(.stall)
    proxy.resume()
    #expect(try connection.query("SELECT 1 AS one")[0].int("one") == 1)
    proxy.inflict(.cut)
    #expect(throws: PostgresError.self) { try connection.query("SELECT 1") }
    #expect(proxy.connectionCount == 0)

    let other = try PostgresConnection(server.settings(port: proxy.port))
    let before = proxy.bytes(.toServer)
    proxy.arm(.reset, afterBytes: 100_000, .toServer)
    let error = try #require(throws: PostgresError.self) {
      try other.query("SELECT length($1)", [.text(text)])
    }
    #expect(error.isConnectionLost && proxy.hasFired)
    #expect(proxy.bytes(.toServer) - before == 100_000)
    proxy.refuse(true)
    #expect(throws: PostgresError.self) { try PostgresConnection(server.settings(port: proxy.port)) }
    proxy.refuse(false)
    #expect(try PostgresConnection(server.settings(port: proxy.port)).isAlive)
  }
}
