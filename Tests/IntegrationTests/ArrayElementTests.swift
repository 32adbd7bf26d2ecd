import Audit
import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// Native arrays: what becomes of the array and of each element that is missing, null or empty.
@Suite("Elements of native arrays")
struct ArrayElementTests {
  private static func entity(_ fields: String, _ source: String, _ rest: String = "") -> String {
    """
    entity: things
    owner: core
    source: \(source)
    key: [id]
    fields: { id: \(source.contains("app") ? "{ from: _id, type: integer }" : "integer"), \(fields) }
    \(rest)
    """
  }

  /// Moves the same values from MongoDB, and from SQLite as JSON text, which must land alike.
  ///
  /// - Returns: the rows, and what waits in quarantine as `id reason field column path`.
  private func move(_ fields: String, _ values: [(mongo: BSONDocument, json: String?)]) throws -> (
    rows: [String], refused: [String]
  ) {
    let mongo = try TestMongo()
    try mongo.insert(
      "things",
      values.enumerated().map { number, value in
        var pairs: [(String, BSONValue)] = [("_id", BSONValue(number + 1))]
        pairs += value.mongo.keys.compactMap { key in value.mongo[key].map { (key, $0) } }
        return BSONDocument(pairs)
      })
    let sqlite = try TestSQLite("CREATE TABLE things (id INTEGER PRIMARY KEY, v TEXT)")
    for (number, value) in values.enumerated() {
      let text = value.json.map { "'\($0)'" } ?? "NULL"
      try sqlite.execute("INSERT INTO things VALUES (\(number + 1), \(text))")
    }
    let (first, second) = (try TestPostgres(), try TestPostgres())
    let documents = try Engine(
      mongo: mongo, into: first, Self.entity(fields, "{ store: app, collection: things }"))
    let rows = try Engine(
      sqlite: sqlite, into: second,
      Self.entity(fields, "{ store: file, table: things }", "json-text: [v]"))
    func result(_ engine: Engine) throws -> (rows: [String], refused: [String]) {
      try engine.backfill()
      expectEqual(try engine.audit().tally("things")?.drift, 0)
      let waiting = try engine.quarantine().map { "\($0.reason) \($0.path ?? "-") \($0.found ?? "-")" }
      return (try engine.target.rows("SELECT * FROM core.things ORDER BY id"), waiting)
    }
    let (fromMongo, fromSQLite) = (try result(documents), try result(rows))
    expectEqual(fromSQLite.rows, fromMongo.rows)
    expectEqual(fromSQLite.refused, fromMongo.refused)
    return fromMongo
  }

