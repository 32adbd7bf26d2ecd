import Database
import Postgres
import TestSupport
import Testing

@Suite("Cancellation and deadlines")
struct CancellationTests {
  /// A statement that would run for minutes.
  private static func endless(_ backend: DatabaseBackend) -> String {
    backend == .postgres
      ? "SELECT pg_sleep(600)"
      : "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100000000000) SELECT count(*) AS n FROM c"
  }

  /// Waits until the statement runs on the server; SQLite has nobody to ask, and the token passes the request on until it is heard.
  private func untilRunning(_ test: TestDatabase) async throws {
    guard let server = test.postgres else { return }
    #expect(
      try await eventually {
        try server.connection.query(
          "SELECT 1 FROM pg_stat_activity WHERE application_name = current_setting('application_name') AND query LIKE '%pg_sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()"
        ).count == 1
      })
  }

  @Test(
    "Cancelling the task cancels the statement, and the connection serves on", .timeLimit(.minutes(5)),
    arguments: DatabaseBackend.allCases)
  func cancelled(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend, { $0.poolSize = 2 }) { test in
      let database = test.database
      for _ in 0..<5 {
        let task = Task { try await database.query(Self.endless(backend)) }
        try await untilRunning(test)
        task.cancel()
        let kind1 = try await failure { _ = try await task.value }.kind
        #expect(kind1 == .cancelled)
        #expect(try await database.one("SELECT 7 AS n")?["n", as: Int.self] == 7)
      }
      #expect(database.pool.waiting == 0)
      guard let server = test.postgres else { return }
      #expect(
        try server.connection.query(
          "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()"
        ).isEmpty)
    }
  }

  @Test(
    "Requests at any moment end their own statement and no other", .timeLimit(.minutes(5)),
    arguments: DatabaseBackend.allCases)
  func cancelledAtAnyMoment(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend, { $0.poolSize = 2 }) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE n (id int)")
      var done = 0
      for trial in 0..<60 {
        let task = Task { try await database.run("INSERT INTO n VALUES (?)", [trial]) }
        for _ in 0..<(trial * 7 % 40) { await Task.yield() }
        task.cancel()
        do {
          done += try await task.value
        } catch let error as DatabaseError {
          #expect(error.kind == .cancelled)
        }
        // Nobody cancels this one.
        #expect(try await database.one("SELECT count(*) AS n FROM n")?["n", as: Int.self] == done)
      }
    }
  }

  @Test(
    "A deadline ends a statement on the server", .timeLimit(.minutes(5)), arguments: DatabaseBackend.allCases)
  func deadline(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend, { $0.poolSize = 2 }) { test in
      let database = test.database
      _ = try await database.query("SELECT 1")
      let error = try await failure {
        try await database.run(Self.endless(backend), deadline: .after(.milliseconds(30)))
      }
      #expect(error.kind == .timeout(.statement))
      #expect(try await database.one("SELECT 7 AS n")?["n", as: Int.self] == 7)
      let past = try await failure { try await database.run("SELECT 1", deadline: .after(.seconds(-1))) }
      #expect(past.isTimeout)
    }
  }

  @Test(
    "The default limit of statements holds inside and outside of transactions", .timeLimit(.minutes(5)),
    arguments: DatabaseBackend.allCases)
  func statementTimeout(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend, { $0.statementTimeout = .milliseconds(30) }) { test in
      let outside = try await failure { try await test.database.run(Self.endless(backend)) }
      #expect(outside.isTimeout)
      let inside = try await failure {
        _ = try await test.database.transaction { try await $0.run(Self.endless(backend)) }
      }
      #expect(inside.kind == .timeout(.statement))
    }
  }

  @Test(
    "A cancelled transaction is rolled back, whatever it was doing", .timeLimit(.minutes(5)),
    arguments: DatabaseBackend.allCases)
  func cancelledTransaction(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend, { $0.poolSize = 2 }) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE n (id int)")
      let inStatement = Task {
        try await database.transaction { transaction in
          try await transaction.run("INSERT INTO n VALUES (1)")
          try await transaction.run(Self.endless(backend))
        }
      }
      try await untilRunning(test)
      inStatement.cancel()
      let kind2 = try await failure { _ = try await inStatement.value }.kind
      #expect(kind2 == .cancelled)

      // Cancelled after its last statement: it must not commit.
      let (ready, isReady) = AsyncStream<Void>.makeStream()
      let atTheEnd = Task {
        try await database.transaction { transaction in
          try await transaction.run("INSERT INTO n VALUES (2)")
          isReady.yield()
          while !Task.isCancelled { await Task.yield() }
        }
      }
      for await _ in ready { break }
      atTheEnd.cancel()
      let kind3 = try await failure { _ = try await atTheEnd.value }.kind
      #expect(kind3 == .cancelled)
      #expect(try await database.one("SELECT count(*) AS n FROM n")?["n", as: Int.self] == 0)
    }
  }

  @Test(
    "A transaction whose time is over is rolled back although its body hangs", .timeLimit(.minutes(5)),
    arguments: DatabaseBackend.allCases)
  func hangingTransaction(_ backend: DatabaseBackend) async throws {
    let clock = TestClock()
    try await TestDatabase.with(backend, { $0.time = clock.source }) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE n (id int PRIMARY KEY)")
      let (goOn, goesOn) = AsyncStream<Void>.makeStream()
      let (hangs, isHanging) = AsyncStream<Void>.makeStream()
      let hanging = Task {
        try await database.transaction(deadline: .at(clock.source.now() + .seconds(60))) { transaction in
          try await transaction.run("INSERT INTO n VALUES (1)")
          isHanging.yield()
          for await _ in goOn { break }
          try await transaction.run("INSERT INTO n VALUES (2)")
        }
      }
      for await _ in hangs { break }
      clock.advance(by: .seconds(60))
      if let server = test.postgres {
        // Its lock is gone while its body still hangs.
        #expect(
          try await eventually {
            try server.connection.query(
              "SELECT 1 FROM pg_stat_activity WHERE application_name = current_setting('application_name') AND state = 'idle' AND query LIKE 'ROLLBACK%'"
            ).count == 1
          })
        try await database.run("INSERT INTO n VALUES (1)")
      }
      goesOn.yield()
      let error = try await failure { _ = try await hanging.value }
      #expect(error.isTimeout)
      #expect(
        try await database.one("SELECT count(*) AS n FROM n")?["n", as: Int.self]
          == (backend == .postgres ? 1 : 0))
    }
  }

  @Test(
    "A wait for another process' lock on the SQLite file can be cancelled, and has its limit",
    .timeLimit(.minutes(5)))
  func foreignLock() async throws {
    let file = try TestSQLite("PRAGMA journal_mode = WAL; CREATE TABLE n (id int)")
    var configuration = DatabaseConfiguration.sqlite(path: file.path)
    let patient = try Database(configuration)
    configuration.lockTimeout = .milliseconds(50)
    let hasty = try Database(configuration)
    _ = try await patient.query("SELECT 1")
    _ = try await hasty.query("SELECT 1")
    try file.execute("BEGIN IMMEDIATE")
    let kind4 = try await failure { try await hasty.run("INSERT INTO n VALUES (1)") }.kind
    #expect(kind4 == .locked)
    #expect(
      try await failure { _ = try await hasty.transaction { try await $0.run("INSERT INTO n VALUES (1)") } }
        .kind
        == .locked)
    let waiting = Task { try await patient.run("INSERT INTO n VALUES (2)") }
    #expect(try await eventually { patient.pool.open == 2 })
    waiting.cancel()
    let kind5 = try await failure { _ = try await waiting.value }.kind
    #expect(kind5 == .cancelled)
    let late = try await failure {
      try await patient.run("INSERT INTO n VALUES (3)", deadline: .after(.milliseconds(50)))
    }
    #expect(late.isTimeout)
    // Readers never wait.
    #expect(try await patient.query("SELECT * FROM n").isEmpty)
    let last = Task { try await patient.run("INSERT INTO n VALUES (4)") }
    try file.execute("COMMIT")
    #expect(try await last.value == 1)
    await patient.close()
    await hasty.close()
  }
}
