import Foundation
import Testing

@testable import Migrations

@Suite("Lint")
struct LintTests {
  private func rules(_ sql: String, head: String = "") throws -> [String] {
    let text = head + "-- kedge: up\n" + sql
    let content = try MigrationReader.read(file: "0001_a.sql", bytes: Array(text.utf8), kind: .both)
    return Linter.findings(in: try #require(content.up)).map(\.rule.id)
  }

  /// For each rule, statements that break it, and statements as they should be.
  static let cases: [(rule: String, broken: [String], fine: [String])] = [
    (
      "add-required-column", ["ALTER TABLE t ADD COLUMN a int NOT NULL"],
      ["ALTER TABLE t ADD a int NOT NULL DEFAULT 0", "ALTER TABLE t ADD a int"]
    ),
    (
      "volatile-default",
      ["ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid()", "ALTER TABLE t ADD COLUMN a bigserial"],
      ["ALTER TABLE t ADD a timestamptz DEFAULT now()", "ALTER TABLE t ADD a int DEFAULT 3"]
    ),
    ("change-type", ["ALTER TABLE t ALTER COLUMN a TYPE bigint"], ["ALTER TABLE t ALTER a SET DEFAULT 1"]),
    (
      "index-not-concurrent",
      ["CREATE INDEX i ON t (a)", "CREATE UNIQUE INDEX ON ONLY t (a)", "REINDEX TABLE t"],
      ["CREATE TABLE t (a int); CREATE INDEX i ON public.t (a)"]
    ),
    ("drop-index-not-concurrent", ["DROP INDEX i"], []),
    ("drop-table", ["DROP TABLE IF EXISTS t"], ["DROP VIEW v"]),
    (
      "drop-column", ["ALTER TABLE t DROP COLUMN a", "ALTER TABLE IF EXISTS ONLY t DROP a"],
      ["ALTER TABLE t DROP CONSTRAINT c"]
    ),
    ("drop-schema", ["DROP SCHEMA s CASCADE"], []),
    (
      "rename",
      ["ALTER TABLE t RENAME TO u", "ALTER TABLE t RENAME a TO b", "ALTER TYPE e RENAME VALUE 'a' TO 'b'"], []
    ),
    ("set-not-null", ["ALTER TABLE t ALTER a SET NOT NULL"], ["ALTER TABLE t ALTER a DROP NOT NULL"]),
    (
      "constraint-not-valid",
      ["ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u", "ALTER TABLE t ADD CHECK (a > 0)"],
      ["ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID"]
    ),
    (
      "unique-constraint",
      ["ALTER TABLE t ADD CONSTRAINT c UNIQUE (a)", "ALTER TABLE t ADD PRIMARY KEY (a)"],
      ["ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i"]
    ),
    (
      "validate-in-same-transaction",
      ["ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c"],
      ["ALTER TABLE t VALIDATE CONSTRAINT c"]
    ),
    ("truncate", ["TRUNCATE t"], []),
    (
      "rewrite-table", ["CLUSTER t USING i", "ALTER TABLE t SET LOGGED"],
      ["ALTER TABLE t SET (fillfactor = 80)"]
    ),
    ("lock-table", ["LOCK TABLE t"], []),
    (
      "several-locks", ["ALTER TABLE t ADD a int; ALTER TABLE u ADD a int"],
      [
        "ALTER TABLE t ADD a int; ALTER TABLE t ADD b int",
        "CREATE TABLE t (); ALTER TABLE t ADD a int; ALTER TABLE u ADD a int",
      ]
    ),
    ("delete-without-where", ["DELETE FROM t"], ["DELETE FROM t WHERE a = 1", "SELECT 'DELETE FROM t'"]),
    ("update-without-where", ["UPDATE t SET a = 1"], ["UPDATE t SET a = 1 WHERE a IS NULL"]),
  ]

  @Test("each rule finds what it is for, and leaves the safer way alone", arguments: cases)
  func rule(id: String, broken: [String], fine: [String]) throws {
    for sql in broken { #expect(try rules(sql).contains(id), "\(sql)") }
    for sql in fine { #expect(try !rules(sql).contains(id), "\(sql)") }
  }

  @Test("without a transaction, one statement is right and two aren't")
  func noTransaction() throws {
    let head = "-- kedge: no-transaction\n"
    #expect(try rules("CREATE INDEX CONCURRENTLY i ON t (a)", head: head) == [])
    #expect(
      try rules("CREATE INDEX CONCURRENTLY i ON t (a); DROP INDEX CONCURRENTLY j", head: head)
        == ["no-transaction-mixed"])
    #expect(try rules("VACUUM FULL t", head: head) == ["rewrite-table"])
    // Reading a file refuses it already; lint says so of SQL that comes from elsewhere.
    let statements = try StatementSplitter.split(Array("DROP INDEX CONCURRENTLY i".utf8), 0..<25)
    let part = MigrationFile.Part(file: "x", statements: statements, isTransaction: true, allowances: [])
    #expect(Linter.findings(in: part).map(\.rule.id) == ["concurrent-in-transaction"])
  }

  @Test("a reason above a statement lets that one pass, and one above the part all")
  func allowances() throws {
    let two = "-- kedge: allow truncate: it is a cache\nTRUNCATE t;\nTRUNCATE u;\n"
    #expect(try rules(two) == ["truncate"])
    #expect(try rules("TRUNCATE t;\nTRUNCATE u;", head: "-- kedge: allow truncate: caches\n") == [])
    #expect(try rules("-- kedge: allow rename: why not\nTRUNCATE t;") == ["truncate"])
  }

  @Test("a finding names the statement's place")
  func places() throws {
    let text = "-- kedge: up\nSELECT 1;\n  TRUNCATE t;"
    let content = try MigrationReader.read(file: "0001_a.sql", bytes: Array(text.utf8), kind: .both)
    let up = try #require(content.up)
    let finding = try #require(Linter.findings(in: up).first)
    #expect(finding.description.hasPrefix("0001_a.sql:3:3: warning: "))
    #expect(finding.description.hasSuffix("[truncate]"))
  }

  @Test("every rule has its heading on the page, with its words, and the page has no other")
  func documented() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/migration-lint.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let headings = text.split(separator: "\n").filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
    #expect(headings == LintRule.all.map(\.id))
    let tested = Set(Self.cases.map(\.rule)).union(["concurrent-in-transaction", "no-transaction-mixed"])
    #expect(tested == Set(LintRule.all.map(\.id)))
    let prose = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for rule in LintRule.all {
      #expect(prose.contains(rule.danger), "\(rule.id): \(rule.danger)")
      #expect(prose.contains(rule.saferWay), "\(rule.id): \(rule.saferWay)")
    }
  }
}
