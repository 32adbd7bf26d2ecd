import Audit
import Backfill
import Codec
import TestSupport
import Testing

/// Cutting an entity into ranges hides nothing, wherever a difference lies.
@Suite("Chunks of an audit")
struct ChunkBorderTests {
  @Test(
    "differences at the borders of chunks, before the first and after the last record",
    arguments: [1, 7, 10, 1000], [1, 3])
  func borders(chunkSize: Int, workers: Int) throws {
    let scene = try LedgerScene(65)
    // With chunks of ten, 110 begins one and 100 ends one.
    for id in [10, 100, 110, 650] { try scene.changeRow(id) }
    for id in [200, 210] { try scene.deleteRow(id) }
    for id in [-5, 5, 305, 309, 311, 655, 999] { try scene.insertRow(id) }
    try scene.target.execute("UPDATE core.things_tags SET tag = 'x' WHERE things_id = 410 AND position = 0")
    let expected =
      [10, 100, 110, 650].map { "things different \($0) [\"n\"]" }
      + [200, 210].map { "things missing \($0) []" }
      + [-5, 5, 305, 309, 311, 655, 999].map { "things extra \($0) []" }
      + ["things different 410 [\"things_tags\"]"]
    let report = try scene.engine.audit {
      $0.chunkSize = chunkSize
      $0.workers = workers
    }
    expectEqual(report.differences, expected.sorted())
    let tally = try #require(report.tally("things"))
    #expect([tally.compared, tally.matching, tally.drift, tally.inFlight] == [65, 58, 14, 0])
    #expect(report.isComplete && report.entities[0].coverage == 1)
    expectEqual(
      try scene.target.value("SELECT count(*) FROM kedge.audit_chunks WHERE NOT is_join"),
      "\((65 + chunkSize - 1) / chunkSize)")
  }

  @Test("a source without records, and a target without rows")
  func empty() throws {
    let noRecords = try LedgerScene(0)
    expectEqual(try noRecords.engine.audit().differences, ["things extra 1 []"])
    let noRows = try LedgerScene(25)
    try noRows.target.execute("TRUNCATE core.things CASCADE")
    let tally = try #require(try noRows.engine.audit { $0.chunkSize = 4 }.tally("things"))
    #expect([tally.compared, tally.missing, tally.matching, tally.drift] == [25, 25, 0, 25])
  }

  @Test("the target is read by its primary key, range by range")
  func index() throws {
    let scene = try LedgerScene(
      1,
      mapping: """
        entity: things
        owner: core
        source: { store: app, collection: things }
        key: [id]
        fields: { id: { from: _id, type: text, transforms: [text] }, n: integer }
        """)
    try scene.target.execute(
      "INSERT INTO core.things SELECT lpad(i::text, 9, '0'), i FROM generate_series(1, 20000) i; ANALYZE core.things"
    )
    let plan = try scene.target.rows(
      "EXPLAIN SELECT id, n FROM core.things WHERE (\"id\") >= ('000010000'::text) AND (\"id\") < ('000010100'::text) ORDER BY \"id\""
    ).joined()
    #expect(plan.contains("Index") && !plan.contains("Sort"))
    // What the engine asks for is of this form: the column's own collation is the bytes'.
    expectEqual(
      try scene.target.value(
        "SELECT c.collname FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation WHERE attrelid = 'core.things'::regclass AND attname = 'id'"
      ), "C")
  }

  @Test("a record whose key can't be had is no border", arguments: [1, 2, 5])
  func unreadableBorder(chunkSize: Int) throws {
    let scene = try LedgerScene(12)
    for id in ["x", "y"] { try scene.mongo.insert("things", [["_id": .string(id), "n": 1, "note": ""]]) }
    try scene.mongo.insert("things", [["_id": .double(30.5), "n": 1, "note": ""]])
    try scene.changeRow(40)
    let report = try scene.engine.audit { $0.chunkSize = chunkSize }
    expectEqual(report.differences, ["things different 40 [\"n\"]"])
    #expect(report.tally("things")?.quarantined == 3)
  }
}
