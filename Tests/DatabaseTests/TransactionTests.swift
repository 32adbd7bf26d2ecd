import Database
import Postgres
import TestSupport
import Testing

@Suite("Transactions on both backends")
struct TransactionTests {
  struct Refused: Error {}

  private func ids(_ database: Database) async throws -> [Int] {
    try await database.all("SELECT id FROM n ORDER BY id") { try $0["id"] }
  }

  @Test("Savepoints in savepoints undo their own work alone", arguments: DatabaseBackend.allCases)
  func savepoints(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE n (id int PRIMARY KEY)")
      try await database.transaction { transaction in
        try await transaction.run("INSERT INTO n VALUES (1)")
        try await transaction.savepoint { outer in
          try await outer.run("INSERT INTO n VALUES (2)")
          await #expect(throws: Refused.self) {
            try await outer.savepoint { inner in
              try await inner.run("INSERT INTO n VALUES (3)")
              try await inner.savepoint { try await $0.run("INSERT INTO n VALUES (4)") }
              throw Refused()
            }
          }
          try await outer.savepoint { try await $0.run("INSERT INTO n VALUES (5)") }
        }
        // A statement that fails costs its savepoint alone.
        let error = try await failure {
          _ = try await transaction.savepoint { try await $0.run("INSERT INTO n VALUES (1)") }
        }
        #expect(error.isUniqueViolation)
        try await transaction.run("INSERT INTO n VALUES (6)")
      }
      #expect(try await ids(database) == [1, 2, 5, 6])
    }
  }

  @Test(
    "After a failed statement the transaction can only be rolled back", arguments: DatabaseBackend.allCases)
  func failedStatement(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE n (id int PRIMARY KEY)")
      let commit = try await failure {
        try await database.transaction { transaction in
          try await transaction.run("INSERT INTO n VALUES (1)")
          _ = try await failure { try await transaction.run("INSERT INTO n VALUES (1)") }
          // Passed over: so the end is an error.
        }
      }
      #expect(commit.kind == .transactionFailed)
      let next = try await failure {
        try await database.transaction { transaction in
          _ = try await failure { try await transaction.run("SELECT * FROM nowhere") }
          try await transaction.run("INSERT INTO n VALUES (2)")
        }
      }
      #expect(next.kind == .transactionFailed)
      #expect(try await ids(database) == [])
    }
  }

  @Test("A transaction that only reads refuses writes", arguments: DatabaseBackend.allCases)
  func readOnly(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE n (id int PRIMARY KEY)")
      let error = try await failure {
        _ = try await database.transaction(readOnly: true) { try await $0.run("INSERT INTO n VALUES (1)") }
      }
      #expect(error.kind == .readOnly)
      // It sees one state, whatever others commit meanwhile.
      try await database.transaction(isolation: .repeatableRead, readOnly: true) { transaction in
        _ = try await transaction.query("SELECT id FROM n")
        _ = try await Task.detached { try await database.run("INSERT INTO n VALUES (2)") }.value
        #expect(try await transaction.query("SELECT id FROM n").isEmpty)
      }
      #expect(try await ids(database) == [2])
    }
  }

  @Test(
    "The database's own calls are refused inside, and the transaction's outside",
    arguments: DatabaseBackend.allCases)
  func misuse(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE n (id int PRIMARY KEY)")
      let kept = Shared<Transaction?>(nil)
      try await database.transaction { transaction in
        let kind1 = try await failure { try await database.run("INSERT INTO n VALUES (1)") }.kind
        #expect(kind1 == .usage)
        let kind2 = try await failure { try await database.transaction { _ in } }.kind
        #expect(kind2 == .usage)
        kept.withLock { $0 = transaction }
      }
      let old = try #require(kept.withLock { $0 })
      let kind3 = try await failure { try await old.run("INSERT INTO n VALUES (1)") }.kind
      #expect(kind3 == .usage)
      #expect(try await ids(database) == [])
    }
  }

  @Test("Isolation is what was asked for")
  func isolation() async throws {
    try await TestDatabase.with(.postgres) { test in
      for (level, name) in [
        (IsolationLevel.readCommitted, "read committed"), (.repeatableRead, "repeatable read"),
        (.serializable, "serializable"),
      ] {
        let found = try await test.database.transaction(isolation: level) { transaction in
          try await transaction.one("SELECT current_setting('transaction_isolation') AS level")?[
            "level", as: String.self]
        }
        #expect(found == name)
      }
    }
  }

  /// Two transactions that each read both accounts and then write one: only one after the other is right.
  private func writeSkew(_ database: Database, retries: Int) async throws -> (
    results: [Result<Void, any Error>], runs: Int
  ) {
    try await database.runScript(
      "CREATE TABLE accounts (id int PRIMARY KEY, credits int); INSERT INTO accounts VALUES (1, 100), (2, 100)"
    )
    let runs = Shared(0)
    let readers = Shared(0)
    let results = await withTaskGroup(of: Result<Void, any Error>.self) { group in
      for account in 1...2 {
        group.addTask {
          do {
            try await database.transaction(isolation: .serializable, retries: retries) { transaction in
              let isFirstRun = runs.withLock { runs in
                runs += 1
                return runs <= 2
              }
              let total =
                try await transaction.one("SELECT sum(credits) AS total FROM accounts")?[
                  "total", as: Int.self] ?? 0
              if isFirstRun, database.backend == .postgres {
                // Both have read before either writes.
                readers.withLock { $0 += 1 }
                #expect(try await eventually { readers.withLock { $0 == 2 } })
              }
              guard total >= 150 else { return }
              try await transaction.run("UPDATE accounts SET credits = credits - 150 WHERE id = ?", [account])
            }
            return .success(())
          } catch { return .failure(error) }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    return (results, runs.withLock { $0 })
  }

  @Test(
    "Transactions that get in each other's way run again, if that was asked for", .timeLimit(.minutes(5)),
    arguments: DatabaseBackend.allCases)
  func retries(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let (results, runs) = try await writeSkew(test.database, retries: 3)
      for result in results { try result.get() }
      #expect(backend == .postgres ? runs > 2 : runs == 2)
      let row = try await test.database.one("SELECT sum(credits) AS total FROM accounts")
      #expect(try row?["total", as: Int.self] == 50)
    }
  }

  @Test("Without it, one of them hears of the conflict", .timeLimit(.minutes(5)))
  func noRetries() async throws {
    try await TestDatabase.with(.postgres) { test in
      let (results, runs) = try await writeSkew(test.database, retries: 0)
      #expect(runs == 2)
      let errors = results.compactMap { result -> DatabaseError? in
        if case .failure(let error) = result { error as? DatabaseError } else { nil }
      }
      #expect(errors.map(\.kind) == [.serialization])
      #expect(errors.first?.sqlState == "40001")
    }
  }

  @Test("Deadlocks count as such conflicts", .timeLimit(.minutes(5)))
  func deadlock() async throws {
    try await TestDatabase.with(.postgres) { test in
      let database = test.database
      try await database.runScript(
        "CREATE TABLE n (id int PRIMARY KEY, v int); INSERT INTO n VALUES (1, 0), (2, 0)")
      let locked = Shared(0)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for first in 1...2 {
          group.addTask {
            try await database.transaction(retries: 5) { transaction in
              try await transaction.run("UPDATE n SET v = v + 1 WHERE id = ?", [first])
              let isFirstRun = locked.withLock { locked in
                locked += 1
                return locked <= 2
              }
              if isFirstRun { #expect(try await eventually { locked.withLock { $0 >= 2 } }) }
              try await transaction.run("UPDATE n SET v = v + 1 WHERE id = ?", [3 - first])
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await database.all("SELECT v FROM n") { try $0["v", as: Int.self] } == [2, 2])
      #expect(locked.withLock { $0 } > 2)
    }
  }

  @Test("Prepared statements survive changes of the schema", arguments: DatabaseBackend.allCases)
  func schemaChanges(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend, { $0.poolSize = 2 }) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE n (id int); INSERT INTO n VALUES (1)")
      for _ in 0..<2 { #expect(try await database.one("SELECT * FROM n")?.columns == ["id"]) }
      try await database.runScript("ALTER TABLE n ADD COLUMN v int DEFAULT 5")
      #expect(try await database.one("SELECT * FROM n")?.columns == ["id", "v"])
      // In a transaction Postgres can't go on; it says so, and the next attempt is well.
      let inside = try await database.transaction { try await $0.one("SELECT * FROM n")?.columns }
      #expect(inside == ["id", "v"])
      try await database.runScript("ALTER TABLE n ADD COLUMN w int DEFAULT 6")
      let retried = try await database.transaction(retries: 2) {
        try await $0.one("SELECT * FROM n")?.columns
      }
      #expect(retried == ["id", "v", "w"])
    }
  }

  @Test("Statements that were displaced from the cache are gone from the server", arguments: [0, 3])
  func statementCache(_ size: Int) async throws {
    try await TestDatabase.with(
      .postgres,
      {
        $0.poolSize = 1; $0.statementCacheSize = size
      }
    ) { test in
      for number in 0..<10 {
        for _ in 0..<2 {
          let row = try await test.database.one("SELECT \(number) + ? AS n", [1])
          #expect(try row?["n", as: Int.self] == number + 1)
        }
      }
      // The question itself is one of those that are kept.
      let row = try await test.database.one("SELECT count(*) AS n FROM pg_prepared_statements")
      #expect(try row?["n", as: Int.self] == size)
    }
  }
}
