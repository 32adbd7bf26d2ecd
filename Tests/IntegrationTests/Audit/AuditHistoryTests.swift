import Audit
import Catalog
import Foundation
import Mapping
import Postgres
import TestSupport
import Testing

/// Past audits are read back as they were, a page at a time, and tell no personal key.
@Suite("The history of audits")
struct AuditHistoryTests {
  private static let people = """
    entity: people
    owner: core
    source: { store: file, table: people }
    key: [id, email]
    fields:
      id: bigint
      email: { type: text, personal: true }
      name: text
    """

  private func scene() throws -> (TestPostgres, Engine) {
    let source = try TestSQLite(
      "CREATE TABLE people (id INTEGER, email TEXT, name TEXT, PRIMARY KEY (id, email))")
    for number in 1...5 {
      try source.execute("INSERT INTO people VALUES (\(number), 'e\(number)', 'n\(number)')")
    }
    let target = try TestPostgres()
    let engine = try Engine(sqlite: source, into: target, Self.people)
    _ = try engine.backfill()
    return (target, engine)
  }

  @Test("an audit's report is kept, without differences, and has them again when it is shown")
  func kept() throws {
    let (target, engine) = try scene()
    try target.execute("DELETE FROM core.people WHERE id = 2")
    let report = try engine.audit()
    #expect(report.hasDrift)
    let history = AuditHistory(target.connection, set: "test", plans: try engine.plans())
    var past = try #require(try history.find(report.run)?.report)
    #expect(past.entities[0].differences.isEmpty)
    #expect(past.entities[0].tally == report.entities[0].tally)
    try history.list(20, in: &past)
    #expect(try Self.written(past) == Self.written(report))
    #expect(past.entities[0].differences[0].key[0] == "2")
    #expect(past.entities[0].differences[0].key[1].hasPrefix("sha256:"))
    #expect(try AuditHistory(target.connection, set: "other", plans: []).find(report.run) == nil)
    #expect(try history.find(report.run + 1) == nil)
    #expect(try history.list(limit: 5).map(\.run) == [report.run])
    #expect(try history.list(limit: 5, before: report.run).isEmpty)
  }

  /// The report as its JSON has it: times to the millisecond.
  private static func written(_ report: AuditReport) throws -> AuditReport {
    try JSONDecoder().decode(AuditReport.self, from: JSONEncoder().encode(report))
  }

  @Test("every difference is handed over once, whatever it holds; what the mapping doesn't know is a digest")
  func pages() throws {
    let (target, engine) = try scene()
    let run = try engine.audit().run
    try target.execute(
      """
      INSERT INTO kedge.audit_differences (run, entity, kind, key, columns, evidence, rule, first_seen, looks)
      SELECT \(run), 'people', 'different', ARRAY[n::text, 'e' || n], ARRAY['name', 'a,b"{}'],
        jsonb_build_object('name', jsonb_build_object('source', E'x\\n"' || n, 'target', NULL)), 'rule', 'epoch', 3
      FROM generate_series(1, 1201) n
      """)
    try target.execute(
      """
      INSERT INTO kedge.audit_differences (run, entity, kind, key, state) VALUES
        (\(run), 'gone', 'extra', ARRAY['secret'], 'confirmed'), (\(run), 'people', 'extra', ARRAY['7', 'x'], 'suspected')
      """)
    let history = AuditHistory(target.connection, set: "test", plans: try engine.plans())
    var found: [AuditDifference] = []
    try history.eachDifference(run) { found.append($0) }
    #expect(found.count == 1202)
    #expect(found.prefix(1201).map { $0.key[0] } == (1...1201).map(String.init))
    #expect(
      found[41].columns == [
        ColumnEvidence(column: "name", source: "x\n\"42", target: nil), ColumnEvidence(column: "a,b\"{}"),
      ])
    #expect(
      found[41].looks == 3 && found[41].rule == "rule"
        && found[41].firstSeen == Date(timeIntervalSince1970: 0))
    #expect(found.allSatisfy { $0.key.last?.hasPrefix("sha256:") == true })
    #expect(found.last?.key == ["sha256:2bb80d537b1d"])
    var some = 0
    try history.eachDifference(run, entities: ["gone"]) { _ in some += 1 }
    #expect(some == 1)
  }

  @Test("a report that can't be read is an error that says which, and one without a report is told apart")
  func unreadable() throws {
    let (target, engine) = try scene()
    let run = try engine.audit().run
    let history = AuditHistory(target.connection, set: "test", plans: try engine.plans())
    try target.execute("UPDATE kedge.runs SET report = '{\"run\": \"one\"}' WHERE id = \(run)")
    let error = #expect(throws: AuditHistoryError.self) { try history.find(run) }
    #expect(error?.description.contains("the report of audit \(run) in kedge.runs can't be read") == true)
    try target.execute("UPDATE kedge.runs SET report = NULL WHERE id = \(run)")
    #expect(try history.find(run)?.report == nil)
    #expect(try history.find(run)?.state == "done")
  }
}
