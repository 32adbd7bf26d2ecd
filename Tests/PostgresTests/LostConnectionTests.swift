import Executors
import Postgres
import Testing

@Suite struct LostConnectionTests {
  private func terminate(_ connection: PostgresConnection) throws {
    let administrator = try PostgresConnection(TestDatabase.server())
    defer { administrator.close() }
    // Waits until the process has gone.
    let row = try administrator.query(
      "SELECT pg_terminate_backend($1::int4, 10000) AS gone", [.integer(connection.backendProcess)])[0]
    #expect(try row.bool("gone"))
  }

  @Test func duringAStatement() throws {
    try TestDatabase.with { connection throws in
      try terminate(connection)
      let error = try #require(throws: PostgresError.self) { try connection.execute("SELECT 1") }
      #expect(error.isConnectionLost)
      #expect(error.isRetryable)
      #expect(error.code == .connection)
      #expect(!connection.isAlive)
      let again = try #require(throws: PostgresError.self) { try connection.query("SELECT 1") }
      #expect(again.isConnectionLost)
    }
  }

  @Test func duringATransaction() throws {
    try TestDatabase.with { connection throws in
      let error = try #require(throws: PostgresError.self) {
        try connection.transaction { try terminate(connection) }
      }
      #expect(error.isConnectionLost)
    }
  }

  @Test func duringACopyIn() throws {
    try TestDatabase.with { connection throws in
      try connection.execute("CREATE TABLE t (a int)")
      try connection.beginCopyIn("COPY t FROM STDIN")
      try connection.put(Array("1\n".utf8))
      try terminate(connection)
      let error = try #require(throws: PostgresError.self) {
        for _ in 0..<1000 { try connection.put(Array(repeating: UInt8(ascii: "\n"), count: 100_000)) }
        _ = try connection.endCopyIn()
      }
      #expect(error.isConnectionLost)
    }
  }

  @Test func duringACopyOut() throws {
    try TestDatabase.with { connection throws in
      let cursor = try connection.openCopyOut("COPY (SELECT generate_series(1, 2000000000)) TO STDOUT")
      _ = try cursor.next()
      try terminate(connection)
      let error = try #require(throws: PostgresError.self) { while try cursor.next() != nil {} }
      #expect(error.isConnectionLost)
      cursor.close()
    }
  }

  @Test func whileAStatementRuns() throws {
    let error = try failureOfALongStatement { administrator, connection in
      try administrator.execute("SELECT pg_terminate_backend($1::int4)", [.integer(connection.process)])
    }
    #expect(error.isConnectionLost)
    #expect(error.isRetryable)
  }

  @Test func cancelFromAnotherThread() throws {
    let error = try failureOfALongStatement { _, connection in
      #expect(connection.cancel.cancel())
    }
    #expect(error.isCancelled)
    #expect(error.sqlState == "57014")
    #expect(!error.isConnectionLost)
    #expect(!error.isRetryable)
  }

  private struct Target {
    var process: Int
    var cancel: PostgresCancel
  }

  /// Runs a statement that takes a minute, and `interrupt` from another thread once the server is at it.
  private func failureOfALongStatement(
    _ interrupt: @escaping @Sendable (PostgresConnection, Target) throws -> Void
  ) throws -> PostgresError {
    try TestDatabase.with { connection throws in
      let target = Target(process: connection.backendProcess, cancel: connection.cancelHandle)
      // Used by the first thread alone, while this one waits for both.
      nonisolated(unsafe) let connection = connection
      let failures = try parallel(2, name: "interrupt", stop: StopFlag()) { index -> PostgresError? in
        if index == 0 {
          let error = try #require(throws: PostgresError.self) { try connection.query("SELECT pg_sleep(60)") }
          if !error.isConnectionLost { #expect(try connection.query("SELECT 1 AS one")[0].int("one") == 1) }
          return error
        }
        let administrator = try PostgresConnection(TestDatabase.server())
        defer { administrator.close() }
        while try administrator.query(
          "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND query LIKE 'SELECT pg_sleep%' AND state = 'active'",
          [.integer(target.process)]
        ).isEmpty {}
        try interrupt(administrator, target)
        return nil
      }
      return try #require(failures[0])
    }
  }
}
