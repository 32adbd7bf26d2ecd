import Codec
import Mongo
import TestSupport
import Testing

/// Missing, null and empty are three things, and the mapping says what each becomes.
@Suite("Missing, null and empty")
struct AbsenceTests {
  private static func entity(_ fields: String) -> String {
    """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields:
      id: { from: _id, type: integer }
    \(fields.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
    """
  }

  /// Missing, null, an empty text, an empty text once trimmed, and a value.
  private static let five: [BSONDocument] = [
    ["_id": 1], ["_id": 2, "v": nil], ["_id": 3, "v": ""], ["_id": 4, "v": "  "], ["_id": 5, "v": "x"],
  ]

  private func move(_ fields: String, _ documents: [BSONDocument] = five) throws -> (
    rows: [String], refused: [String]
  ) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", documents)
    let engine = try Engine(mongo: mongo, into: target, Self.entity(fields))
    try engine.backfill()
    return (try target.rows("SELECT * FROM core.things ORDER BY id"), try engine.refusals())
  }

  @Test("by default missing and null become null and empty stays empty")
  func defaults() throws {
    let moved = try move("v: text")
    #expect(moved.rows == ["1 | ∅", "2 | ∅", "3 | ", "4 |   ", "5 | x"])
    #expect(moved.refused == [])
  }

  @Test("each may have a value of its own")
  func values() throws {
    let moved = try move(
      "v: { type: text, transforms: [trim], missing: { value: m }, null: { value: n }, empty: { value: e } }")
    #expect(moved.rows == ["1 | m", "2 | n", "3 | e", "4 | e", "5 | x"])
  }

  @Test("each may quarantine its record, and the reasons differ")
  func quarantine() throws {
    let moved = try move(
      "v: { type: text, transforms: [trim], missing: quarantine, null: quarantine, empty: quarantine }")
    #expect(moved.rows == ["5 | x"])
    #expect(moved.refused == ["1 missing v v", "2 null v v", "3 empty v v", "4 empty v v"])
  }

  @Test("a required column quarantines missing and null by default, and keeps empty")
  func required() throws {
    let moved = try move("v: { type: text, required: true }")
    #expect(moved.rows == ["3 | ", "4 |   ", "5 | x"])
    #expect(moved.refused == ["1 missing v v", "2 null v v"])
  }

  @Test("declared values are read as the column's type")
  func typedValues() throws {
    let moved = try move(
      """
      n: { from: n, type: "numeric(6,2)", missing: { value: "1.5" } }
      t: { from: t, type: timestamptz, missing: { value: "2024-01-01T00:00:00Z" } }
      b: { from: b, type: boolean, missing: { value: "yes" } }
      j: { from: j, type: jsonb, missing: { value: "[1]" }, empty: null }
      """, [["_id": 1], ["_id": 2, "n": 3, "t": .at(0), "b": false, "j": [:]], ["_id": 3, "j": []]])
    #expect(
      moved.rows == [
        "1 | 1.50 | 2024-01-01 00:00:00+00 | t | [1]", "2 | 3.00 | 1970-01-01 00:00:00+00 | f | ∅",
        "3 | 1.50 | 2024-01-01 00:00:00+00 | t | ∅",
      ])
  }

  @Test("of several paths the first that holds a value counts; all missing is missing, one null is null")
  func coalesce() throws {
    let moved = try move(
      "v: { from: [profile.locale, 'locales[1]', \"\\\"odd name\\\"\"], type: text, missing: { value: m }, null: { value: n } }",
      [
        ["_id": 1, "profile": ["locale": "de"], "odd name": "x"],
        ["_id": 2, "profile": ["locale": nil], "odd name": "x"],
        ["_id": 3, "profile": ["other": 1], "locales": ["en", "fr"]], ["_id": 4, "profile": nil], ["_id": 5],
        ["_id": 6, "locales": ["en"], "odd name": nil], ["_id": 7, "profile": "text"],
      ])
    #expect(moved.rows == ["1 | de", "2 | x", "3 | fr", "4 | m", "5 | m", "6 | n"])
    #expect(moved.refused == ["7 wrong_type - -"])
  }

  @Test("a record without its key is refused, and so is one whose key is emptied")
  func keys() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.connection.run(command: [
      "createIndexes": "things",
      "indexes": [["key": ["code": 1], "name": "code", "unique": true]],
    ])
    try mongo.insert("things", [["_id": 1, "code": "a"], ["_id": 2, "code": nil], ["_id": 3, "code": ""]])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [code]
      fields:
        code: { type: text, empty: quarantine }
      """)
    try engine.backfill()
    expectEqual(try target.rows("SELECT * FROM core.things"), ["a"])
    expectEqual(try engine.refusals(), ["2 null code code", "3 empty code code"])
  }
}
