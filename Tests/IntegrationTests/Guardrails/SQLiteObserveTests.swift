import Audit
import DatabaseGuards
import Guardrails
import Inference
import RecordSources
import SQLite
import TestSupport
import Testing

/// Triggers that count what they let pass.
@Suite("Observing inside SQLite")
struct SQLiteObserveTests {
  @Test("each written row is counted, and nothing is refused")
  func counts() throws {
    let scene = try SQLiteGuardScene()
    let rules = try scene.rules("core", mode: "observe")
    let planned = try rules.steps(nil)
    #expect(planned.map(\.kind) == ["table", "trigger", "trigger", "trigger"])
    #expect(try rules.install(nil) == planned)
    #expect(try rules.observations().isEmpty)
    for write in [
      "INSERT INTO users VALUES ('u3', 'Cy'), ('u4', 'Di')",
      "INSERT OR IGNORE INTO users VALUES ('u3', 'again')",
      "INSERT OR REPLACE INTO users VALUES ('u3', 'Cyd')", "UPDATE OR REPLACE users SET name = name || '!'",
      "INSERT INTO users VALUES ('u1', 'x') ON CONFLICT (id) DO UPDATE SET name = 'y'",
      "DELETE FROM users WHERE id IN ('u1', 'u2')",
    ] {
      let (status, error) = try scene.sqlite3(write)
      #expect(status == 0, "\(write): \(error)")
    }
    // What is rolled back wasn't written.
    #expect(try scene.code("BEGIN; DELETE FROM users; ROLLBACK") == 0)
    let seen = try rules.observations()
    #expect(
      seen.map { "\($0.entity) \($0.operation) \($0.times)" } == [
        "users delete 2", "users insert 3", "users update 5",
      ])
    #expect(seen.allSatisfy { $0.firstSeen.hasSuffix("Z") && $0.firstSeen <= $0.lastSeen })
    // A second install loses no count.
    #expect(try rules.install(nil).isEmpty)
    #expect(try rules.observations() == seen)
  }

  @Test("counts outlive their triggers, in the target, and the file is as it was before")
  func kept() throws {
    let scene = try SQLiteGuardScene()
    let before = try scene.contents()
    let rules = try scene.rules("core", mode: "observe")
    _ = try rules.install(nil)
    #expect(try scene.sqlite3("UPDATE users SET name = name").status == 0)
    // From observing to refusing.
    let strict = try scene.rules("core")
    #expect(try strict.findings().map(\.problem) == [.outdated, .outdated, .outdated])
    _ = try strict.install(nil)
    #expect(try scene.code("DELETE FROM users") == SQLiteGuardTests.refused)
    #expect(
      try scene.target.rows(
        "SELECT entity, store, operation, reason, seen_by, times FROM kedge.guard_observations")
        == ["users | file | update | not_owner | trigger | 2"])
    #expect(try strict.observations().isEmpty)
    _ = try strict.uninstall()
    #expect(try scene.contents() == before)
  }

  @Test("the table that counts is nobody's drift, and no entity")
  func ownTable() throws {
    let scene = try SQLiteGuardScene()
    _ = try scene.rules("core", mode: "observe").install(nil)
    let session = try #require(try SQLiteSource(path: scene.file.path).openSessions(1).take())
    #expect(try session.contents() == ["notes", "users"])
    let scan = try SourceScan.run(.sqlite(path: scene.file.path))
    #expect(scan.collections.map(\.name) == ["notes", "users"])
    #expect(scan.skipped.contains { $0.name == SQLiteTable.guardObservations })
  }
}
