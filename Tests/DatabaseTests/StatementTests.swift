import Database
import Foundation
import TestSupport
import Testing

@Suite("Statements on both backends")
struct StatementTests {
  @Test("Both placeholder styles, rows, one row, affected rows", arguments: DatabaseBackend.allCases)
  func statements(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let database = test.database
      #expect(database.backend == backend)
      try await database.runScript(
        "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, note text)")
      let none: String? = nil
      #expect(try await database.run("INSERT INTO users VALUES (?, ?, ?)", [1, "a@x.de", none]) == 1)
      #expect(
        try await database.run("INSERT INTO users VALUES ($1, $2, $3), ($4, $2, 'b')", [2, "b@x.de", nil, 3])
          == 2)
      let rows = try await database.all("SELECT id, email, note FROM users WHERE id > $1 ORDER BY id", [1])
      #expect(try rows.map { try $0["id", as: Int.self] } == [2, 3])
      #expect(try rows.map { try $0["note", as: String?.self] } == [nil, "b"])
      let one = try await database.one("SELECT email FROM users WHERE id = ?", [1])
      #expect(try one?["email", as: String.self] == "a@x.de")
      #expect(try await database.one("SELECT 1 FROM users WHERE id = 9") == nil)
      let several = try await failure { _ = try await database.one("SELECT id FROM users") }
      #expect(several.kind == .tooManyRows)
      #expect(try await database.run("UPDATE users SET note = ? WHERE id < ?", ["n", 3]) == 2)
      #expect(try await database.run("DELETE FROM users WHERE id = 77") == 0)
      let kept = try await database.query("DELETE FROM users WHERE id = ? RETURNING id", [3])
      #expect(try kept.map { try $0["id", as: Int.self] } == [3])
    }
  }

  @Test("A transaction commits, and rolls back when its body throws", arguments: DatabaseBackend.allCases)
  func transactions(_ backend: DatabaseBackend) async throws {
    struct Refused: Error {}
    try await TestDatabase.with(backend) { test in
      let database = test.database
      try await database.runScript("CREATE TABLE t (n int PRIMARY KEY)")
      try await database.transaction { transaction in
        try await transaction.run("INSERT INTO t VALUES (?)", [1])
        await #expect(throws: Refused.self) {
          try await transaction.savepoint { inner in
            try await inner.run("INSERT INTO t VALUES (2)")
            throw Refused()
          }
        }
        try await transaction.savepoint { try await $0.run("INSERT INTO t VALUES (3)") }
      }
      await #expect(throws: Refused.self) {
        try await database.transaction { transaction in
          try await transaction.run("INSERT INTO t VALUES (4)")
          throw Refused()
        }
      }
      let rows = try await database.query("SELECT n FROM t ORDER BY n")
      #expect(try rows.map { try $0["n", as: Int.self] } == [1, 3])
    }
  }
}
