import Audit
import Backfill
import Catalog
import Codec
import Mapping
import TestSupport
import Testing

/// Paths, arrays and child tables out of texts that hold JSON, from both kinds of source.
@Suite("JSON text")
struct JSONTextTests {
  /// People, whose fields hold JSON as text.
  private static let people: [[String?]] = [
    [
      #"["a", "b"]"#, #"{"locale": "de", "age": 41, "odd name": {"x": [1, 2]}, "nick": "Z"}"#,
      #"[{"city": "Ulm", "phones": ["1", "2"]}, {"city": null, "zip": "x"}]"#, #"{"k": 1.50}"#,
    ],
    ["[]", "{}", "[]", nil], [nil, nil, nil, nil], ["", "", "", nil], ["null", "null", "null", "null"],
  ]

  private static func entity(_ source: String, _ id: String) -> String {
    """
    entity: people
    owner: core
    source: \(source)
    key: [id]
    json-text: [tags, profile, addresses, raw]
    fields:
      id: \(id)
      tags: { type: "text[]", empty: null }
      locale: { from: profile.locale, type: text, missing: { value: none }, null: { value: "null" } }
      age: { from: profile.age, type: smallint }
      second: { from: 'profile."odd name".x[1]', type: bigint }
      profile: { type: jsonb, transforms: [json], empty: null }
      raw: { type: text, transforms: [json] }
      rawValue: { from: raw.k, type: "numeric(9,4)" }
    children:
      addresses:
        fields: { city: text }
        children: { phones: { fields: { phone: { from: "@", type: text } } } }
    unmapped: { ignore: ["addresses[].zip"] }
    """
  }

  private func sqlite() throws -> TestSQLite {
    let file = try TestSQLite(
      "CREATE TABLE people (id INTEGER PRIMARY KEY, note TEXT, tags TEXT, profile TEXT, addresses TEXT, raw TEXT)"
    )
    for (number, row) in Self.people.enumerated() {
      let texts = row.map { $0.map { "'\($0)'" } ?? "NULL" }.joined(separator: ", ")
      try file.execute("INSERT INTO people VALUES (\(number + 1), 'n', \(texts))")
    }
    return file
  }

  private func mongo() throws -> TestMongo {
    let mongo = try TestMongo()
    try mongo.insert(
      "people",
      Self.people.enumerated().map { number, row in
        var pairs: [(String, BSONValue)] = [("_id", BSONValue(number + 1)), ("note", "n")]
        for (name, text) in zip(["tags", "profile", "addresses", "raw"], row) {
          pairs.append((name, text.map { .string($0) } ?? .null))
        }
        return BSONDocument(pairs)
      })
    return mongo
  }

