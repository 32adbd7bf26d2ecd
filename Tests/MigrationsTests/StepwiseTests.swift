import Postgres
import TestSupport
import Testing

@testable import Migrations

@Suite("Migrations without a transaction")
struct StepwiseTests {
  private func rows(_ here: Migrating) throws -> [String] {
    try here.database.rows(
      "SELECT state, statements_done, statement_begun FROM kedge.migrations WHERE number = 2")
  }

  private func scene(_ rest: String) throws -> Migrating {
    try Migrating([
      "0001_t.sql": "-- kedge: up\nCREATE TABLE t (a int, b int);\nINSERT INTO t VALUES (1, 1), (1, 2);\n",
      "0002_i.sql": "-- kedge: no-transaction\n-- kedge: up\nCREATE TABLE u (a int);\n" + rest,
    ])
  }

  @Test("one that fails keeps what is done, and the mended rest goes on behind it")
  func resume() throws {
    let here = try scene("CREATE INDEX CONCURRENTLY i ON t (nowhere);\n")
    let text = here.failure { try here.runner().up() }
    #expect(
      text.contains("/0002_i.sql:4:") && text.contains("1 of its statements are done and stay"), "\(text)")
    #expect(try rows(here) == ["partly up | 1 | ∅"])
    #expect(try here.states() == ["applied", "partly up"])
    #expect(here.failure { try here.runner().down() }.contains("0002_i is applied in part"))
    try here.write(
      "0002_i.sql",
      "-- kedge: no-transaction\n-- kedge: up\nCREATE TABLE u (a int);\nCREATE INDEX CONCURRENTLY i ON t (b);\n"
    )
    try here.runner().up()
    #expect(try here.states() == ["applied", "applied"])
    #expect(
      try here.database.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") == "t")
  }

  @Test("what is done can't be changed in the file, and a person can say how it stands")
  func rewritten() throws {
    let here = try scene("CREATE INDEX CONCURRENTLY i ON t (nowhere);\n")
    #expect(here.failure { try here.runner().up() } != "nothing")
    try here.write("0002_i.sql", "-- kedge: no-transaction\n-- kedge: up\nCREATE TABLE u (b int);\n")
    #expect(here.failure { try here.runner().up() }.contains("those were changed in the file since"))
    try here.runner().markApplied(2)
    #expect(try here.states() == ["applied", "applied"])
  }

  @Test(
    "an index that was left half built is named with the statement that drops it, and repair drops it alone")
  func invalidIndex() throws {
    let here = try scene("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);\n")
    let text = here.failure { try here.runner().up() }
    #expect(text.contains("drop it: DROP INDEX CONCURRENTLY public.i;"), "\(text)")
    #expect(try here.runner().invalidIndexes().map(\.name) == ["public.i"])
    try here.database.execute("DELETE FROM t WHERE b = 2")
    let again = here.failure { try here.runner().up() }
    #expect(again.contains("kedge migrate repair --drop-invalid"), "\(again)")
    #expect(try here.runner().dropInvalidIndexes().map(\.name) == ["public.i"])
    try here.runner().up()
    #expect(
      try here.database.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") == "t")
  }

  @Test("a statement whose end nobody wrote down is looked for in the database")
  func begun() throws {
    let here = try scene("CREATE INDEX CONCURRENTLY i ON t (a);\n")
    try here.runner().up()
    // As if the process had been killed between the index and the note.
    let done = Checksum.of(try here.folder().files[1].up.statements.prefix(1))
    try here.database.execute(
      "UPDATE kedge.migrations SET state = 'partly up', statements_done = 1, statement_begun = 2, done_checksum = '\(done)' WHERE number = 2"
    )
    #expect(try here.states() == ["applied", "partly up"])
    try here.runner().up()
    #expect(try here.states() == ["applied", "applied"])
  }

  @Test("through a pooler it is refused, and says why")
  func pooled() throws {
    let here = try scene("")
    var options = MigrationOptions()
    options.isPooled = true
    #expect(here.failure { try here.runner(options).up() }.contains("POSTGRES_URL_NON_POOLING"))
    #expect(try here.tables() == [])
  }

  @Test("down goes back step by step, too")
  func down() throws {
    let here = try scene(
      "CREATE INDEX CONCURRENTLY i ON t (a);\n-- kedge: down\nDROP INDEX CONCURRENTLY i;\nDROP TABLE nowhere;\n"
    )
    try here.runner().up()
    #expect(here.failure { try here.runner().down() }.contains("1 of its statements are done and stay"))
    #expect(try here.states() == ["applied", "partly down"])
    #expect(here.failure { try here.runner().up() }.contains("undone in part"))
    try here.write(
      "0002_i.sql",
      "-- kedge: no-transaction\n-- kedge: up\nCREATE TABLE u (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);\n-- kedge: down\nDROP INDEX CONCURRENTLY i;\nDROP TABLE u;\n"
    )
    try here.runner().down()
    #expect(try here.states() == ["applied", "pending"])
    #expect(try here.tables() == ["t"])
  }
}
