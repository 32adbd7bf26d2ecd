import Foundation
import Postgres
import TestSupport
import Testing

/// Migrations through a real PgBouncer that hands out another session with each transaction, and by several processes at once.
@Suite("Migrations through a pooler, and by two processes")
struct PoolerTests {
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

  private func start(_ line: String, _ environment: [String: String]) throws -> Program.Running {
    try Program.kedge.start(
      ["migrate"] + line.split(separator: " ").map(String.init), environment: environment, in: folder.path)
  }

  private func run(_ line: String, _ environment: [String: String]) throws -> Program.Outcome {
    try start(line, environment).finish()
  }

  private func tables() throws -> [String] {
    try target.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
  }

  /// How often each migration was applied.
  private func events() throws -> [String] {
    try target.rows(
      "SELECT number, count(*) FROM kedge.migration_events WHERE event = 'up' GROUP BY 1 ORDER BY 1")
  }

  @Test(
    "up, status and down work through it, and what needs one session is refused with the way past it",
    .enabled(if: Pooler.program != nil, "PgBouncer isn't installed; scripts/setup does"))
  func pooler() throws {
    let pooler = try Pooler(before: target)
    let pooled = ["POSTGRES_URL": pooler.url]
    #expect(try run("status", pooled).code == 3)
    let up = try run("up", pooled)
    #expect(up.output == "2 migrations applied\n", "\(up.errors)")
    #expect(try run("status", pooled).code == 0)
    #expect(try tables() == ["a", "b"])
    #expect(try run("down", pooled).output == "1 migration undone\n")
    #expect(try tables() == ["a"])

    try write(
      "0003_i.sql", "-- kedge: no-transaction\n-- kedge: up\nCREATE INDEX CONCURRENTLY i ON a (id);\n")
    let refused = try run("up", pooled)
    #expect(refused.code == 1)
    #expect(
      refused.errors.contains("0003_i runs without a transaction, and this connection goes through a pooler"))
    #expect(refused.errors.contains("--target or POSTGRES_URL_NON_POOLING"))
    // All or nothing: the one before it waits, too.
    #expect(try tables() == ["a"])
    let past = try run("up", pooled.merging(["POSTGRES_URL_NON_POOLING": target.url]) { $1 })
    #expect(past.output == "2 migrations applied\n", "\(past.errors)")
    #expect(try target.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") == "t")
    #expect(try run("status", pooled).code == 0)
    #expect(try run("verify", pooled.merging(["POSTGRES_URL_NON_POOLING": target.url]) { $1 }).code == 0)
  }

  @Test(
    "through it, two processes at once apply each migration once",
    .enabled(if: Pooler.program != nil, "PgBouncer isn't installed; scripts/setup does"))
  func poolerRace() throws {
    let pooler = try Pooler(before: target)
    for number in 3...9 {
      try write("000\(number)_c.sql", "-- kedge: up\nCREATE TABLE c\(number) (id int);\n")
    }
    let both = try (0..<2).map { _ in try start("up --json", ["POSTGRES_URL": pooler.url]) }
    let outcomes = try both.map { try $0.finish() }
    #expect(outcomes.map(\.code) == [0, 0], "\(outcomes.map(\.errors))")
    #expect(try events() == (1...9).map { "\($0) | 1" })
    let numbers = try outcomes.flatMap { outcome in
      (try outcome.json()["migrations"] as? [[String: Any]] ?? []).compactMap { $0["number"] as? Int }
    }
    #expect(numbers.sorted() == Array(1...9))
  }

  @Test("two processes at once: the second says who the first is, waits, and does nothing again")
  func race() throws {
    // The first stops in the midst of this, for the test holds that lock.
    try write("0003_c.sql", "-- kedge: up\nSELECT pg_advisory_xact_lock(42);\nCREATE TABLE c (id int);\n")
    _ = try target.connection.query("SELECT pg_advisory_lock(42)")
    let environment = ["POSTGRES_URL": target.url]
    let waiting =
      " FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database ="
      + " (SELECT oid FROM pg_database WHERE datname = current_database())"
    let first = try start("up --lock-timeout 600000", environment)
    try wait("the first is in its third migration") {
      try target.value("SELECT count(*)" + waiting) == "1"
    }
    let second = try start("up", environment)
    let holder = try target.value("SELECT pid" + waiting)
    try wait("the second waits") { try second.errors().contains("waiting for another process") }
    #expect(try second.errors().contains("kedge migrate on "))
    #expect(try second.errors().contains("server process \(holder),"))
    let impatient = try run("up --patience 0", environment)
    #expect(impatient.code == 1)
    #expect(impatient.errors.contains("another process is migrating this database: kedge migrate on "))
    _ = try target.connection.query("SELECT pg_advisory_unlock(42)")
    #expect(try first.finish().output == "3 migrations applied\n")
    #expect(try second.finish().output == "nothing to do\n")
    #expect(try events() == ["1 | 1", "2 | 1", "3 | 1"])
  }

  private func wait(_ what: String, until isSo: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !isSo() {
      guard ContinuousClock.now < deadline else { throw UnexpectedResult(description: "never: \(what)") }
      try Task.checkCancellation()
      usleep(20_000)
    }
  }

  @Test("a verify that was killed leaves a database, which the next one drops, and nobody else's")
  func abandoned() throws {
    let environment = ["POSTGRES_URL": target.url]
    #expect(try run("up", environment).code == 0)
    let own = "kedge_verify_\(getpid())_own"
    try target.execute("CREATE DATABASE \(own)")
    defer {
      do { try target.execute("DROP DATABASE \(own)") } catch { print("\(own) is left behind: \(error)") }
    }
    let killed = try run("verify", environment.merging(["KEDGE_STOP_POINT": "before-commit@1:kill"]) { $1 })
    #expect(killed.code != 0)
    let marked =
      "SELECT d.oid, count(a.pid) FROM pg_database d LEFT JOIN pg_stat_activity a ON a.datid = d.oid"
      + " WHERE shobj_description(d.oid, 'pg_database') LIKE '%\(target.settings.database ?? "")%' GROUP BY d.oid"
    try wait("the server notices that the process is gone") {
      let left = try target.rows(marked)
      return left.count == 1 && left[0].hasSuffix(" | 0")
    }
    let next = try run("verify", environment)
    #expect(next.code == 0, "\(next.errors)")
    #expect(next.errors.contains("which a killed process left behind"))
    #expect(try target.rows(marked) == [])
    #expect(try target.value("SELECT count(*) FROM pg_database WHERE datname = '\(own)'") == "1")
  }
}
