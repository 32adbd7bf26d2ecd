import Database
import Postgres
import TestSupport
import Testing

@Suite("The pool")
struct PoolTests {
  /// How many connections of others the server has into the test's database.
  private func connections(_ test: TestDatabase) throws -> Int {
    let server = try #require(test.postgres)
    return try server.connection.query(
      "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()"
    )[0].int("n")
  }

  @Test("200 callers at once share 20 connections, and the server never sees more", .timeLimit(.minutes(5)))
  func manyCallers() async throws {
    try await TestDatabase.with(.postgres) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE hits (n int); CREATE TABLE seen (n int)")
      let most = Shared(0)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for caller in 0..<200 {
          group.addTask {
            try await database.transaction { transaction in
              let row = try await transaction.one(
                "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = current_setting('application_name') AND backend_type = 'client backend'"
              )
              let seen = try row?["n", as: Int.self] ?? 0
              most.withLock { $0 = max($0, seen) }
              try await transaction.run("INSERT INTO hits VALUES (?)", [caller])
            }
          }
        }
        try await group.waitForAll()
      }
      let row = try await database.one("SELECT count(*) AS n, count(DISTINCT n) AS d FROM hits")
      #expect(try row?["n", as: Int.self] == 200)
      #expect(try row?["d", as: Int.self] == 200)
      // The test's own connection is one more.
      #expect(most.withLock { $0 } <= 21)
      #expect(most.withLock { $0 } > 2)
      let health = await database.healthCheck()
      #expect(health.pool.open <= 20 && health.pool.waiting == 0 && health.pool.idle == health.pool.open)
      await database.close()
      #expect(try await eventually { try self.connections(test) == 0 })
    }
  }

  @Test(
    "200 callers at once on one SQLite file: no write is lost, and none is refused", .timeLimit(.minutes(5)))
  func manyCallersOnSQLite() async throws {
    try await TestDatabase.with(.sqlite) { test in
      let database = test.database
      try await database.runScript(
        "CREATE TABLE accounts (id int PRIMARY KEY, credits int); INSERT INTO accounts VALUES (1, 0)")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for caller in 0..<200 {
          group.addTask {
            if caller.isMultiple(of: 2) {
              try await database.transaction { transaction in
                let credits: Int = try await transaction.one("SELECT credits FROM accounts")?["credits"] ?? -1
                try await transaction.run("UPDATE accounts SET credits = ?", [credits + 1])
              }
            } else {
              _ = try await database.one("SELECT credits FROM accounts")
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await database.one("SELECT credits FROM accounts")?["credits", as: Int.self] == 100)
    }
  }

  /// Holds the pool's only connection until it is told.
  private struct Holder {
    let isHolding: AsyncStream<Void>
    let task: Task<Void, any Error>
    let letGo: @Sendable () -> Void

    init(_ database: Database) {
      let (isHolding, holds) = AsyncStream<Void>.makeStream()
      let (release, releases) = AsyncStream<Void>.makeStream()
      self.isHolding = isHolding
      task = Task {
        try await database.transaction { transaction in
          try await transaction.run("SELECT 1")
          holds.yield()
          for await _ in release { break }
        }
      }
      letGo = { releases.yield() }
    }

    func untilHolding() async { for await _ in isHolding { break } }
  }

  @Test(
    "Who waits is served in order, and who is cancelled or out of time leaves the queue",
    .timeLimit(.minutes(5)), arguments: DatabaseBackend.allCases)
  func queue(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend, { $0.poolSize = 1 }) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE n (id int)")
      let holder = Holder(database)
      await holder.untilHolding()
      let order = Shared<[Int]>([])
      var callers: [Task<Void, any Error>] = []
      for caller in 0..<5 {
        callers.append(
          Task {
            let deadline: Deadline? = caller == 3 ? .after(.milliseconds(20)) : nil
            try await database.run("INSERT INTO n VALUES (?)", [caller], deadline: deadline)
            order.withLock { $0.append(caller) }
          })
        let waiting = caller
        if caller == 3 {
          _ = await callers[3].result
        } else {
          #expect(try await eventually { database.pool.waiting == (waiting == 4 ? 4 : waiting + 1) })
        }
      }
      callers[1].cancel()
      let kind1 = try await failure { try await callers[1].value }.kind
      #expect(kind1 == .cancelled)
      let kind2 = try await failure { try await callers[3].value }.kind
      #expect(kind2 == .timeout(.connection))
      holder.letGo()
      try await holder.task.value
      for caller in [0, 2, 4] { try await callers[caller].value }
      let rows = try await database.all("SELECT id FROM n ORDER BY id") { try $0["id", as: Int.self] }
      #expect(rows == [0, 2, 4])
      let figures = database.pool
      #expect(figures.waiting == 0 && figures.idle == figures.open)
    }
  }

  @Test("A connection that the server has ended is replaced before anybody notices", .timeLimit(.minutes(5)))
  func terminated() async throws {
    try await TestDatabase.with(.postgres, { $0.poolSize = 3 }) { test in
      let server = try #require(test.postgres)
      let database = test.database
      for _ in 0..<3 {
        let process = try await database.one("SELECT pg_backend_pid() AS pid")?["pid", as: Int.self] ?? 0
        _ = try server.connection.query("SELECT pg_terminate_backend($1::int, 10000)", [.integer(process)])
        let next = try await database.one("SELECT pg_backend_pid() AS pid")?["pid", as: Int.self]
        #expect(next != process)
      }
    }
  }

  @Test(
    "A connection that dies in a transaction is an error there, and the next call works",
    .timeLimit(.minutes(5)))
  func terminatedInside() async throws {
    try await TestDatabase.with(.postgres, { $0.poolSize = 1 }) { test in
      let server = try #require(test.postgres)
      let database = test.database
      try await database.runScript("CREATE TABLE n (id int)")
      let error = try await failure {
        try await database.transaction { transaction in
          try await transaction.run("INSERT INTO n VALUES (1)")
          let process = try await transaction.one("SELECT pg_backend_pid() AS pid")?["pid", as: Int.self] ?? 0
          _ = try server.connection.query("SELECT pg_terminate_backend($1::int, 10000)", [.integer(process)])
          try await transaction.run("INSERT INTO n VALUES (2)")
        }
      }
      #expect(error.kind == .connection)
      #expect(try await database.one("SELECT count(*) AS n FROM n")?["n", as: Int.self] == 0)
    }
  }

  @Test("Connections that nobody needs are closed after their time", .timeLimit(.minutes(5)))
  func idle() async throws {
    let clock = TestClock()
    try await TestDatabase.with(
      .postgres,
      {
        $0.time = clock.source; $0.idleLimit = .seconds(60)
      }
    ) { test in
      _ = try await test.database.query("SELECT 1")
      #expect(try connections(test) == 1)
      #expect(try await eventually { clock.sleepers == 1 })
      clock.advance(by: .seconds(59))
      _ = try await test.database.query("SELECT 1")
      clock.advance(by: .seconds(2))
      // Used a moment ago, it has its whole time again.
      #expect(try await eventually { clock.sleepers == 1 })
      #expect(try connections(test) == 1)
      clock.advance(by: .seconds(60))
      #expect(try await eventually { try self.connections(test) == 0 })
      _ = try await test.database.query("SELECT 1")
      #expect(try connections(test) == 1)
    }
  }

  @Test(
    "A closed database refuses calls, waiting ones too", .timeLimit(.minutes(5)),
    arguments: DatabaseBackend.allCases)
  func closing(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend, { $0.poolSize = 1 }) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE n (id int)")
      let holder = Holder(database)
      await holder.untilHolding()
      let waiting = Task { try await database.run("INSERT INTO n VALUES (1)") }
      #expect(try await eventually { database.pool.waiting == 1 })
      let closing = Task { await database.close() }
      let kind3 = try await failure { _ = try await waiting.value }.kind
      #expect(kind3 == .closed)
      // What was under way may end.
      holder.letGo()
      try await holder.task.value
      await closing.value
      let kind4 = try await failure { try await database.run("SELECT 1") }.kind
      #expect(kind4 == .closed)
    }
  }
}
