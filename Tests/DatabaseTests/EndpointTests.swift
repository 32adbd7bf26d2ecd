import Database
import Postgres
import TestSupport
import Testing

@Suite("Endpoints")
struct EndpointTests {
  struct Down: Error {}

  @Test("One that failed is passed over for five minutes, and then has its old rank")
  func health() async throws {
    let clock = TestClock()
    let providers = EndpointHealth(["a", "b", "a", "c"], time: clock.source)
    #expect(providers.endpoints == ["a", "b", "c"])
    var asked: [String] = []
    func ask(_ down: Set<String>) async throws -> String {
      asked = []
      return try await providers.first { provider in
        asked.append(provider)
        if down.contains(provider) { throw Down() }
        return provider
      }
    }
    #expect(try await ask([]) == "a")
    #expect(try await ask(["a"]) == "b")
    #expect(asked == ["a", "b"])
    #expect(try await ask([]) == "b")
    #expect(asked == ["b"])
    #expect(providers.statuses.map(\.isAvailable) == [false, true, true])
    clock.advance(by: .seconds(299))
    #expect(providers.candidates == ["b", "c"])
    clock.advance(by: .seconds(1))
    #expect(providers.candidates == ["a", "b", "c"])
    // Down still: another five minutes, counted from now.
    #expect(try await ask(["a"]) == "b")
    #expect(providers.statuses[0].failures == 2)
    clock.advance(by: .seconds(299))
    #expect(providers.candidates == ["b", "c"])
    // All down: all are asked, rather than nobody.
    await #expect(throws: Down.self) { try await ask(["b", "c"]) }
    #expect(asked == ["b", "c"])
    await #expect(throws: Down.self) { try await ask(["a", "b", "c"]) }
    #expect(asked == ["a", "b", "c"])
    #expect(try await ask([]) == "a")
    #expect(providers.candidates == ["a"])
  }

  @Test("An error that isn't the place's fault ends the search, and cancellation does")
  func otherErrors() async throws {
    struct BadPrompt: Error {}
    let providers = EndpointHealth(["a", "b"])
    await #expect(throws: BadPrompt.self) {
      try await providers.first(where: { $0 is Down }) { _ in throw BadPrompt() }
    }
    await #expect(throws: CancellationError.self) {
      try await providers.first { _ in throw CancellationError() }
    }
    #expect(providers.candidates == ["a", "b"])
    await #expect(throws: NoEndpoint.self) { try await EndpointHealth<String>([]).first { $0 } }
  }

  @Test(
    "The next server is used while the first is out of reach, and the first again after five minutes",
    .timeLimit(.minutes(5)))
  func failover() async throws {
    let clock = TestClock()
    let server = try PostgresSide()
    let port = server.settings.hosts.first?.port ?? 5432
    let proxy = try FaultProxy(to: port)
    proxy.refuse(true)
    var first = server.settings
    first.hosts = [.init("127.0.0.1", port: proxy.port)]
    var configuration = DatabaseConfiguration(.postgres([first, server.settings]))
    configuration.time = clock.source
    configuration.poolSize = 1
    configuration.idleLimit = .seconds(1000)
    let database = try Database(configuration)
    #expect(try await database.one("SELECT 1 AS n")?["n", as: Int.self] == 1)
    var health = await database.healthCheck()
    #expect(health.isHealthy)
    #expect(health.endpoints.map(\.isAvailable) == [false, true])
    #expect(health.endpoints.map(\.failures) == [1, 0])
    #expect(health.endpoints.first?.place == "127.0.0.1:\(proxy.port)")

    // It is back, and not asked before its time.
    proxy.refuse(false)
    func reconnect() async throws {
      let process = try await database.one("SELECT pg_backend_pid() AS pid")?["pid", as: Int.self] ?? 0
      _ = try server.connection.query("SELECT pg_terminate_backend($1::int, 10000)", [.integer(process)])
      #expect(try await database.one("SELECT 1 AS n")?["n", as: Int.self] == 1)
    }
    let asked = proxy.acceptedCount
    try await reconnect()
    #expect(proxy.acceptedCount == asked)
    clock.advance(by: .seconds(300))
    try await reconnect()
    #expect(proxy.acceptedCount > asked)
    health = await database.healthCheck()
    #expect(health.endpoints.map(\.isAvailable) == [true, true])
    await database.close()
  }

  @Test("A refusal isn't the server's fault: no other is asked", .timeLimit(.minutes(5)))
  func refusal() async throws {
    let server = try PostgresSide()
    var wrong = server.settings
    wrong.database = "no_such_database_here"
    let database = try Database(DatabaseConfiguration(.postgres([wrong, server.settings])))
    let error = try await failure { _ = try await database.query("SELECT 1") }
    #expect(error.kind == .connection && error.sqlState == "3D000")
    #expect(
      await database.healthCheck(deadline: .after(.seconds(60))).endpoints.map(\.isAvailable) == [true, true])
    await database.close()
  }

  @Test(
    "A server that nobody can reach is an error of its kind, and the pool stays usable",
    .timeLimit(.minutes(5)))
  func unreachable() async throws {
    let server = try PostgresSide()
    let proxy = try FaultProxy(to: server.settings.hosts.first?.port ?? 5432)
    proxy.refuse(true)
    var settings = server.settings
    settings.hosts = [.init("127.0.0.1", port: proxy.port)]
    settings.password = "hunter2"
    let database = try Database(DatabaseConfiguration(.postgres([settings])))
    for _ in 0..<2 {
      let error = try await failure { _ = try await database.testConnection(deadline: .after(.seconds(60))) }
      #expect(error.kind == .connection)
      #expect(!"\(error)".contains("hunter2"))
    }
    let health = await database.healthCheck(deadline: .after(.seconds(60)))
    #expect(health.failure?.kind == .connection, "\(health)")
    #expect(health.isReadOnly == nil)
    proxy.refuse(false)
    #expect(try await database.one("SELECT 1 AS n")?["n", as: Int.self] == 1)
    await database.close()
  }

  @Test("Whoever waits for a server that doesn't answer can leave", .timeLimit(.minutes(5)))
  func silent() async throws {
    let server = try PostgresSide()
    let proxy = try FaultProxy(to: server.settings.hosts.first?.port ?? 5432)
    proxy.arm(.stall, afterBytes: 1, .toServer)
    var settings = server.settings
    settings.hosts = [.init("127.0.0.1", port: proxy.port)]
    let database = try Database(DatabaseConfiguration(.postgres([settings])))
    let late = try await failure {
      _ = try await database.query("SELECT 1", deadline: .after(.milliseconds(30)))
    }
    #expect(late.kind == .timeout(.connection))
    let task = Task { try await database.query("SELECT 1") }
    #expect(try await eventually { database.pool.waiting == 1 })
    task.cancel()
    let kind1 = try await failure { _ = try await task.value }.kind
    #expect(kind1 == .cancelled)
    // What was opened for them serves the next.
    proxy.resume()
    #expect(try await database.one("SELECT 1 AS n")?["n", as: Int.self] == 1)
    await database.close()
  }
}
