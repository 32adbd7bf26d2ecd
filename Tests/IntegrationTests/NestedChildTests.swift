import Audit
import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// Arrays inside arrays as tables inside tables.
@Suite("Child tables inside child tables")
struct NestedChildTests {
  private static let people = """
    entity: people
    owner: core
    source: { store: app, collection: people }
    key: [id]
    fields: { id: { from: _id, type: integer } }
    children:
      addresses:
        fields: { zip: varchar(5) }
        children:
          phones:
            from: contact.phones[]
            fields: { number: text, line: integer }
            children:
              calls: { fields: { at: { from: "@", type: bigint } } }
      grid:
        from: grid[]
        children:
          cells: { from: "[]", fields: { cell: { from: "@", type: integer } } }
    """

  private func person(_ id: Int, lines: [Int]) -> BSONDocument {
    [
      "_id": BSONValue(id),
      "addresses": [
        ["zip": "a"],
        [
          "zip": "b",
          "contact": [
            "phones": BSONValue(
              lines.map { ["number": .string("n\($0)"), "line": BSONValue($0), "calls": [1, 2]] })
          ],
        ],
      ],
      "grid": [[1, 2], [], [3]],
    ]
  }

  private static let phones =
    "SELECT people_id, addresses_position, position, number FROM core.people_addresses_phones"

  @Test("keys are the parent's key, its place, and their own; later runs change only what differs")
  func keys() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("people", [person(1, lines: [7, 8]), person(2, lines: []), ["_id": 3]])
    let engine = try Engine(mongo: mongo, into: target, Self.people)
    expectEqual(try engine.backfill().counts("people"), [3, 3, 0, 0, 0])
    expectEqual(try target.rows(Self.phones + " ORDER BY 1, 2, 3"), ["1 | 1 | 0 | n7", "1 | 1 | 1 | n8"])
    expectEqual(
      try target.rows("SELECT * FROM core.people_addresses_phones_calls ORDER BY 1, 2, 3, 4 LIMIT 3"),
      ["1 | 1 | 0 | 0 | 1", "1 | 1 | 0 | 1 | 2", "1 | 1 | 1 | 0 | 1"])
    expectEqual(
      try target.rows("SELECT * FROM core.people_grid_cells WHERE people_id = 1 ORDER BY 1, 2, 3"),
      ["1 | 0 | 0 | 1", "1 | 0 | 1 | 2", "1 | 2 | 0 | 3"])
    expectEqual(try engine.audit().tally("people")?.matching, 3)
    expectEqual(try engine.backfill().counts("people"), [3, 0, 3, 0, 0])

    // The second phone goes, the first changes; the other records stay untouched.
    try mongo.update(
      "people", id: 1, ["$set": ["addresses.1.contact.phones": [["number": "new", "calls": [1, 5]]]]])
    expectEqual(
      try engine.audit().differences,
      ["people different 1 [\"people_addresses_phones\", \"people_addresses_phones_calls\"]"])
    expectEqual(try engine.backfill().counts("people"), [3, 1, 2, 0, 0])
    expectEqual(try target.rows(Self.phones), ["1 | 1 | 0 | new"])
    expectEqual(try engine.audit().tally("people")?.drift, 0)

    // A planted difference in the innermost table is found and mended.
    try target.execute("DELETE FROM core.people_addresses_phones_calls WHERE at = 5")
    expectEqual(
      try engine.audit(repairs: true).differences, ["people different 1 [\"people_addresses_phones_calls\"]"])
    expectEqual(try engine.audit().tally("people")?.drift, 0)
  }

  @Test("a refusal names the exact element, and takes the whole record with it")
  func refusals() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "people",
      [
        person(1, lines: [1]),
        ["_id": 2, "addresses": [["zip": "a"], ["zip": "toolong"]]],
        ["_id": 3, "addresses": [["contact": ["phones": [["line": 1], ["line": 2], ["line": "x"]]]]]],
        ["_id": 4, "addresses": [nil, ["zip": "a"]]],
        ["_id": 5, "addresses": [["contact": ["phones": ["none"]]]]],
        ["_id": 6, "addresses": [["zip": "a"], ["contact": ["phones": "none"]]]],
        ["_id": 7, "addresses": [["contact": 1]]], ["_id": 8, "grid": [[1], [2, "x"]]],
      ])
    let engine = try Engine(mongo: mongo, into: target, Self.people)
    expectEqual(try engine.backfill().counts("people"), [8, 1, 0, 7, 0])
    expectEqual(try target.value("SELECT count(*) FROM core.people_addresses"), "2")
    let found = try engine.quarantine().map {
      "\($0.reason) \($0.field ?? "-") \($0.path ?? "-") \($0.found ?? "-") \($0.expected ?? "-")"
    }
    expectEqual(
      found,
      [
        "too_long addresses[].zip addresses[1].zip string varchar(5)",
        "wrong_type addresses[].contact.phones[].line addresses[0].contact.phones[2].line string integer",
        "null addresses[] addresses[0] null -",
        "wrong_type addresses[].contact.phones[] addresses[0].contact.phones[0] string document",
        "wrong_type addresses[].contact.phones[] addresses[1].contact.phones string array",
        "wrong_type addresses[].contact addresses[0].contact int32 document",
        "wrong_type grid[][] grid[1][1] string integer",
      ])
    expectEqual(try engine.audit().tally("people")?.quarantined, 7)
  }

  @Test("missing, null and empty arrays, and null elements, have policies of their own")
  func policies() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "lists",
      [
        ["_id": 1, "a": ["x", nil, "y"], "b": [["v": 1], nil]], ["_id": 2, "b": []],
        ["_id": 3, "a": nil, "b": []],
        ["_id": 4, "a": [], "b": []], ["_id": 5, "a": ["x"]], ["_id": 6, "a": ["x"], "b": nil],
      ])
    func lists(_ a: String, _ b: String) -> String {
      """
      entity: lists
      owner: core
      source: { store: app, collection: lists }
      key: [id]
      fields: { id: { from: _id, type: integer } }
      children:
        a: { \(a), fields: { v: { from: "@", type: text } } }
        b: { \(b), fields: { v: integer } }
      """
    }
    let loose = try Engine(mongo: mongo, into: target, lists("null-element: skip", "null-element: row"))
    expectEqual(try loose.backfill().counts("lists"), [6, 6, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT position, v FROM core.lists_a WHERE lists_id = 1 ORDER BY 1"),
      ["0 | x", "2 | y"])
    expectEqual(try target.rows("SELECT position, v FROM core.lists_b ORDER BY 1"), ["0 | 1", "1 | ∅"])
    expectEqual(try loose.audit().tally("lists")?.drift, 0)
    let strict = try Engine(
      mongo: mongo, into: target,
      lists(
        "missing: quarantine, null: quarantine, empty: quarantine, null-element: quarantine",
        "missing: quarantine, null: quarantine"))
    expectEqual(try strict.backfill().counts("lists"), [6, 0, 0, 6, 0])
    expectEqual(
      try strict.refusals(),
      [
        "1 null a[] -", "2 missing a[] -", "3 null a[] -", "4 empty a[] -", "5 missing b[] -", "6 null b[] -",
      ])
    expectEqual(try strict.quarantine().map { $0.path ?? "" }, ["a[1]", "a", "a", "a", "b", "b"])
  }
}
