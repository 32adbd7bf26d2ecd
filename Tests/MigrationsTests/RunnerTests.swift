import Executors
import Postgres
import TestSupport
import Testing

@testable import Migrations

@Suite("Running migrations")
struct RunnerTests {
  private func options(patience: Double = 0, lockTimeout: Int = 50) -> MigrationOptions {
    var options = MigrationOptions()
    options.patience = patience
    options.lockTimeout = lockTimeout
    return options
  }

  @Test("up applies in order, once, and down takes it back")
  func upAndDown() throws {
    let here = try Migrating(twoTables)
    #expect(try here.states() == ["pending", "pending"])
    #expect(try here.runner().up(isDry: true).map(\.file.number) == [1, 2])
    #expect(try here.tables() == [])
    #expect(try here.runner().up(to: 1).map(\.file.number) == [1])
    #expect(try here.states() == ["applied", "pending"])
    #expect(try here.runner().up().map(\.file.number) == [2])
    #expect(try here.runner().up().isEmpty)
    #expect(try here.tables() == ["a", "b"])
    #expect(try here.runner().down().map(\.file.number) == [2])
    #expect(try here.tables() == ["a"])
    try here.runner().up()
    #expect(try here.runner().down(to: 0).map(\.file.number) == [2, 1])
    #expect(try here.tables() == [])
    #expect(
      try here.database.rows("SELECT event FROM kedge.migration_events ORDER BY id")
        == ["up", "up", "down", "up", "down", "down"])
  }

  @Test("a migration that fails is rolled back wholly, its place is named, and the next up goes on")
  func failure() throws {
    let here = try Migrating(twoTables)
    try here.write("0003_c.sql", "-- kedge: up\nCREATE TABLE c (id int);\nSELECT 1,\n  nowhere;\n")
    let text = here.failure { try here.runner().up() }
    #expect(text.contains("/0003_c.sql:4:3: error: 0003_c failed: "), "\(text)")
    #expect(text.contains("rolled back wholly"))
    #expect(try here.states() == ["applied", "applied", "pending"])
    #expect(try here.tables() == ["a", "b"])
    try here.write("0003_c.sql", "-- kedge: up\nCREATE TABLE c (id int);\n")
    try here.runner().up()
    #expect(try here.tables() == ["a", "b", "c"])
  }

  @Test("edited, missing and late files are named, and each has a way on")
  func disagreements() throws {
    let here = try Migrating(twoTables)
    try here.runner().up()
    try here.write("0002_b.sql", "-- kedge: up\nCREATE TABLE b (id bigint);\n")
    #expect(try here.states() == ["applied", "changed"])
    #expect(here.failure { try here.runner().up() }.contains("0002_b was edited after it was applied"))
    try here.runner().accept(2)
    #expect(try here.states() == ["applied", "applied"])

    try here.remove("0002_b.sql")
    #expect(try here.states() == ["applied", "missing"])
    #expect(here.failure { try here.runner().up() }.contains("2_b was applied, and its file isn't there"))
    try here.runner().markPending(2)
    #expect(try here.states() == ["applied"])

    try here.database.execute("DELETE FROM kedge.migrations; DROP TABLE a, b")
    for (name, text) in twoTables { try here.write(name, text) }
    try here.runner().markApplied(2)
    #expect(try here.states() == ["out of order", "applied"])
    #expect(
      here.failure { try here.runner().up() }.contains(
        "0001_a isn't applied, but one with a higher number is"))
    var late = MigrationOptions()
    late.allowsOutOfOrder = true
    try here.runner(late).up()
    #expect(try here.tables() == ["a"])
    #expect(try here.states() == ["applied", "applied"])
  }

  @Test("a baseline is taken as applied, and isn't undone")
  func baseline() throws {
    let here = try Migrating(twoTables)
    #expect(try here.runner().baseline(1, isDry: true).map(\.number) == [1])
    #expect(try here.states() == ["pending", "pending"])
    #expect(try here.runner().baseline(1).map(\.number) == [1])
    try here.runner().up()
    #expect(try here.states() == ["baseline", "applied"])
    #expect(try here.tables() == ["b"])
    #expect(here.failure { try here.runner().down(to: 0) }.contains("0001_a was declared to be there"))
    #expect(here.failure { try here.runner().baseline(9) }.contains("there are 1, 2"))
  }

  @Test("a second runner is told who the first is")
  func oneRunner() throws {
    let here = try Migrating(twoTables)
    var settings = here.database.settings
    settings.applicationName = "the first runner"
    let other = try PostgresConnection(settings)
    #expect(try MigrationLock(connection: other).trySession() == nil)
    let text = here.failure { try here.runner(options()).up() }
    #expect(text.contains("another process is migrating this database: the first runner of role"), "\(text)")
    #expect(try here.tables() == [])
    // Behind a pooler each transaction takes the lock, and is kept out as well.
    var pooled = options()
    pooled.isPooled = true
    #expect(here.failure { try here.runner(pooled).up() }.contains("the first runner"))
    other.close()
    var patient = options(patience: 30)
    patient.isPooled = true
    try here.runner(patient).up()
    #expect(try here.tables() == ["a", "b"])
  }

  @Test("a taken lock is waited for in short tries, and at last named")
  func lockTimeout() throws {
    let here = try Migrating(twoTables)
    try here.runner().up()
    try here.write("0003_c.sql", "-- kedge: up\nALTER TABLE a ADD x int;\n")
    let other = try PostgresConnection(here.database.settings)
    try other.execute("BEGIN; SELECT * FROM a; LOCK TABLE a")
    let text = here.failure { try here.runner(options()).up() }
    #expect(text.contains("0003_c failed") && text.contains("55P03"), "\(text)")
    #expect(try here.states() == ["applied", "applied", "pending"])
    // Said at each try; the other lets go after the first.
    var patient = options(patience: 60)
    patient.say = { text in
      guard text.contains("trying again") else { return }
      #expect(text.contains("a lock that 0003_c needs at line 2 is taken"))
      other.close()
    }
    try here.runner(patient).up()
    #expect(try here.states() == ["applied", "applied", "applied"])
  }

  @Test("what a migration sets in its session is gone with it")
  func settings() throws {
    let here = try Migrating([
      "0001_a.sql":
        "-- kedge: up\nCREATE SCHEMA s;\nSET search_path = s;\nSET statement_timeout = '1h';\nCREATE TABLE a (id int);\n",
      "0002_b.sql": "-- kedge: up\nCREATE TABLE b (id int);\n",
    ])
    try here.runner().up()
    #expect(try here.tables() == ["b"])
    #expect(try here.database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 's'") == ["a"])
    #expect(try here.database.value("SHOW TimeZone") == "UTC")
  }

  @Test("no way back, and nothing to apply, are said before anything is done")
  func refusals() throws {
    let here = try Migrating(twoTables)
    try here.write("0002_b.sql", "-- kedge: up\nCREATE TABLE b (id int);\n-- kedge: down\n")
    try here.write("0003_c.sql", "-- kedge: up\n-- kedge: down\n")
    #expect(here.failure { try here.runner().up() }.contains("0003_c has no statements yet"))
    #expect(try here.tables() == [])
    try here.runner().up(to: 2)
    #expect(here.failure { try here.runner().down() }.contains("0002_b can't be undone"))
    #expect(try here.tables() == ["a", "b"])
  }

  @Test("a wish to stop ends between migrations, and the next up goes on")
  func stop() throws {
    let here = try Migrating(twoTables)
    var options = MigrationOptions()
    let stop = StopFlag()
    options.stop = stop
    options.say = { _ in stop.set() }
    #expect(here.failure { try here.runner(options).up() }.contains("goes on from there"))
    #expect(try here.states() == ["applied", "pending"])
    try here.runner().up()
    #expect(try here.states() == ["applied", "applied"])
  }
}
