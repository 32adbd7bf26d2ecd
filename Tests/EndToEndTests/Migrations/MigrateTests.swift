import Foundation
import Postgres
import TestSupport
import Testing

@Suite("kedge migrate")
struct MigrateTests {
  private let folder: TemporaryFolder
  private let target: TestPostgres

  init() throws {
    folder = try TemporaryFolder()
    target = try TestPostgres()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/migrations/app", withIntermediateDirectories: true)
    try write("0001_a.sql", "-- kedge: up\nCREATE TABLE a (id int);\n-- kedge: down\nDROP TABLE a;\n")
    try write("0002_b.sql", "-- kedge: up\nCREATE TABLE b (id int);\n-- kedge: down\nDROP TABLE b;\n")
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: folder.path + "/migrations/app/" + name))
  }

  private func migrate(_ arguments: String..., environment: [String: String] = [:]) throws -> Program.Outcome
  {
    try Program.kedge.run(
      ["migrate"] + arguments,
      // The pooler's address leads nowhere: migrations go past it.
      environment: [
        "POSTGRES_URL": "postgres://kedge@127.0.0.1:1/nowhere", "POSTGRES_URL_NON_POOLING": target.url,
      ].merging(environment) { _, given in given }, in: folder.path)
  }

  private func tables() throws -> [String] {
    try target.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
  }

  @Test("the whole way: status, dry run, up, down, baseline, and their exit codes")
  func wholeWay() throws {
    let first = try migrate("status", "--json")
    #expect(first.code == 3)
    #expect(try first.json()["pending"] as? Int == 2)
    let dry = try migrate("up", "--dry-run")
    #expect(dry.code == 0)
    #expect(dry.output.contains("-- would apply 0002_b\nCREATE TABLE b (id int);"))
    #expect(try tables() == [])

    let up = try migrate("up", "--json")
    #expect(up.code == 0, "\(up.errors)")
    let steps = try up.json()["migrations"] as? [[String: Any]]
    #expect(steps?.map { $0["number"] as? Int } == [1, 2])
    #expect(try migrate("status").code == 0)
    #expect(try migrate("up").output == "nothing to do\n")
    #expect(try migrate("verify").output == "the live database is what its migrations make\n")

    #expect(try migrate("down").output == "1 migration undone\n")
    #expect(try tables() == ["a"])
    #expect(try migrate("baseline", "2").output == "0002_b is taken as applied\n")
    #expect(try migrate("status").output.contains("baseline"))
    try target.execute("ALTER TABLE a ADD x int")
    let verify = try migrate("verify")
    #expect(verify.code == 3)
    #expect(verify.output.contains("extra: column public.a.x"))
  }

  @Test("a new file has the next number, faults of files end with 2, failures with 1")
  func filesAndFailures() throws {
    #expect(
      try migrate("new", "Index users, by e-mail").output == "migrations/app/0003_index_users_by_e_mail.sql\n"
    )
    let empty = try migrate("up")
    #expect(empty.code == 1)
    #expect(empty.errors.contains("0003_index_users_by_e_mail has no statements yet"))
    try write("0003_index_users_by_e_mail.sql", "-- kedge: up\nSELECT nowhere;\n")
    let failed = try migrate("up")
    #expect(failed.code == 1)
    #expect(
      failed.errors.contains("migrations/app/0003_index_users_by_e_mail.sql:2:8: error:"), "\(failed.errors)")
    try write("0004_d.sql", "SELECT 1;")
    let faulty = try migrate("status")
    #expect(faulty.code == 2)
    #expect(faulty.errors.hasPrefix("migrations/app/0004_d.sql:1:1: error: no line says"))
  }

  @Test("lint asks no database, and ends with 3 when it warns")
  func lint() throws {
    let nowhere = ["POSTGRES_URL_NON_POOLING": "postgres://kedge@127.0.0.1:1/nowhere"]
    #expect(try migrate("lint", environment: nowhere).output == "no warnings\n")
    try write("0003_c.sql", "-- kedge: up\nALTER TABLE a DROP COLUMN id;\n")
    let found = try migrate("lint", "--json", environment: nowhere)
    #expect(found.code == 3)
    let findings = try found.json()["findings"] as? [[String: Any]]
    #expect(findings?.map { $0["rule"] as? String } == ["drop-column"])
  }

  @Test("an edited file is repaired by a word, and only then")
  func repair() throws {
    #expect(try migrate("up").code == 0)
    #expect(try migrate("repair").output == "nothing to mend\n")
    try write("0002_b.sql", "-- kedge: up\nCREATE TABLE b (id bigint);\n")
    #expect(try migrate("repair").code == 3)
    let up = try migrate("up")
    #expect(up.code == 1)
    #expect(up.errors.contains("kedge migrate repair --accept 2"))
    #expect(try migrate("repair", "--accept", "2", "--dry-run").code == 0)
    #expect(try migrate("status").code == 3)
    #expect(try migrate("repair", "--accept", "2").code == 0)
    #expect(try migrate("status").code == 0)
  }

  @Test(
    "killed at any commit, or around an index, the same command goes on to the same end",
    arguments: [
      "before-commit@1", "before-commit@2", "after-commit@2", "before-commit@3", "after-commit@3",
      "before-index@1",
      "after-index@1", "before-commit@4", "after-commit@4", "before-commit@5",
    ])
  func killed(point: String) throws {
    try write(
      "0003_i.sql",
      "-- kedge: no-transaction\n-- kedge: up\nINSERT INTO a VALUES (1);\nCREATE INDEX CONCURRENTLY i ON a (id);\n"
    )
    let killed = try migrate("up", environment: ["KEDGE_STOP_POINT": "\(point):kill"])
    #expect(killed.code != 0, "\(point) was never reached")
    let again = try migrate("up")
    #expect(again.code == 0, "\(point): \(again.errors)")
    #expect(try migrate("status").code == 0)
    #expect(try tables() == ["a", "b"])
    #expect(try target.value("SELECT count(*) FROM a") == "1")
    #expect(try target.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") == "t")
  }

  @Test("Ctrl-C ends with 130 and says how to go on")
  func interrupted() throws {
    // So many that the signal arrives before the last, however slow it is.
    for number in 10..<90 {
      try write("00\(number)_c.sql", "-- kedge: up\nCREATE TABLE c\(number) (id int);\n")
    }
    for number in 3..<10 { try write("000\(number)_c.sql", "-- kedge: up\nSELECT 1;\n") }
    let stopped = try migrate("up", environment: ["KEDGE_STOP_POINT": "before-commit@2:interrupt"])
    #expect(stopped.code == 130, "\(stopped.errors)")
    #expect(stopped.errors.contains("the same command goes on from there"))
    #expect(try tables().count < 82)
    #expect(try migrate("up").code == 0)
    #expect(try tables().count == 82)
  }
}
