import Postgres
import TestSupport
import Testing

@testable import Database

@Suite("Placeholders")
struct PlaceholderTests {
  private func translated(_ sql: String, _ backend: DatabaseBackend) throws -> SQLTranslation {
    try SQLTranslator.translate(sql, for: backend)
  }

  @Test(
    "Postgres gets $1, $2, … and strings, names and comments stay as they are",
    arguments: [
      ("SELECT ?, ?", "SELECT $1, $2", 2),
      ("SELECT $2, $1, $2", "SELECT $2, $1, $2", 2),
      ("SELECT '?', \"?\", ?", "SELECT '?', \"?\", $1", 1),
      ("SELECT 'it''s ?', ?", "SELECT 'it''s ?', $1", 1),
      ("SELECT 'a\\', ?, 'b'", "SELECT 'a\\', $1, 'b'", 1),
      ("SELECT E'a\\'?', ?", "SELECT E'a\\'?', $1", 1),
      ("SELECT e'\\\\', ?", "SELECT e'\\\\', $1", 1),
      ("SELECT E'a'\n  '\\'?', ?", "SELECT E'a'\n  '\\'?', $1", 1),
      ("SELECT E'a' -- ?\n '\\'?', ?", "SELECT E'a' -- ?\n '\\'?', $1", 1),
      ("SELECT namee'\\', ?", "SELECT namee'\\', $1", 1),
      ("SELECT $$?$$, $a$ $$ ? $b$ $a$, ?", "SELECT $$?$$, $a$ $$ ? $b$ $a$, $1", 1),
      ("SELECT a$1, ?", "SELECT a$1, $1", 1),
      ("SELECT a$$?", "SELECT a$$ $1", 1),
      ("-- ? $1\nSELECT ?", "-- ? $1\nSELECT $1", 1),
      ("-- ?\rSELECT ?", "-- ?\rSELECT $1", 1),
      ("/* ? /* ? */ ' ? */ SELECT ?", "/* ? /* ? */ ' ? */ SELECT $1", 1),
      ("SELECT a ?? 'k', a ??| b, a @?? c, ?", "SELECT a ? 'k', a ?| b, a @? c, $1", 1),
      ("SELECT a ??? ", "SELECT a ?$1 ", 1),
      ("SELECT a[?]", "SELECT a[$1]", 1),
      ("WHERE a=?AND b=?", "WHERE a=$1 AND b=$2", 2),
      ("SELECT 1?", "SELECT 1 $1", 1),
      ("SELECT ?::int", "SELECT $1::int", 1),
      ("SELECT '\u{1F600}?', ü?, ?", "SELECT '\u{1F600}?', ü $1, $2", 2),
      ("SELECT U&'\\0041?', ?", "SELECT U&'\\0041?', $1", 1),
      ("SELECT 'open ?", "SELECT 'open ?", 0),
      ("/* open ?", "/* open ?", 0),
      ("SELECT $x$ open ?", "SELECT $x$ open ?", 0),
      ("", "", 0),
    ])
  func postgres(_ sql: String, _ expected: String, _ count: Int) throws {
    let translation = try translated(sql, .postgres)
    #expect(translation.sql == expected)
    #expect(translation.parameterCount == count)
  }

  @Test(
    "SQLite gets ?1, ?2, … by its own rules of what a string is",
    arguments: [
      ("SELECT ?, ?", "SELECT ?1, ?2", 2),
      ("SELECT $2, $1", "SELECT ?2, ?1", 2),
      ("SELECT [a?b], `c?`, \"d?\", 'e?', ?", "SELECT [a?b], `c?`, \"d?\", 'e?', ?1", 1),
      ("SELECT E'a\\', ?", "SELECT E'a\\', ?1", 1),
      ("/* /* */ SELECT ?", "/* /* */ SELECT ?1", 1),
      ("SELECT ?||'x'", "SELECT ?1||'x'", 1),
      ("-- ?\r still ?\nSELECT ?", "-- ?\r still ?\nSELECT ?1", 1),
    ])
  func sqlite(_ sql: String, _ expected: String, _ count: Int) throws {
    let translation = try translated(sql, .sqlite)
    #expect(translation.sql == expected)
    #expect(translation.parameterCount == count)
  }

