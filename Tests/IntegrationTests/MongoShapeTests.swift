import Audit
import Backfill
import Codec
import TestSupport
import Testing

/// Nested documents, child tables, the rest, filters: where the parts of a document go.
@Suite("Shapes from Mongo")
struct MongoShapeTests {
  @Test("embedded arrays become rows with their parent's key and their place")
  func children() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "people",
      [
        [
          "_id": 1,
          "addresses": [
            ["city": "Köln", "postal": ["code": "50667"]], ["postal": nil], ["city": nil, "extra": 1],
          ],
          "meta": ["labels": ["a", "", "c"]],
        ],
        ["_id": 2, "addresses": [], "meta": ["labels": nil]], ["_id": 3, "addresses": nil], ["_id": 4],
        ["_id": 5, "addresses": "none"], ["_id": 6, "addresses": [["city": "x"], "text"]],
        ["_id": 7, "addresses": [["city": "ok"], ["city": 5]], "meta": ["labels": ["kept out"]]],
      ])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: people
      owner: core
      source: { store: app, collection: people }
      key: [id]
      fields: { id: { from: _id, type: integer } }
      children:
        addresses:
          table: person_addresses
          parent: [person]
          fields: { city: text, zip: { from: postal.code, type: text, missing: { value: none } } }
        labels:
          from: meta.labels[]
          ordinal: place
          fields: { label: { from: "@", type: text } }
      """)
    let report = try engine.backfill()
    #expect(report.counts("people") == [7, 4, 0, 3, 0])
    expectEqual(try target.rows("SELECT * FROM core.people ORDER BY id"), ["1", "2", "3", "4"])
    expectEqual(
      try target.rows("SELECT person, position, city, zip FROM core.person_addresses ORDER BY 1, 2"),
      ["1 | 0 | Köln | 50667", "1 | 1 | ∅ | none", "1 | 2 | ∅ | none"])
    expectEqual(
      try target.rows("SELECT people_id, place, label FROM core.people_labels ORDER BY 1, 2"),
      ["1 | 0 | a", "1 | 1 | ", "1 | 2 | c"])
    expectEqual(
      try engine.refusals(),
      [
        "5 wrong_type addresses[] -", "6 wrong_type addresses[] -",
        "7 wrong_type addresses[].city person_addresses.city",
      ])
  }

  @Test("the rest takes every top-level field that nothing maps, whole")
  func rest() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "events",
      [
        ["_id": 1, "at": .at(0), "b": ["x": [1, nil]], "a": "t", "": 0], ["_id": 2],
        ["_id": 3, "at": nil, "profile": ["name": "n", "other": 1], "none": nil],
      ])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: events
      owner: core
      source: { store: app, collection: events }
      key: [id]
      fields: { id: { from: _id, type: integer }, at: timestamptz, name: { from: profile.name, type: text } }
      rest: extra
      """)
    let report = try engine.backfill()
    expectEqual(
      try target.rows("SELECT id, at, name, extra FROM core.events ORDER BY id"),
      [
        "1 | 1970-01-01 00:00:00+00 | ∅ | {\"\": 0, \"a\": \"t\", \"b\": {\"x\": [1, null]}}",
        "2 | ∅ | ∅ | ∅",
        "3 | ∅ | n | {\"none\": null}",
      ])
    // What stands beside a mapped field inside a document isn't the rest, but it is counted.
    #expect(report.unmapped("events") == ["profile.other: 1"])
  }

  @Test("fields that nothing maps are counted with their paths")
  func unmapped() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "events",
      [["_id": 1, "a": 1, "b": ["c": 1, "d": 2]], ["_id": 2, "a": nil, "b": ["d": 1]], ["_id": 3]])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: events
      owner: core
      source: { store: app, collection: events }
      key: [id]
      fields: { id: { from: _id, type: integer }, c: { from: b.c, type: integer } }
      """)
    let report = try engine.backfill { $0.chunkSize = 1 }
    #expect(report.unmapped("events") == ["a: 2", "b.d: 2"])
  }

  @Test("filters leave records out by existence and by canonical text, and count them")
  func filters() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "trials",
      [
        ["_id": 1, "status": "active"], ["_id": 2, "status": "active", "deleted": true],
        ["_id": 3, "status": "closed"], ["_id": 4, "status": "7"], ["_id": 5, "status": 7],
        ["_id": 6, "status": "active", "deleted": nil],
        ["_id": 7, "status": "active", "origin": ["system": "test"]],
        ["_id": 8, "status": "active", "origin": ["system": 0]], ["_id": 9],
        ["_id": 10, "status": "active", "origin": ["system": "live"]],
      ])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: trials
      owner: core
      source: { store: app, collection: trials }
      key: [id]
      fields: { id: { from: _id, type: integer } }
      filters:
        - { field: deleted, exists: false }
        - { field: status, one-of: [active, "7"] }
        - { field: origin.system, none-of: [test, "0"] }
      """)
    let report = try engine.backfill()
    #expect(report.counts("trials") == [10, 5, 0, 0, 5])
    expectEqual(try target.rows("SELECT id FROM core.trials ORDER BY id"), ["1", "4", "5", "6", "10"])
    let tally = try engine.audit().tally("trials")
    #expect(tally?.drift == 0)
    #expect(tally?.filtered == 5)
    #expect(tally?.compared == 5)
  }

  @Test("names that need quotes everywhere work everywhere")
  func oddNames() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("odd \"name\"", [["_id": 1, "first name": ["a.b": ["x"]], "select": 2]])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: odd
      owner: core
      source: { store: app, collection: 'odd "name"' }
      target: { table: 'ta "ble', schema: 'sch éma' }
      key: ["the key"]
      fields:
        the key: { from: _id, type: integer }
        'a"b': { from: '"first name"."a.b"[0]', type: text }
        select: integer
      """)
    expectEqual(try engine.backfill().counts("odd"), [1, 1, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT \"the key\", \"a\"\"b\", \"select\" FROM \"sch éma\".\"ta \"\"ble\""),
      ["1 | x | 2"])
    expectEqual(try engine.backfill().counts("odd"), [1, 0, 1, 0, 0])
    expectEqual(try engine.audit().differences, [])
  }
}
