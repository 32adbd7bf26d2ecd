import Audit
import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// Fields that the mapping doesn't name: counted, left out by name, or a reason to refuse the record.
@Suite("Unmapped fields")
struct UnmappedTests {
  private static func people(_ rules: String) -> String {
    """
    entity: people
    owner: core
    source: { store: app, collection: people }
    key: [id]
    fields:
      id: { from: _id, type: integer }
      city: { from: profile.city, type: text }
      first: { from: "tags[0]", type: text }
      whole: { from: meta, type: jsonb }
      part: { from: meta.part, type: integer }
    children:
      addresses:
        fields: { zip: text }
        children: { phones: { fields: { number: text } } }
    filters: [{ field: test, exists: false }]
    \(rules)
    """
  }

  private static let documents: [BSONDocument] = [
    [
      "_id": 1, "__v": 0, "profile": ["city": "Köln", "age": 5], "tags": ["a", "b", "c"],
      "meta": ["part": 1, "other": 2],
      "addresses": [
        ["zip": "1"],
        ["zip": "2", "since": 1, "phones": [["number": "x"], ["number": "y", "kind": "home"]]],
      ],
    ],
    ["_id": 2, "__v": 1.5, "odd name": true, "addresses": [["since": "x"], ["since": nil]]],
    ["_id": 3], ["_id": 4, "test": true, "surprise": 1],
  ]

  @Test("they are counted once a record, with their kinds and an exact example")
  func counted() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("people", Self.documents)
    let report = try Engine(mongo: mongo, into: target, Self.people("")).backfill { $0.chunkSize = 2 }
    let found = try #require(report.entities.first).unmapped.map {
      "\($0.path) \($0.count) \($0.kinds.map(\.name)) \($0.example)"
    }
    expectEqual(
      found.sorted(),
      [
        "\"odd name\" 1 [\"bool\"] \"odd name\"", "__v 2 [\"int32\", \"double\"] __v",
        "addresses[].phones[].kind 1 [\"string\"] addresses[1].phones[1].kind",
        "addresses[].since 2 [\"null\", \"int32\", \"string\"] addresses[1].since",
        "profile.age 1 [\"int32\"] profile.age",
        "surprise 1 [\"int32\"] surprise", "tags[] 1 [\"string\"] tags[1]",
      ])
  }

  @Test("rejected, their records wait with the exact path; those left out by name don't count")
  func rejected() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("people", Self.documents)
    let strict = try Engine(mongo: mongo, into: target, Self.people("unmapped: reject"))
    expectEqual(try strict.backfill().counts("people"), [4, 1, 0, 2, 1])
    expectEqual(try strict.refusals(), ["1 unmapped_field __v -", "2 unmapped_field __v -"])
    let named = try Engine(
      mongo: mongo, into: target,
      Self.people(
        "unmapped: { ignore: [__v, profile.age, '\"odd name\"', 'tags[]', 'addresses[].since'], others: reject }"
      ))
    let report = try named.backfill()
    expectEqual(report.counts("people"), [4, 1, 1, 1, 1])
    // A filtered record is no concern of the rule.
    expectEqual(report.unmapped("people"), ["addresses[].phones[].kind: 1", "surprise: 1"])
    let entry = try #require(try named.quarantine().first)
    expectEqual(entry.field, "addresses[].phones[].kind")
    expectEqual(entry.path, "addresses[1].phones[1].kind")
    expectEqual(entry.found, "string")
    expectEqual(try named.audit().tally("people")?.drift, 0)
  }

  @Test(
    "left out by name, they don't go into the rest; a document that only such names go into may be anything")
  func ignoredAndRest() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "things", [["_id": 1, "__v": 1, "a": 1, "old": ["x": 1, "y": 2]], ["_id": 2, "old": 5]])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields: { id: { from: _id, type: integer } }
      unmapped: { ignore: [__v, old.x] }
      """)
    expectEqual(try engine.backfill().unmapped("things"), ["a: 1", "old.y: 1", "old: 1"].sorted())
    let second = try TestPostgres()
    let resting = try Engine(
      mongo: mongo, into: second,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields: { id: { from: _id, type: integer } }
      rest: extra
      unmapped: { ignore: [__v] }
      """)
    expectEqual(try resting.backfill().unmapped("things"), [])
    expectEqual(
      try second.rows("SELECT extra FROM core.things ORDER BY id"),
      ["{\"a\": 1, \"old\": {\"x\": 1, \"y\": 2}}", "{\"old\": 5}"])
  }

  @Test("columns of SQLite count for every row, and reject those in which they hold something")
  func columns() throws {
    let source = try TestSQLite(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL, c BLOB);"
        + " INSERT INTO t VALUES (1, 'x', 1, NULL), (2, NULL, NULL, NULL), (3, NULL, NULL, x'00'), (4, 'y', NULL, NULL)"
    )
    func entity(_ rule: String) -> String {
      """
      entity: t
      owner: core
      source: { store: file, table: t }
      key: [id]
      fields: { id: bigint }
      \(rule)
      """
    }
    let counting = try Engine(sqlite: source, into: try TestPostgres(), entity("unmapped: { ignore: b }"))
    let found = try #require(try counting.backfill().entities.first).unmapped
    expectEqual(
      found.sorted { $0.path < $1.path },
      [
        UnmappedField(path: "a", count: 4, kinds: [.null, .string], example: "a"),
        UnmappedField(path: "c", count: 4, kinds: [.null, .binary], example: "c"),
      ])
    let strict = try Engine(
      sqlite: source, into: try TestPostgres(), entity("unmapped: { ignore: [a], others: reject }"))
    expectEqual(try strict.backfill().counts("t"), [4, 2, 0, 2, 0])
    expectEqual(try strict.refusals(), ["1 unmapped_field b -", "3 unmapped_field c -"])
    let silent = try Engine(sqlite: source, into: try TestPostgres(), entity("unmapped: ignore"))
    expectEqual(try silent.backfill().unmapped("t"), [])
  }
}
