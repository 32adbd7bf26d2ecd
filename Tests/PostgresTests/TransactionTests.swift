import Postgres
import Testing

@Suite struct TransactionTests {
  struct Stop: Error {}

  private func withTable(_ body: (PostgresConnection) throws -> Void) throws {
    try TestDatabase.with { connection throws in
      try connection.execute("CREATE TABLE t (a int PRIMARY KEY)")
      try body(connection)
    }
  }

  private func values(_ connection: PostgresConnection) throws -> [Int] {
    try connection.query("SELECT a FROM t ORDER BY a").map { try $0.int("a") }
  }

  @Test func commitsAndRollsBack() throws {
    try withTable { connection throws in
      let value = try connection.transaction {
        try connection.execute("INSERT INTO t VALUES (1)")
        #expect(connection.isInTransaction)
        return "done"
      }
      #expect(value == "done")
      #expect(throws: Stop.self) {
        try connection.transaction {
          try connection.execute("INSERT INTO t VALUES (2)")
          throw Stop()
        }
      }
      #expect(!connection.isInTransaction)
      #expect(try values(connection) == [1])
    }
  }

  @Test func keepsTheFirstError() throws {
    try withTable { connection throws in
      let error = try #require(throws: PostgresError.self) {
        try connection.transaction { try connection.execute("INSERT INTO t VALUES (1), (1)") }
      }
      #expect(error.sqlState == "23505")
      #expect(!connection.isInTransaction)
    }
  }

  @Test func refusesToCommitAfterAnErrorThatWasPassedOver() throws {
    try withTable { connection throws in
      let error = try #require(throws: PostgresError.self) {
        try connection.transaction {
          try connection.execute("INSERT INTO t VALUES (1)")
          do { try connection.execute("SELECT 1 / 0") } catch {}
        }
      }
      #expect(error.code == .usage)
      #expect(try values(connection).isEmpty)
    }
  }

  @Test func refusesNestingAndOddEnds() throws {
    try withTable { connection throws in
      #expect(throws: PostgresError.self) { try connection.transaction { try connection.transaction {} } }
      #expect(throws: PostgresError.self) { try connection.transaction { try connection.execute("COMMIT") } }
      #expect(throws: PostgresError.self) {
        try connection.transaction { try connection.beginCopyIn("COPY t FROM STDIN") }
      }
      #expect(throws: PostgresError.self) { try connection.transaction(isolation: "chaos; DROP TABLE t") {} }
      #expect(throws: PostgresError.self) { try connection.savepoint {} }
      #expect(!connection.isInTransaction)
      #expect(try values(connection).isEmpty)
    }
  }

  @Test func hasIsolationAndReadOnly() throws {
    try withTable { connection throws in
      try connection.transaction(isolation: "repeatable read", readOnly: true) { () throws in
        #expect(try connection.query("SHOW transaction_isolation")[0][0] == "repeatable read")
        #expect(try connection.query("SHOW transaction_read_only")[0][0] == "on")
      }
      let error = try #require(throws: PostgresError.self) {
        try connection.transaction(readOnly: true) { try connection.execute("INSERT INTO t VALUES (1)") }
      }
      #expect(error.sqlState == "25006")
    }
  }

  @Test func savepointsUndoTheirOwnWorkAlone() throws {
    try withTable { connection throws in
      try connection.transaction {
        try connection.execute("INSERT INTO t VALUES (1)")
        #expect(throws: PostgresError.self) {
          try connection.savepoint {
            try connection.execute("INSERT INTO t VALUES (2)")
            try connection.execute("INSERT INTO t VALUES (1)")
          }
        }
        try connection.savepoint {
          try connection.execute("INSERT INTO t VALUES (3)")
          #expect(throws: Stop.self) {
            try connection.savepoint {
              try connection.execute("INSERT INTO t VALUES (4)")
              throw Stop()
            }
          }
        }
        #expect(throws: PostgresError.self) {
          try connection.savepoint {
            try connection.beginCopyIn("COPY t FROM STDIN")
            try connection.put(Array("1\n".utf8))
            _ = try connection.endCopyIn()
          }
        }
      }
      #expect(try values(connection) == [1, 3])
    }
  }

  @Test func reportsDeferredConstraintsAtTheCommit() throws {
    try withTable { connection throws in
      try connection.execute("CREATE TABLE child (a int REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
      let error = try #require(throws: PostgresError.self) {
        try connection.transaction { try connection.execute("INSERT INTO child VALUES (9)") }
      }
      #expect(error.sqlState == "23503")
      #expect(!connection.isInTransaction)
    }
  }
}