  private func check(_ engine: Engine) throws {
    let report = try engine.backfill()
    expectEqual(report.counts("people"), [5, 5, 0, 0, 0])
    expectEqual(report.unmapped("people"), ["note: 5"])
    expectEqual(
      try engine.target.rows(
        #"SELECT id, tags, locale, age, second, profile, raw, "rawValue" FROM core.people ORDER BY id"#),
      [
        #"1 | {a,b} | de | 41 | 2 | {"age": 41, "nick": "Z", "locale": "de", "odd name": {"x": [1, 2]}} | {"k": 1.50} | 1.5000"#,
        "2 | ∅ | none | ∅ | ∅ | {} | ∅ | ∅", "3 | ∅ | none | ∅ | ∅ | ∅ | ∅ | ∅",
        "4 | ∅ | none | ∅ | ∅ | ∅ | ∅ | ∅",
        "5 | ∅ | none | ∅ | ∅ | null | null | ∅",
      ])
    expectEqual(
      try engine.target.rows("SELECT * FROM core.people_addresses ORDER BY 1, 2"),
      ["1 | 0 | Ulm", "1 | 1 | ∅"])
    expectEqual(
      try engine.target.rows("SELECT * FROM core.people_addresses_phones ORDER BY 1, 2, 3"),
      ["1 | 0 | 0 | 1", "1 | 0 | 1 | 2"])
    expectEqual(try engine.audit().tally("people")?.matching, 5)
    expectEqual(try engine.backfill().counts("people"), [5, 0, 5, 0, 0])
    // An audit looks inside, too.
    try engine.target.execute("UPDATE core.people SET tags = '{a}' WHERE id = 1")
    try engine.target.execute("DELETE FROM core.people_addresses_phones WHERE phone = '2'")
    expectEqual(
      try engine.audit(repairs: true).differences,
      ["people different 1 [\"tags\", \"people_addresses_phones\"]"])
    expectEqual(try engine.audit().tally("people")?.drift, 0)
  }

  @Test("a SQLite column's JSON becomes native arrays, flattened columns and nested child tables")
  func fromSQLite() throws {
    try check(
      try Engine(
        sqlite: try sqlite(), into: try TestPostgres(),
        Self.entity("{ store: file, table: people }", "{ type: integer }")))
  }

  @Test("so does a text field of MongoDB")
  func fromMongo() throws {
    try check(
      try Engine(
        mongo: try mongo(), into: try TestPostgres(),
        Self.entity("{ store: app, collection: people }", "{ from: _id, type: integer }")))
  }

  /// One column `v` of JSON texts, numbered from 1.
  private func move(_ fields: String, _ texts: [String], _ rest: String = "") throws -> (
    Engine, rows: [String]
  ) {
    let file = try TestSQLite("CREATE TABLE t (id INTEGER PRIMARY KEY, v)")
    for (number, text) in texts.enumerated() {
      let escaped = text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
      try file.execute("INSERT INTO t VALUES (\(number + 1), '\(escaped)')")
    }
    let engine = try Engine(
      sqlite: file, into: try TestPostgres(),
      """
      entity: t
      owner: core
      source: { store: file, table: t }
      key: [id]
      json-text: [v]
      fields: { id: integer, \(fields) }
      \(rest)
      """)
    try engine.backfill()
    let rows = try engine.target.rows("SELECT * FROM core.t ORDER BY id")
    expectEqual(try engine.audit().tally("t")?.drift, 0)
    return (engine, rows)
  }

  private func waiting(_ engine: Engine) throws -> [String] {
    try engine.quarantine().map { "\($0.reason) \($0.path ?? "-") \($0.column ?? "-")" }
  }

  @Test("numbers stay exactly what the text says, or their records wait")
  func numbers() throws {
    let long = "1234567890123456789012345678901234"
    let (engine, rows) = try move(
      "n: { from: v.n, type: numeric }",
      [
        "9223372036854775807", "-9223372036854775808", "9223372036854775808", "0.1", "1.10", "-0", "1e3",
        "-2.5E-3",
        "0.1000000000000000055511151231257827", "18446744073709551616", "9007199254740993.0", long,
        long + "5",
        "1e-400", "1e400", "1e9999", "0.30000000000000004",
      ].map { #"{"n": \#($0)}"# })
    #expect(
      rows.map { String($0.prefix(50)) } == [
        "1 | 9223372036854775807", "2 | -9223372036854775808", "3 | 9223372036854775808", "4 | 0.1",
        "5 | 1.1",
        "7 | 1000", "8 | -0.0025", "9 | 0.1000000000000000055511151231257827",
        "10 | 18446744073709551616", "11 | 9007199254740993", "12 | \(long)",
        "14 | 0." + String(repeating: "0", count: 43), "15 | 1" + String(repeating: "0", count: 44),
        "17 | 0.30000000000000004",
      ])
    // No numeric has the sign of -0, and no type keeps more than 34 digits.
    expectEqual(try waiting(engine).sorted(), ["not_exact v -", "not_exact v -", "not_exact v.n n"])
    let wide = try engine.quarantine().filter { $0.column == nil }
    #expect(wide.allSatisfy { $0.message.contains("more digits than can be kept exactly") })
    // In a double column, only what a double is.
    let (doubles, values) = try move(
      "n: { from: v.n, type: double precision }",
      [#"{"n": 0.1}"#, #"{"n": 9007199254740993}"#, #"{"n": 1e400}"#, #"{"n": -0}"#, #"{"n": 0}"#])
    #expect(values == ["1 | 0.1", "4 | -0", "5 | 0"])
    expectEqual(try waiting(doubles), ["not_exact v.n n", "not_exact v.n n"])
    // And an integer column takes no fraction.
    let (integers, wholes) = try move("n: { from: v.n, type: integer }", [#"{"n": 1.0}"#, #"{"n": 1.5}"#])
    #expect(wholes == ["1 | 1"])
    expectEqual(try waiting(integers), ["not_exact v.n n"])
    // Whole numbers that are a double's shortest decimal, but not its value: never that value.
    let large = [
      "922337203685481e2", "92233720368548100.0", "-1.7e18", "9007199254740994e0", "-9223372036854776e3",
    ].map { #"{"n": \#($0)}"# }
    let (bigints, exact) = try move("n: { from: v.n, type: bigint }", large)
    let both = [
      "1 | 92233720368548100", "2 | 92233720368548100", "3 | -1700000000000000000", "4 | 9007199254740994",
    ]
    #expect(exact == both)
    expectEqual(try waiting(bigints), ["out_of_range v.n n"])
    let (_, decimals) = try move("n: { from: v.n, type: numeric }", large)
    #expect(decimals == both + ["5 | -9223372036854776000"])
    let (inexact, found) = try move("n: { from: v.n, type: double precision }", large)
    #expect(found == ["3 | -1.7e+18", "4 | 9.007199254740994e+15"])
    expectEqual(try waiting(inexact), Array(repeating: "not_exact v.n n", count: 3))
  }

  @Test("a key that stands twice is refused where it counts, as in a document")
  func duplicates() throws {
    let (engine, rows) = try move(
      "a: { from: v.a, type: integer }, b: { from: v.b, type: jsonb }",
      [
        #"{"a": 1, "a": 2}"#, #"{"a": 1, "\u0061": 2}"#, #"{"b": {"x": 1, "x": 1}}"#,
        #"{"c": 1, "c": 2, "a": 3}"#,
        #"{"b": {"x": {}, "y": {"x": 1}}}"#,
      ])
    #expect(rows == ["4 | 3 | ∅", #"5 | ∅ | {"x": {}, "y": {"x": 1}}"#])
    expectEqual(
      try waiting(engine), ["duplicate_field v.a -", "duplicate_field v.a -", "duplicate_field v.b b"])
    let (nested, _) = try move("a: { from: v.a.b, type: integer }", [#"{"a": {"b": 1}, "a": {"b": 2}}"#])
    expectEqual(try waiting(nested), ["duplicate_field v.a -"])
  }

  @Test("text that isn't JSON waits, with its reason and its path")
  func invalid() throws {
    let (engine, rows) = try move(
      "a: { from: v.a, type: text }, rest: { from: v, type: jsonb }",
      [
        "{", "[1", "{'a': 1}", #"{"a": 01}"#, #"{"a": 1,}"#, #"{"a": "x}"#, "nul", #"{"a": "x"} y"#, "   ",
        #"{"a": "\ud800"}"#, #"{"a": "\udc00\ud800"}"#, #"{"\ud800": 1}"#, #"{"a": "\ud83d\ude00"}"#, "[1]",
        "5",
      ])
    #expect(rows == [#"13 | 😀 | {"a": "😀"}"#, "14 | ∅ | [1]", "15 | ∅ | 5"])
    let found = try waiting(engine)
    #expect(found == Array(repeating: "invalid_json v -", count: 12))
    #expect(try #require(engine.quarantine().first).message == "field v holds text that isn't valid JSON")
  }

  @Test("where a path goes through it, JSON of another kind waits")
  func otherKinds() throws {
    let (engine, rows) = try move(
      "a: { from: v.a, type: text }", ["[1]", "5", #""text""#, "null", "", #"{"a": 1}"#, #"{"a": "x"}"#])
    #expect(rows == ["4 | ∅", "5 | ∅", "7 | x"])
    expectEqual(
      try engine.quarantine().map {
        "\($0.reason) \($0.path ?? "-") \($0.found ?? "-") \($0.expected ?? "-")"
      },
      [
        "wrong_type v array document", "wrong_type v int64 document", "wrong_type v string document",
        "wrong_type v.a int64 text",
      ])
    // A value of SQLite that is no text at all is what it is.
    let file = try TestSQLite(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 7), (2, x'5b5d')")
    let plain = try Engine(
      sqlite: file, into: try TestPostgres(),
      "entity: t\nowner: core\nsource: { store: file, table: t }\nkey: [id]\njson-text: v\nfields: { id: integer, v: \"integer[]\" }"
    )
    try plain.backfill()
    expectEqual(try waiting(plain), ["wrong_type v v", "wrong_type v v"])
  }

  @Test("NUL is refused at its place, or taken out by name; a key can't have one")
  func nul() throws {
    let texts = [#"{"a": "x\u0000y", "b": "z"}"#, #"{"a\u0000": 1}"#, #"{"b": "q\u0000"}"#]
    let (engine, rows) = try move("a: { from: v.a, type: text }", texts)
    #expect(rows == ["3 | ∅"])
    expectEqual(try waiting(engine), ["contains_nul v.a a", "contains_nul v -"])
    let (_, stripped) = try move(
      "a: { from: v.a, type: text, transforms: [strip_nul] }, b: { from: v.b, type: text, transforms: [escape_nul] }",
      texts)
    #expect(stripped == ["1 | xy | z", #"3 | ∅ | q\0"#])
  }

  @Test("JSON may be nested 200 levels deep, and no deeper")
  func depth() throws {
    func nested(_ levels: Int) -> String {
      #"{"a": "# + String(repeating: "[", count: levels - 1) + String(repeating: "]", count: levels - 1) + "}"
    }
    let (engine, rows) = try move(
      "b: { from: v.b, type: text }", [nested(200), nested(201), String(repeating: "[", count: 1_000_000)])
    #expect(rows == ["1 | ∅"])
    expectEqual(try waiting(engine), ["too_deep v -", "too_deep v -"])
    #expect(
      try #require(engine.quarantine().first).message
        == "field v holds JSON that is nested more than 200 levels deep")
  }

  @Test("JSON text inside JSON text, and inside the elements of a child table")
  func inside() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "orders",
      [
        [
          "_id": 1, "meta": #"{"inner": "{\"x\": [1, 2]}"}"#,
          "lines": [["geo": #"{"city": "Ulm"}"#, "parts": "[7, 8]"], ["geo": nil, "parts": ""], [:]],
        ],
        ["_id": 2, "meta": ["inner": ["x": [3]]], "lines": [["geo": ["city": "Bonn"], "parts": [9]]]],
        ["_id": 3, "lines": [["parts": "[1]"], ["geo": "{"]]],
      ])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: orders
      owner: core
      source: { store: app, collection: orders }
      key: [id]
      json-text: [meta, meta.inner, "lines[].geo", "lines[].parts"]
      fields: { id: { from: _id, type: integer }, x: { from: meta.inner.x, type: "integer[]" } }
      children:
        lines:
          fields: { city: { from: geo.city, type: text } }
          children: { parts: { fields: { part: { from: "@", type: integer } } } }
      """)
    try engine.backfill()
    expectEqual(try target.rows("SELECT * FROM core.orders ORDER BY 1"), ["1 | {1,2}", "2 | {3}"])
    expectEqual(
      try target.rows("SELECT * FROM core.orders_lines ORDER BY 1, 2"),
      ["1 | 0 | Ulm", "1 | 1 | ∅", "1 | 2 | ∅", "2 | 0 | Bonn"])
    expectEqual(
      try target.rows("SELECT * FROM core.orders_lines_parts ORDER BY 1, 2, 3"),
      ["1 | 0 | 0 | 7", "1 | 0 | 1 | 8", "2 | 0 | 0 | 9"])
    expectEqual(try waiting(engine), ["invalid_json lines[1].geo -"])
    expectEqual(try engine.audit().tally("orders")?.drift, 0)
  }

  @Test(
    "absent arrays follow the child table's rules, filters see the text or what is in it, and rest keeps out")
  func rules() throws {
    let file = try TestSQLite(
      """
      CREATE TABLE t (id INTEGER PRIMARY KEY, list TEXT, info TEXT, other TEXT);
      INSERT INTO t VALUES (1, '[1]', '{"kind": "a", "more": 1}', 'o'), (2, '[]', '{"kind": "a"}', NULL),
        (3, '', '{"kind": "a"}', NULL), (4, NULL, '{"kind": "a"}', NULL), (5, 'null', '{"kind": "a"}', NULL),
        (6, '[1]', '{"kind": "b"}', NULL), (7, '[1]', NULL, NULL);
      """)
    func engine(_ rules: String, _ rest: String) throws -> Engine {
      try Engine(
        sqlite: file, into: try TestPostgres(),
        """
        entity: t
        owner: core
        source: { store: file, table: t }
        key: [id]
        json-text: [list, info]
        fields: { id: integer }
        children: { list: { \(rules)fields: { v: { from: "@", type: integer } } } }
        filters: [{ field: info.kind, one-of: [a] }, { field: info, exists: true }]
        \(rest)
        """)
    }
    let loose = try engine("", "rest: others")
    expectEqual(try loose.backfill().counts("t"), [7, 5, 0, 0, 2])
    expectEqual(
      try loose.target.rows("SELECT * FROM core.t ORDER BY id LIMIT 2"),
      [#"1 | {"other": "o"}"#, #"2 | {"other": null}"#])
    expectEqual(try loose.target.rows("SELECT * FROM core.t_list"), ["1 | 0 | 1"])
    let strict = try engine(
      "missing: quarantine, null: quarantine, empty: quarantine, ",
      "unmapped: { ignore: [other], others: reject }")
    expectEqual(try strict.backfill().counts("t"), [7, 0, 0, 5, 2])
    expectEqual(
      try waiting(strict).sorted(),
      ["empty list -", "empty list -", "null list -", "null list -", "unmapped_field info.more -"])
    let misspelt = try Engine(
      sqlite: file, into: try TestPostgres(),
      "entity: t\nowner: core\nsource: { store: file, table: t }\nkey: [id]\njson-text: [lst]\nfields: { id: integer }\nchildren: { lst: { fields: { v: { from: \"@\", type: integer } } } }"
    )
    let error = #expect(throws: (any Error).self) { try misspelt.backfill() }
    #expect("\(try #require(error))".contains("has no column \"lst\", which a filter or a child table names"))
  }

  @Test("long texts and short ones in turn don't disturb each other")
  func memory() throws {
    let long = (0..<60_000).map { #""element \#($0)""# }.joined(separator: ",")
    let (engine, rows) = try move(
      #"n: { from: v.n, type: "text[]" }"#,
      (0..<40).map { $0 % 10 == 3 ? #"{"n": [\#(long)]}"# : #"{"n": ["only \#($0)"]}"# })
    #expect(rows.count == 40)
    expectEqual(
      try engine.target.rows(
        "SELECT id, cardinality(n), n[60000] FROM core.t WHERE id IN (4, 5) ORDER BY id"),
      ["4 | 60000 | element 59999", "5 | 1 | ∅"])
  }
}
