import Audit
import Backfill
import Codec
import Mongo
import TestSupport
import Testing

/// An audit finds every planted difference, names it, mends it when asked, and cries no wolf.
@Suite("Audit")
struct AuditTests {
  private static let people = """
    entity: people
    owner: core
    source: { store: app, collection: people }
    key: [id]
    fields:
      id: { from: _id, type: text, transforms: [text] }
      name: text
      age: integer
      score: double precision
      seen: timestamptz
    children:
      tags:
        from: tags[]
        fields: { tag: { from: "@", type: text } }
    """

  private func scene(_ more: String = "", count: Int = 500) throws -> (TestMongo, TestPostgres, Engine) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "people",
      (1...count).map { number -> BSONDocument in
        let tags: [BSONValue] = (0..<(number % 4)).map { .string("t\($0)") }
        return [
          "_id": .id(Self.id(number)), "name": .string("n\(number)"), "age": BSONValue(number),
          "score": .double(Double(number) / 4), "seen": .at(Int64(number) * 1000), "tags": BSONValue(tags),
        ]
      })
    let engine = try Engine(mongo: mongo, into: target, Self.people + more)
    expectEqual(try engine.backfill { $0.chunkSize = 100 }.counts("people"), [count, count, 0, 0, 0])
    return (mongo, target, engine)
  }

  private static func id(_ number: Int) -> String {
    String(repeating: "0", count: 20) + String(1000 + number)
  }

  @Test("a second backfill writes nothing: every row keeps its version")
  func nothingChanges() throws {
    let (_, target, engine) = try scene()
    let versions = "SELECT id, xmin, ctid FROM core.people ORDER BY id"
    let childVersions = "SELECT people_id, position, xmin, ctid FROM core.people_tags ORDER BY 1, 2"
    let (rows, children) = (try target.rows(versions), try target.rows(childVersions))
    expectEqual(try engine.backfill { $0.chunkSize = 70 }.counts("people"), [500, 0, 500, 0, 0])
    expectEqual(try target.rows(versions), rows)
    expectEqual(try target.rows(childVersions), children)
    let tally = try #require(try engine.audit().tally("people"))
    #expect([tally.compared, tally.matching, tally.drift, tally.inFlight] == [500, 500, 0, 0])
    #expect(children.count == 750)
  }

  @Test("changes at the source are found by key and column, and mended")
  func sourceChanges() throws {
    let (mongo, target, engine) = try scene()
    try mongo.update("people", id: .id(Self.id(7)), ["$set": ["age": 70, "name": nil]])
    try mongo.update("people", id: .id(Self.id(9)), ["$set": ["tags": ["t0", "new"]]])
    try mongo.delete("people", id: .id(Self.id(300)))
    try mongo.insert("people", [["_id": .id(Self.id(999)), "name": "new"]])
    let expected = [
      "people different \(Self.id(7)) [\"name\", \"age\"]",
      "people different \(Self.id(9)) [\"people_tags\"]",
      "people extra \(Self.id(300)) []", "people missing \(Self.id(999)) []",
    ].sorted()
    let found = try engine.audit()
    #expect(found.differences == expected)
    let tally = try #require(found.tally("people"))
    #expect(
      [tally.compared, tally.matching, tally.missing, tally.extra, tally.different] == [500, 497, 1, 1, 2])
    #expect(found.hasDrift)
    // An audit without repair changes nothing.
    expectEqual(try target.value("SELECT count(*) FROM core.people WHERE id = '\(Self.id(300))'"), "1")
    let mended = try engine.audit(repairs: true)
    #expect(mended.differences == expected)
    #expect(!mended.hasDrift)
    #expect(mended.tally("people")?.repaired == 4)
    expectEqual(
      try target.rows(
        "SELECT name, age FROM core.people WHERE id IN ('\(Self.id(7))', '\(Self.id(999))') ORDER BY id"),
      ["∅ | 70", "new | ∅"])
    expectEqual(
      try target.rows("SELECT tag FROM core.people_tags WHERE people_id = '\(Self.id(9))' ORDER BY position"),
      ["t0", "new"])
    let clean = try engine.audit()
    #expect(clean.differences == [])
    #expect(clean.tally("people")?.matching == 500)
  }

  @Test("changes in the target behind the engine's back are found and mended, in child tables, too")
  func targetChanges() throws {
    let (_, target, engine) = try scene()
    let before = try [target.digest("core.people"), target.digest("core.people_tags")]
    try target.execute(
      """
      UPDATE core.people SET score = score + 0.001 WHERE id = '\(Self.id(3))';
      DELETE FROM core.people WHERE id = '\(Self.id(4))';
      INSERT INTO core.people (id, name) VALUES ('zzz', 'x'), ('', 'y');
      UPDATE core.people_tags SET tag = 'other' WHERE people_id = '\(Self.id(5))' AND position = 0;
      DELETE FROM core.people_tags WHERE people_id = '\(Self.id(6))' AND position = 1;
      INSERT INTO core.people_tags VALUES ('\(Self.id(8))', 7, 'more')
      """)
    let expected = [
      "people different \(Self.id(3)) [\"score\"]", "people different \(Self.id(5)) [\"people_tags\"]",
      "people different \(Self.id(6)) [\"people_tags\"]", "people different \(Self.id(8)) [\"people_tags\"]",
      "people extra  []", "people extra zzz []", "people missing \(Self.id(4)) []",
    ].sorted()
    expectEqual(try engine.audit().differences, expected)
    let mended = try engine.audit(repairs: true)
    #expect(mended.tally("people")?.repaired == 7)
    expectEqual(try [target.digest("core.people"), target.digest("core.people_tags")], before)
    expectEqual(try engine.audit().differences, [])
  }

  @Test("every row of a table that was emptied is missing; every row of a source that was emptied is extra")
  func everythingGone() throws {
    let (mongo, target, engine) = try scene()
    try target.execute("TRUNCATE core.people CASCADE")
    let missing = try #require(try engine.audit().tally("people"))
    #expect([missing.missing, missing.matching, missing.drift] == [500, 0, 500])
    expectEqual(try engine.audit(repairs: true).tally("people")?.drift, 0)
    try mongo.connection.drop("people")
    try mongo.insert("people", [["_id": "only"]])
    let extra = try #require(try engine.audit(listed: 1000).tally("people"))
    #expect([extra.extra, extra.missing, extra.drift] == [500, 1, 501])
  }

  @Test("ignored columns and tolerances are left alone, and a difference beyond them isn't")
  func ignoredAndTolerated() throws {
    let (_, target, engine) = try scene("\naudit: { ignore: [seen], tolerance: { score: 0.01, age: 2 } }")
    try target.execute(
      """
      UPDATE core.people SET seen = now(), score = score + 0.009 WHERE id = '\(Self.id(1))';
      UPDATE core.people SET seen = NULL WHERE id = '\(Self.id(2))';
      UPDATE core.people SET age = age - 2 WHERE id = '\(Self.id(3))';
      UPDATE core.people SET age = age - 3 WHERE id = '\(Self.id(4))';
      UPDATE core.people SET score = NULL WHERE id = '\(Self.id(5))';
      UPDATE core.people SET score = score - 0.02, seen = now() WHERE id = '\(Self.id(6))'
      """)
    let report = try engine.audit()
    #expect(
      report.differences == [
        "people different \(Self.id(4)) [\"age\"]", "people different \(Self.id(5)) [\"score\"]",
        "people different \(Self.id(6)) [\"score\"]",
        "people tolerated \(Self.id(1)) [\"score\"]", "people tolerated \(Self.id(3)) [\"age\"]",
      ])
    expectEqual(
      report.entities[0].differences.compactMap(\.rule).sorted(),
      ["tolerance age 2", "tolerance score 0.01"])
    #expect(report.tally("people")?.tolerated == 2)
    #expect(report.tally("people")?.matching == 497)
    // What is tolerated isn't in flight.
    #expect(report.tally("people")?.inFlight == 0)
  }

  @Test("keys that sort in another order than their source are compared all the same")
  func otherOrder() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "n", (1...120).map { ["_id": BSONValue($0), "v": BSONValue($0)] } + [["_id": "a", "v": 0]])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: n
      owner: core
      source: { store: app, collection: n }
      key: [id]
      fields: { id: { from: _id, type: text, transforms: [text] }, v: integer }
      """)
    try engine.backfill()
    expectEqual(try engine.audit().tally("n")?.matching, 121)
    try target.execute(
      "UPDATE core.n SET v = 0 WHERE id = '57'; DELETE FROM core.n WHERE id = '9'; INSERT INTO core.n VALUES ('b', 1)"
    )
    let expected = ["n different 57 [\"v\"]", "n extra b []", "n missing 9 []"]
    expectEqual(try engine.audit(repairs: true).differences, expected)
    expectEqual(try engine.audit().differences, [])
  }

  @Test("personal keys appear as digests")
  func personalKeys() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("n", [["_id": "ada@example.com", "v": 1]])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: n
      owner: core
      source: { store: app, collection: n }
      key: [id]
      fields: { id: { from: _id, type: text, personal: true }, v: integer }
      """)
    try engine.backfill()
    try target.execute("UPDATE core.n SET v = 2")
    let report = try engine.audit()
    let digest = try target.value("SELECT left(encode(sha256('ada@example.com'), 'hex'), 12)")
    #expect(report.differences == ["n different sha256:\(digest) [\"v\"]"])
  }
}
