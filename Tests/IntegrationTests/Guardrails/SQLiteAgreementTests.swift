import DatabaseGuards
import Foundation
import Guardrails
import TestSupport
import Testing

/// The table of cases against SQLite, written by the program sqlite3. A file knows neither writers nor fences, so the reference
/// is asked without them.
@Suite("SQLite agrees with the reference")
struct SQLiteAgreementTests {
  private static let tables = ["orders", "notes"]

  @Test("each write ends as decided, and for that reason", arguments: GuardCases.scenes.map(\.name))
  func agrees(_ name: String) throws {
    let scene = try #require(GuardCases.scenes.first { $0.name == name })
    let target = try TestPostgres()
    let folder = try TemporaryFolder()
    let original = folder.path + "/original.db"
    for table in Self.tables {
      _ = try sqlite(
        original,
        "CREATE TABLE \(table) (id TEXT PRIMARY KEY, name TEXT); INSERT INTO \(table) VALUES ('1', 'first'), ('2', 'second')"
      )
    }
    let plan = try scene.plan()
    let store = try #require(plan.store(named: "shelf"))
    let rules = SQLiteGuard(plan: plan, store: store, path: original, catalog: target.connection)
    _ = try rules.install(nil)

    var asked = 0
    for one in try GuardCases.cases(of: name) where one.store == "shelf" && Self.tables.contains(one.entity) {
      guard let (sql, done) = statement(one) else { continue }
      asked += 1
      let expected = plan.withoutWriters.decide(entity: one.entity, store: "shelf", operation: one.operation)
      let file = folder.path + "/\(one.number).db"
      try FileManager.default.copyItem(atPath: original, toPath: file)
      let (code, said) = try sqlite(file, sql)
      let contents = try sqlite(
        file, "SELECT group_concat(id || ' ' || name, ', ') FROM (SELECT * FROM \(one.entity) ORDER BY id)"
      ).said.trimmingCharacters(in: .newlines)
      #expect((code == 0) == expected.isAllowed, "\(one): \(said)")
      #expect(contents == (expected.isAllowed ? done : "1 first, 2 second"), "\(one)")
      if code != 0 { #expect(said.contains(expected.reason.rawValue), "\(one): \(said)") }
    }
    #expect(asked >= 8)
  }

  private func statement(_ one: GuardCase) -> (sql: String, done: String)? {
    switch one.operation {
    case "insert": ("INSERT INTO \(one.entity) VALUES ('3', 'third')", "1 first, 2 second, 3 third")
    case "update": ("UPDATE \(one.entity) SET name = 'changed' WHERE id = '1'", "1 changed, 2 second")
    case "delete": ("DELETE FROM \(one.entity) WHERE id = '1'", "2 second")
    case "upsert":
      (
        "INSERT INTO \(one.entity) VALUES ('1', 'changed') ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        "1 changed, 2 second"
      )
    case "truncate": ("DELETE FROM \(one.entity)", "")
    default: nil
    }
  }

  private func sqlite(_ file: String, _ sql: String) throws -> (code: Int32, said: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", "-bail", file, sql]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (
      process.terminationStatus,
      String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    )
  }
}