  @Test(
    "What can't be meant is refused on both backends",
    arguments: [
      "SELECT ?, $1", "SELECT $1, ?", "SELECT ?1", "SELECT $0", "SELECT $99999", "SELECT $1abc", "SELECT \0",
    ], DatabaseBackend.allCases)
  func refused(_ sql: String, _ backend: DatabaseBackend) {
    #expect { try SQLTranslator.translate(sql, for: backend) } throws: {
      ($0 as? DatabaseError)?.kind == .placeholders
    }
  }

  @Test("SQLite refuses what only Postgres has", arguments: ["SELECT a ?? 'k'", "SELECT $tag$ x $tag$"])
  func refusedBySQLite(_ sql: String) {
    #expect { try SQLTranslator.translate(sql, for: .sqlite) } throws: {
      ($0 as? DatabaseError)?.kind == .placeholders
    }
  }

  /// Pieces that hide question marks and dollar signs, each as valid SQL for a value, and what is between values.
  private static let values: [DatabaseBackend: [String]] = [
    .postgres: [
      "'?'", "'$1'", "'''?'", "'\\'", "E'\\'?'", "E'\\\\'", "e'''?\\''", "E'a'\n'\\'?'",
      "E'x'\t-- ' ?\n '\\'?'",
      "$$ ? ' $$", "$q$ ?$1 $$ $q$", "$ü1$ '?' $ü1$", "U&'?\\0041'", "X'1F'",
      "(SELECT \"a?$1\" FROM (SELECT 7) \"t?\"(\"a?$1\"))",
      "1", "-1", "(ARRAY[1,2])[1]", "('{\"a\":1}'::jsonb ?? 'a')", "'{\"a\":1}'::jsonb ??| ARRAY['a','?']",
      "NULL",
      "'a'\n'?'",
    ],
    .sqlite: [
      "'?'", "'$1'", "'''?'", "'\\'", "x'1F'", "1", "-1", "NULL", "(SELECT [a?$1] FROM (SELECT 7 AS [a?$1]))",
      "(SELECT `b?` FROM (SELECT 7 AS `b?`))", "(SELECT \"c?\"\"$1\" FROM (SELECT 7 AS \"c?\"\"$1\"))",
      "'E\\'",
    ],
  ]
  private static let gaps: [DatabaseBackend: [String]] = [
    .postgres: [" ", "\n", "/* ? */", "/* /* ' ? */ $1 */", "-- ' ?\n", "--$$\r", "\t"],
    .sqlite: [" ", "\n", "/* ? */", "/* /* ' $1 */", "-- ' ?\n", "--\"\r?\n", "\t"],
  ]

  @Test(
    "Statements of adversarial pieces run, and give back their parameters",
    arguments: DatabaseBackend.allCases)
  func property(_ backend: DatabaseBackend) async throws {
    let values = try #require(Self.values[backend])
    let gaps = try #require(Self.gaps[backend])
    try await TestDatabase.with(backend, { $0.statementCacheSize = 4 }) { test in
      for trial in 0..<300 {
        var random = SeededRandom(seed: 20_260, stream: UInt64(trial))
        let isNumbered = random.below(2) == 0
        var columns: [String] = []
        var parameters: [String] = []
        for column in 0..<random.within(1...8) {
          var text = random.pick(gaps)
          if random.below(2) == 0 {
            parameters.append("value \(column) of \(trial)?")
            text +=
              "CAST(" + random.pick(gaps) + (isNumbered ? "$\(parameters.count)" : "?") + random.pick(gaps)
              + "AS text)"
            columns.append(text + random.pick(gaps) + "AS p\(parameters.count)")
          } else if isNumbered || true {
            columns.append(text + random.pick(values) + random.pick(gaps) + "AS x\(column)")
          }
        }
        let sql = random.pick(gaps) + "SELECT" + columns.joined(separator: ",")
        do {
          let row = try #require(try await test.database.one(sql, parameters))
          for (index, value) in parameters.enumerated() {
            #expect(try row["p\(index + 1)", as: String.self] == value, "trial \(trial): \(sql)")
          }
          #expect(row.columns.count == columns.count)
        } catch {
          Issue.record("trial \(trial): \(error)\n\(sql)")
        }
      }
    }
  }

  @Test("The number of values has to fit, and nothing is sent otherwise", arguments: DatabaseBackend.allCases)
  func count(_ backend: DatabaseBackend) async throws {
    try await TestDatabase.with(backend) { test in
      let few = try await failure { _ = try await test.database.query("SELECT CAST(? AS int) + ?", [1]) }
      #expect(few.kind == .placeholders)
      #expect(few.description == "The statement has placeholders for 2 values, and 1 were given.")
      let many = try await failure { _ = try await test.database.query("SELECT 1", [1]) }
      #expect(many.kind == .placeholders)
      // Postgres' operator, escaped, beside both styles.
      guard backend == .postgres else { return }
      let row = try await test.database.one(
        "SELECT CAST($1 AS jsonb) ?? $2 AS has, CAST($1 AS jsonb) ?? 'b' AS not_b", ["{\"a\": 1}", "a"])
      #expect(try row?["has", as: Bool.self] == true)
      #expect(try row?["not_b", as: Bool.self] == false)
    }
  }
}
