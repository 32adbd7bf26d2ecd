import Testing

@testable import Migrations

@Suite("Splitting SQL")
struct SplitterTests {
  private func split(_ sql: String) throws -> [String] {
    try StatementSplitter.split(Array(sql.utf8), 0..<sql.utf8.count).map(\.text)
  }

  @Test(
    "a semicolon ends a statement only where PostgreSQL thinks so",
    arguments: [
      ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
      ("SELECT ';'; SELECT 'it''s;'", ["SELECT ';'", "SELECT 'it''s;'"]),
      (#"SELECT E'\';'; SELECT '\'; SELECT 3"#, [#"SELECT E'\';'"#, #"SELECT '\'"#, "SELECT 3"]),
      ("SELECT $$;$$; SELECT $a$ $$;$b$; $a$;", ["SELECT $$;$$", "SELECT $a$ $$;$b$; $a$"]),
      ("SELECT a$b; SELECT c$d", ["SELECT a$b", "SELECT c$d"]),
      ("SELECT $1; SELECT $2", ["SELECT $1", "SELECT $2"]),
      ("SELECT 1 -- no; end\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
      ("SELECT 1 /* ; /* ; */ ; */; SELECT 2", ["SELECT 1", "SELECT 2"]),
      (
        #"SELECT "a;""b"; SELECT U&"x;"; SELECT U&';'"#,
        [#"SELECT "a;""b""#, #"SELECT U&"x;""#, "SELECT U&';'"]
      ),
      (
        "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3",
        ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 3"]
      ),
      (
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3",
        [
          "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
          "SELECT 3",
        ]
      ),
      (";;  -- nothing\n;", []),
    ])
  func statements(sql: String, expected: [String]) throws {
    #expect(try split(sql) == expected)
  }

  @Test(
    "what isn't closed is named, at its beginning",
    arguments: ["'a", "\"a", "$x$ a", "/* a /* b */", "E'\\'"])
  func unclosed(sql: String) throws {
    let problem = #expect(throws: StatementSplitter.Problem.self) { try split("SELECT 1; " + sql) }
    #expect(problem?.offset == 10)
    #expect(problem?.message.contains("isn't closed") == true)
  }

  @Test("lines and columns count characters, also behind other alphabets")
  func places() throws {
    let sql = "SELECT 'é';\n  SELECT 'ü', nowhere"
    let statements = try StatementSplitter.split(Array(sql.utf8), 0..<sql.utf8.count)
    #expect(statements.map(\.line) == [1, 2])
    #expect(statements.map(\.column) == [1, 3])
    let place = statements[1].place(ofCharacter: 13)
    #expect(place.line == 2 && place.column == 15)
  }

  @Test("what can't be in a transaction is known, and which index it makes")
  func transactions() throws {
    func one(_ sql: String) throws -> SQLStatement {
      try StatementSplitter.split(Array(sql.utf8), 0..<sql.utf8.count)[0]
    }
    for sql in [
      "CREATE INDEX CONCURRENTLY i ON t (a)", "VACUUM t", "DROP DATABASE x", "ALTER SYSTEM SET a = 1",
    ] {
      #expect(try one(sql).needsNoTransaction, "\(sql)")
    }
    for sql in ["CREATE INDEX i ON t (a)", "SELECT 'CONCURRENTLY'", "CREATE TABLE vacuum_log (a int)"] {
      #expect(try !one(sql).needsNoTransaction, "\(sql)")
    }
    let made = try one(
      "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS By_Name ON ONLY public.\"Users\" (name)"
    ).concurrentIndex
    #expect(made?.name == "by_name")
    #expect(made?.table == ["public", "Users"])
  }
}
