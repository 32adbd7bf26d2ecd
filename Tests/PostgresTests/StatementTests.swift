import Postgres
import Testing

@Suite struct StatementTests {
  @Test func sendsEachKindOfParameter() throws {
    try TestDatabase.with { connection throws in
      try connection.execute(
        "CREATE TABLE t (a text, b int, c bool, d bytea, e jsonb, f numeric, g timestamptz)")
      let count = try connection.execute(
        "INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6, $7), ($8, $8::text::int, null, null, null, null, null)",
        [
          "ünï'\\ \u{1F511}", -7, true, .bytes([0, 1, 0xFF, 0x27]), #"{"a": 1}"#, "12.50",
          "2024-02-29 12:00+02", .null,
        ])
      #expect(count == 2)
      let rows = try connection.query("SELECT * FROM t ORDER BY a NULLS LAST")
      #expect(try rows[0]["a"] == "ünï'\\ \u{1F511}")
      #expect(try rows[0].int("b") == -7)
      #expect(try rows[0].bool("c"))
      #expect(try rows[0].bytes("d") == [0, 1, 0xFF, 0x27])
      #expect(try rows[0]["e"] == #"{"a": 1}"#)
      #expect(try rows[0]["f"] == "12.50")
      #expect(try rows[0]["g"] == "2024-02-29 10:00:00+00")
      #expect(rows[0][1] == "-7")
      #expect(rows[0].columnNames == ["a", "b", "c", "d", "e", "f", "g"])
      let first = rows[0]
      let error = #expect(throws: PostgresError.self) { try first["z"] }
      #expect(error?.message == "The query has no column \"z\"; it has a, b, c, d, e, f, g.")
      #expect(try rows[1]["a"] == nil)
      #expect(try rows[1].optionalInt("b") == nil)
      #expect(try rows[1].optionalBytes("d") == nil)
      #expect(throws: PostgresError.self) { try rows[1].int("b") }
      #expect(throws: PostgresError.self) { try rows[0].int("a") }
    }
  }

  @Test func keepsWideIntegersEmptyTextAndEmptyBytes() throws {
    try TestDatabase.with { connection throws in
      let row = try connection.query(
        "SELECT $1 AS low, $2 AS high, $3::text AS text, $4 AS bytes",
        [.integer(.min), .integer(.max), "", .bytes([])])[0]
      #expect(try row.int("low") == .min)
      #expect(try row.int("high") == .max)
      #expect(try row["text"] == "")
      #expect(try row.bytes("bytes") == [])
    }
  }

  @Test func refusesNUL() throws {
    try TestDatabase.with { connection throws in
      for body in [
        { _ = try connection.query("SELECT $1::text", ["a\0b"]) },
        { _ = try connection.execute("SELECT 1\0garbage") },
        { _ = try connection.query("SELECT \(quoteLiteral("a\0b"))") },
      ] {
        let error = try #require(throws: PostgresError.self) { try body() }
        #expect(error.code == .usage)
      }
      #expect(try connection.query("SELECT 1 AS one")[0].int("one") == 1)
    }
  }

  @Test func countsTheLastStatementsRows() throws {
    try TestDatabase.with { connection throws in
      #expect(
        try connection.execute("CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 5)") == 5)
      #expect(try connection.execute("DELETE FROM t WHERE a > $1", [3]) == 2)
      #expect(try connection.execute("") == 0)
    }
  }

  @Test func namesWhatTheServerRefused() throws {
    try TestDatabase.with { connection throws in
      try connection.execute(
        "CREATE TABLE u (a int CONSTRAINT one_of_each UNIQUE); INSERT INTO u VALUES (4711)")
      let duplicate = try #require(throws: PostgresError.self) {
        try connection.execute("INSERT INTO u VALUES (4711)")
      }
      #expect(duplicate.code == .server)
      #expect(duplicate.sqlState == "23505")
      #expect(duplicate.constraint == "one_of_each")
      #expect(duplicate.table == "u")
      #expect(!duplicate.isRetryable)
      #expect(!duplicate.isConnectionLost)
      #expect(!duplicate.description.contains("4711"))
      #expect(duplicate.description.contains("23505"))
      #expect(duplicate.expandedDescription.contains("4711"))

      let syntax = try #require(throws: PostgresError.self) { try connection.execute("SELEC 1") }
      #expect(syntax.sqlPosition == 1)
      #expect(syntax.sqlState == "42601")
    }
  }

  @Test func hidesTheValuesThatDataExceptionsQuote() throws {
    try TestDatabase.with { connection throws in
      for sql in [
        "SELECT 'se\"cret'::int", "SELECT 'se\"cret'::date", "SELECT 'se\"cret'::uuid",
        "SELECT 'se\"cret'::inet",
      ] {
        let error = try #require(throws: PostgresError.self) { try connection.query(sql) }
        #expect(!error.description.contains("cret"))
        #expect(error.expandedDescription.contains("cret"))
      }
    }
  }

  @Test func refusesCopyAsAPlainStatement() throws {
    try TestDatabase.with { connection throws in
      try connection.execute("CREATE TABLE t (a int)")
      #expect(throws: PostgresError.self) { try connection.execute("COPY t FROM STDIN") }
      #expect(throws: PostgresError.self) {
        try connection.execute("COPY (SELECT generate_series(1, 1000000)) TO STDOUT")
      }
      #expect(try connection.query("SELECT count(*) AS count FROM t")[0].int("count") == 0)
    }
  }

  @Test func handsNoticesOver() throws {
    try TestDatabase.with { connection throws in
      nonisolated(unsafe) var heard: [PostgresNotice] = []
      connection.notices = { heard.append($0) }
      try connection.execute("DO $$ BEGIN RAISE WARNING 'mind the gap'; END $$")
      #expect(heard.map(\.message) == ["mind the gap"])
      #expect(heard.map(\.severity) == ["WARNING"])
    }
  }

  @Test(arguments: [
    "plain", "it's", "back\\slash", "both\\'", "", "ünï🔑", "\"double\"", "new\nline", "$1", "e\u{301}'",
  ])
  func quotesLiteralsAndIdentifiers(text: String) throws {
    try TestDatabase.with { connection throws in
      for setting in ["on", "off"] {
        try connection.execute(
          "SET standard_conforming_strings TO \(setting); SET escape_string_warning TO off")
        #expect(try connection.query("SELECT \(quoteLiteral(text)) AS value")[0]["value"] == text)
      }
      if !text.isEmpty {
        #expect(try connection.query("SELECT 1 AS \(quoteIdentifier(text))")[0].columnNames == [text])
      }
    }
  }
}
