import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// A target whose tables were changed between an interruption and its resume.
@Suite("Changed tables")
struct ChangedTableTests {
  private static let things = """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields: { id: { from: _id, type: integer }, v: integer, other: { from: other, type: integer } }
    children:
      parts: { fields: { p: integer } }
    references: [{ columns: [other], entity: things }]
    """

  /// Ten things, of which a run has moved some.
  private func interrupted() throws -> (TestPostgres, Engine) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "things",
      (1...10).map { ["_id": BSONValue($0), "v": BSONValue($0 * 2), "other": 1, "parts": [["p": 7]]] })
    let engine = try Engine(mongo: mongo, into: target, Self.things)
    try engine.backfill { $0.chunkSize = 3 }
    try target.execute(
      """
      UPDATE kedge.runs SET state = 'interrupted';
      UPDATE kedge.run_entities SET is_done = false;
      UPDATE kedge.chunks SET is_done = false WHERE chunk = 1;
      DELETE FROM core.things WHERE id BETWEEN 4 AND 6
      """)
    return (target, engine)
  }

  struct Change: CustomTestStringConvertible, Sendable {
    var sql: String
    var told: String
    var testDescription: String { sql }
  }

  private static let emptied = "it was emptied or written anew (TRUNCATE, ALTER TABLE, VACUUM FULL, CLUSTER)"
  private static let again = "it, or a partition, was dropped and made again"

  @Test(
    "is found, named, and refused; a new run mends it",
    arguments: [
      Change(sql: "TRUNCATE core.things CASCADE", told: "table core.things: \(emptied)"),
      Change(sql: "TRUNCATE core.things_parts", told: "table core.things_parts: \(emptied)"),
      Change(
        sql: """
          CREATE TABLE core.copy (LIKE core.things INCLUDING ALL); DROP TABLE core.things CASCADE;
          ALTER TABLE core.copy RENAME TO things
          """, told: "table core.things: \(again)"),
      Change(sql: "DROP TABLE core.things_parts", told: "table core.things_parts: it is gone"),
      Change(
        sql: "ALTER TABLE core.things DROP COLUMN v",
        told: "table core.things: column v is gone"),
      Change(
        sql: "ALTER TABLE core.things DROP COLUMN v, ADD COLUMN v integer",
        told: "table core.things: column v was integer in place 2 and is integer in place 4"),
      Change(
        sql: "ALTER TABLE core.things ALTER COLUMN v TYPE text",
        told: "table core.things: column v was integer in place 2 and is text in place 2, \(emptied)"),
      Change(
        sql: "ALTER TABLE core.things ALTER COLUMN v SET NOT NULL",
        told: "table core.things: column v was integer in place 2 and is integer NOT NULL in place 2"),
      Change(
        sql: "ALTER TABLE core.things RENAME COLUMN v TO w",
        told: "table core.things: column v is gone, column w is new"),
      Change(
        sql: "ALTER TABLE core.things ADD CHECK (v > 0)",
        told: "table core.things: constraint things_v_check is new"),
      Change(
        sql: "CREATE UNIQUE INDEX one_v ON core.things (v)",
        told: "table core.things: unique index core.one_v is new"),
      Change(
        sql: """
          CREATE FUNCTION core.double() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v := NEW.v * 2; RETURN NEW; END';
          CREATE TRIGGER doubling BEFORE INSERT ON core.things FOR EACH ROW EXECUTE FUNCTION core.double()
          """, told: "table core.things: trigger doubling is new"),
    ])
  func changed(_ change: Change) throws {
    let (target, engine) = try interrupted()
    try target.execute(change.sql)
    for options in [
      BackfillOptions(),
      {
        var joining = BackfillOptions(); joining.join = 1; return joining
      }(),
    ] {
      let error = #expect(throws: CatalogError.self) { try engine.backfill { $0 = options } }
      let text = error.map { "\($0)" } ?? ""
      #expect(
        text.contains("run 1 isn't finished, and since it stopped the target was changed: \(change.told)"),
        "\(text)")
      #expect(text.contains("--new"))
    }
    expectEqual(try target.rows("SELECT id, state FROM kedge.runs"), ["1 | interrupted"])
  }

  @Test("a new run brings back what a TRUNCATE took")
  func anew() throws {
    let (target, engine) = try interrupted()
    try target.execute("TRUNCATE core.things CASCADE")
    #expect(throws: CatalogError.self) { try engine.backfill() }
    expectEqual(try engine.backfill { $0.isNew = true }.counts("things"), [10, 10, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT id, v FROM core.things ORDER BY id"), (1...10).map { "\($0) | \($0 * 2)" })
    expectEqual(try target.value("SELECT count(*) FROM core.things_parts"), "10")
  }

  @Test("what the run itself does, and what says nothing about the rows, is no change")
  func unchanged() throws {
    let (target, engine) = try interrupted()
    // As if the end had come before the constraints; an index, a comment, statistics and rights are nobody's business.
    try target.execute(
      """
      ALTER TABLE core.things DROP CONSTRAINT things_other_fkey; CREATE INDEX ON core.things (v);
      COMMENT ON COLUMN core.things.v IS 'v'; ANALYZE core.things; GRANT SELECT ON core.things TO public
      """)
    try target.execute("VACUUM core.things")
    let report = try engine.backfill { $0.chunkSize = 3 }
    #expect(report.isResumed)
    expectEqual(report.counts("things"), [10, 10, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT id, v FROM core.things ORDER BY id"), (1...10).map { "\($0) | \($0 * 2)" })
  }

  @Test("a copy of the database with an unfinished run is told from the database")
  func copied() throws {
    let (target, engine) = try interrupted()
    let copy = try TestPostgres(copying: target)
    let elsewhere = try Engine(mongo: engine.mongo, into: copy, Self.things)
    let error = #expect(throws: CatalogError.self) { try elsewhere.backfill() }
    #expect(
      error.map { "\($0)" }?.contains("this database is a copy of the one that it was begun in") == true)
    expectEqual(try copy.rows("SELECT id, state FROM kedge.runs"), ["1 | interrupted"])
    expectEqual(try elsewhere.backfill { $0.isNew = true }.counts("things"), [10, 3, 7, 0, 0])
  }
}