  private static let lists: [(mongo: BSONDocument, json: String?)] = [
    (["v": ["a", nil, ""]], #"["a",null,""]"#), (["v": [nil, " "]], #"[null," "]"#), (["v": []], "[]"),
    (["v": nil], nil), (["v": ["b"]], #" [ "b" ] "#),
  ]

  @Test("by default null stays null, and empty stays empty")
  func defaults() throws {
    let moved = try move(#"v: "text[]""#, Self.lists)
    #expect(moved.rows == [#"1 | {a,NULL,""}"#, #"2 | {NULL," "}"#, "3 | {}", "4 | ∅", "5 | {b}"])
    #expect(moved.refused == [])
  }

  @Test("null elements are skipped, refused or replaced")
  func nulls() throws {
    let skipped = try move(#"v: { type: "text[]", null-element: skip }"#, Self.lists)
    #expect(skipped.rows == [#"1 | {a,""}"#, #"2 | {" "}"#, "3 | {}", "4 | ∅", "5 | {b}"])
    let replaced = try move(#"v: { type: "text[]", null-element: { value: none } }"#, Self.lists)
    #expect(replaced.rows == [#"1 | {a,none,""}"#, #"2 | {none," "}"#, "3 | {}", "4 | ∅", "5 | {b}"])
    let refused = try move(#"v: { type: "text[]", null-element: quarantine }"#, Self.lists)
    #expect(refused.rows == ["3 | {}", "4 | ∅", "5 | {b}"])
    #expect(refused.refused == ["null v[1] null", "null v[0] null"])
  }

  @Test("empty elements have rules of their own, and what is trimmed away is empty")
  func empties() throws {
    let nulled = try move(
      #"v: { type: "text[]", transforms: [trim, upper], empty-element: null }"#, Self.lists)
    #expect(nulled.rows == ["1 | {A,NULL,NULL}", "2 | {NULL,NULL}", "3 | {}", "4 | ∅", "5 | {B}"])
    let replaced = try move(
      #"v: { type: "text[]", transforms: [trim], null-element: skip, empty-element: { value: e } }"#,
      Self.lists)
    #expect(replaced.rows == ["1 | {a,e}", "2 | {e}", "3 | {}", "4 | ∅", "5 | {b}"])
    let refused = try move(
      #"v: { type: "text[]", transforms: [trim], empty-element: quarantine }"#, Self.lists)
    #expect(refused.rows == ["3 | {}", "4 | ∅", "5 | {b}"])
    #expect(refused.refused == ["empty v[2] string", "empty v[1] string"])
    // The rule for the array itself is not for its elements.
    let whole = try move(#"v: { type: "text[]", empty: null, null: quarantine }"#, Self.lists)
    #expect(whole.rows == [#"1 | {a,NULL,""}"#, #"2 | {NULL," "}"#, "3 | ∅", "5 | {b}"])
    #expect(whole.refused == ["null v null"])
  }

  @Test("an array of which every element is skipped is empty")
  func emptied() throws {
    let lists: [(mongo: BSONDocument, json: String?)] = [
      (["v": [nil, nil]], "[null,null]"), (["v": ["", nil]], #"["",null]"#), (["v": [1]], "[1]"),
      (["v": ["a", nil]], #"["a",null]"#),
    ]
    let rules = "null-element: skip, empty-element: skip"
    let kept = try move(#"v: { type: "text[]", transforms: [text], \#(rules) }"#, lists)
    #expect(kept.rows == ["1 | {}", "2 | {}", "3 | {1}", "4 | {a}"])
    let nulled = try move(#"v: { type: "text[]", transforms: [text], \#(rules), empty: null }"#, lists)
    #expect(nulled.rows == ["1 | ∅", "2 | ∅", "3 | {1}", "4 | {a}"])
    let refused = try move(#"v: { type: "text[]", transforms: [text], \#(rules), empty: quarantine }"#, lists)
    #expect(refused.rows == ["3 | {1}", "4 | {a}"])
    #expect(refused.refused == ["empty v array", "empty v array"])
  }

  @Test("declared values are read as the element's type; an element's own fault names its place")
  func typed() throws {
    let lists: [(mongo: BSONDocument, json: String?)] = [
      (["v": [1, nil]], "[1,null]"), (["v": [1, "x"]], #"[1,"x"]"#), (["v": "[1]"], #""[1]""#),
    ]
    let moved = try move(#"v: { type: "numeric(6,2)[]", null-element: { value: "1.5" } }"#, lists)
    #expect(moved.rows == ["1 | {1.00,1.50}"])
    #expect(moved.refused == ["wrong_type v[1] string", "wrong_type v string"])
  }

  @Test("undefined is no null: only skip, quarantine and a value are for it, too")
  func undefined() throws {
    let mongo = try TestMongo()
    try mongo.insert("things", [["_id": 1, "v": ["a", .undefined]]])
    func rows(_ rule: String) throws -> [String] {
      let target = try TestPostgres()
      let engine = try Engine(
        mongo: mongo, into: target,
        Self.entity(#"v: { type: "text[]"\#(rule) }"#, "{ store: app, collection: things }"))
      try engine.backfill()
      return try target.rows("SELECT v FROM core.things") + engine.refusals()
    }
    expectEqual(try rows(""), ["1 wrong_type v v"])
    expectEqual(try rows(", null-element: skip"), ["{a}"])
    expectEqual(try rows(", null-element: { value: u }"), ["{a,u}"])
    expectEqual(try rows(", null-element: quarantine"), ["1 null v v"])
  }

  @Test("the rules hold inside the elements of child tables, and for arrays on nested paths")
  func nested() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "things",
      [
        ["_id": 1, "p": ["tags": ["a", nil]], "rows": [["t": [nil, "x"]], ["t": nil], [:], ["t": []]]],
        ["_id": 2, "p": nil, "rows": []], ["_id": 3], ["_id": 4, "p": ["tags": []]],
        ["_id": 5, "p": ["tags": nil], "rows": [["t": ["x", ""]]]],
      ])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields:
        id: { from: _id, type: integer }
        tags: { from: p.tags, type: "text[]", null-element: skip, null: quarantine, empty: null }
        first: { from: "p.tags[0]", type: text, missing: { value: none } }
      children:
        rows: { fields: { t: { type: "text[]", null-element: { value: n }, empty-element: quarantine } } }
      """)
    try engine.backfill()
    expectEqual(
      try target.rows("SELECT * FROM core.things ORDER BY id"),
      ["1 | {a} | a", "2 | ∅ | none", "3 | ∅ | none", "4 | ∅ | none"])
    expectEqual(
      try target.rows("SELECT position, t FROM core.things_rows ORDER BY 1"),
      ["0 | {n,x}", "1 | ∅", "2 | ∅", "3 | {}"])
    expectEqual(try engine.refusals(), ["5 null p.tags tags"])
    expectEqual(try engine.audit().tally("things")?.drift, 0)
    try mongo.update("things", id: 5, ["$set": ["p.tags": ["y"]]])
    try engine.backfill()
    expectEqual(
      try engine.quarantine().map { "\($0.path ?? "-"): \($0.message)" },
      [
        "rows[0].t[1]: an element of field rows[].t is empty, and the mapping quarantines such records;"
          + " empty-element: says what it becomes"
      ])
  }
}
