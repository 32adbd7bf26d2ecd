import Codec
import Foundation
import Mongo
import TestSupport
import Testing

@Suite("Rules in the old store follow the phase")
struct PhaseRulesTests {
  private func run(_ scene: Scene, _ words: String...) throws -> Program.Outcome {
    try Program.kedge.run(words + scene.arguments("").dropFirst())
  }

  private func setPhases(_ scene: Scene, _ phases: String...) throws {
    for phase in phases {
      let outcome = try run(scene, "phase", "set", "rows", phase)
      #expect(outcome.code == 0, "\(phase): \(outcome.errors)")
    }
  }

  /// What the SQLite program says to a statement.
  private func sqlite(_ scene: Scene, _ sql: String) throws -> (code: Int32, said: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", String(scene.source.dropFirst("sqlite:".count)), sql]
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

  @Test(
    "SQLite: closed when Postgres becomes the owner, open again when it no longer is, and audited meanwhile")
  func sqlite() throws {
    let scene = try Scene(rows: 10)
    #expect(try run(scene, "backfill").code == 0)
    let before = try sqlite(scene, ".schema").said
    #expect(try run(scene, "guard", "install").code == 0)
    try setPhases(scene, "shadow")
    #expect(try sqlite(scene, "UPDATE rows SET name = 'old store' WHERE id = 1").code == 0)
    #expect(try run(scene, "backfill").code == 0)

    let dry = try run(scene, "phase", "set", "rows", "core", "--dry-run", "--json").json()
    #expect((dry["rules"] as? [[String: Any]])?.count == 3)
    #expect(try sqlite(scene, ".schema").said == before)

    try setPhases(scene, "core")
    for sql in [
      "INSERT INTO rows (id) VALUES (99)", "UPDATE rows SET name = 'late' WHERE id = 1", "DELETE FROM rows",
    ] {
      let refused = try sqlite(scene, sql)
      #expect(refused.code != 0 && refused.said.contains("not_owner"), "\(sql): \(refused.said)")
    }
    #expect(try sqlite(scene, "SELECT count(*), min(name) FROM rows WHERE id = 1").said == "1|old store\n")
    #expect(try run(scene, "guard", "status").code == 0)
    #expect(try run(scene, "audit").code == 0)

    // Somebody takes a rule away: the audit says so, and install puts it back.
    let trigger = try sqlite(
      scene, "SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name LIMIT 1"
    ).said
    #expect(try sqlite(scene, "DROP TRIGGER \(trigger)").code == 0)
    let audit = try run(scene, "audit", "--json")
    #expect(audit.code == 3)
    let findings = try #require(audit.json()["ownership"] as? [[String: Any]])
    #expect(findings.map { $0["kind"] as? String } == ["guardrail"], "\(findings)")
    #expect(try run(scene, "guard", "status").code == 3)
    #expect(try run(scene, "guard", "install").code == 0)
    #expect(try run(scene, "audit").code == 0)

    try setPhases(scene, "shadow")
    #expect(try sqlite(scene, ".schema").said == before)
    #expect(try sqlite(scene, "UPDATE rows SET name = 'again' WHERE id = 1").code == 0)
  }

  @Test("MongoDB: a view takes the collection's place, and gives it back")
  func mongo() throws {
    let mongo = try TestMongo()
    let scene = try Scene(rows: 10, mongo: mongo)
    #expect(try run(scene, "backfill").code == 0)
    #expect(try run(scene, "guard", "install").code == 0)
    try setPhases(scene, "shadow")
    let rename: BSONDocument = ["$set": ["name": "renamed"]]
    #expect(try mongo.connection.update("rows", filter: ["_id": 1], rename) == 1)
    #expect(try run(scene, "backfill").code == 0)
    try setPhases(scene, "core")
    #expect(throws: MongoError.self) { try mongo.connection.update("rows", filter: ["_id": 2], rename) }
    #expect(throws: MongoError.self) { try mongo.connection.insert("rows", documents: [["_id": 99]]) }
    let audit = try run(scene, "audit", "--json")
    #expect(audit.code == 0, "\(audit.output) \(audit.errors)")
    #expect(try run(scene, "guard", "status").code == 0)
    try setPhases(scene, "retired", "core", "shadow")
    #expect(try mongo.connection.update("rows", filter: ["_id": 2], rename) == 1)
  }

  @Test("--keep-rules leaves them, and without any installed none appear")
  func kept() throws {
    let scene = try Scene(rows: 10)
    #expect(try run(scene, "backfill").code == 0)
    let before = try sqlite(scene, ".schema").said
    try setPhases(scene, "shadow", "core", "shadow")
    #expect(try sqlite(scene, ".schema").said == before)
    #expect(try run(scene, "guard", "install").code == 0)
    #expect(try run(scene, "phase", "set", "rows", "core", "--keep-rules").code == 0)
    #expect(try sqlite(scene, ".schema").said == before)
    #expect(try run(scene, "guard", "status").code == 3)
  }
}
