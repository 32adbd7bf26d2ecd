import Audit
import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// Transforms that lose something because the mapping asks for it by name, on values of both kinds of sources.
@Suite("Lossy transforms")
struct LossyTransformTests {
  struct Example: Sendable, CustomTestStringConvertible {
    var field: String
    var value: BSONValue
    /// What psql shows, or `!` and the reason.
    var lands: String
    /// As a value of SQLite, where it has one.
    var sql: String?
    var testDescription: String { "\(field) \(value)" }
  }

  static let examples: [Example] = [
    Example(
      field: "{ type: numeric, transforms: [{ round: 2 }] }", value: .double(2.675), lands: "2.68",
      sql: "2.675"),
    Example(field: "{ type: numeric, transforms: [{ round: 2 }] }", value: .int32(7), lands: "7", sql: "7"),
    Example(field: "{ type: numeric, transforms: [{ round: 2 }] }", value: .double(.nan), lands: "NaN"),
    Example(
      field: "{ type: integer, transforms: [{ round: 0 }] }", value: .double(-2.5), lands: "-3", sql: "-2.5"),
    Example(
      field: "{ type: integer, transforms: [{ round: 0 }] }", value: .double(0.4), lands: "0", sql: "0.4"),
    Example(
      field: "{ type: \"numeric(4,1)\", transforms: [number, { round: 1 }] }", value: "999.95",
      lands: "!out_of_range", sql: "'999.95'"),
    Example(
      field: "{ type: \"numeric(5,1)\", transforms: [number, { round: 1 }] }", value: "999.95",
      lands: "1000.0", sql: "'999.95'"),
    Example(
      field: "{ type: numeric, transforms: [{ cents: 3 }, { round: 1 }] }", value: .int64(12_350),
      lands: "12.4", sql: "12350"),
    Example(
      field: "{ type: text, transforms: [{ round: 1 }, text] }", value: .double(0.25), lands: "0.3",
      sql: "0.25"),
    Example(
      field: "{ type: numeric, transforms: [{ round: 1 }] }", value: "2.55", lands: "!wrong_type",
      sql: "'2.55'"),
    Example(
      field: "{ type: numeric, transforms: [{ round: 3 }] }", value: .decimal(123_456, exponent: -5),
      lands: "1.235"),
    Example(
      field: "{ type: integer, transforms: [{ clamp: [0, 100] }] }", value: .int64(.max), lands: "100",
      sql: "9223372036854775807"),
    Example(
      field: "{ type: integer, transforms: [{ clamp: [0, 100] }] }", value: .int32(-1), lands: "0", sql: "-1"),
    Example(
      field: "{ type: integer, transforms: [{ clamp: [0, 100] }] }", value: .int32(42), lands: "42", sql: "42"
    ),
    Example(
      field: "{ type: numeric, transforms: [{ clamp: [-1.5, 1e2] }, { round: 1 }] }",
      value: .double(-.infinity), lands: "-1.5", sql: "-9e999"),
    Example(
      field: "{ type: numeric, transforms: [{ clamp: [-1.5, 1e2] }, { round: 1 }] }", value: .double(99.96),
      lands: "100.0", sql: "99.96"),
    Example(
      field: "{ type: numeric, transforms: [{ clamp: [0, 1] }] }", value: .double(.nan),
      lands: "!out_of_range"),
    Example(
      field: "{ type: varchar(3), transforms: [{ truncate: 3 }] }", value: "Straße", lands: "Str",
      sql: "'Straße'"),
    Example(
      field: "{ type: varchar(5), transforms: [{ truncate: 5 }] }", value: "Straße", lands: "Straß",
      sql: "'Straße'"),
    Example(
      field: "{ type: text, transforms: [upper, trim, { truncate: 2 }, lower] }", value: " 🚢aB ", lands: "🚢a",
      sql: "' 🚢aB '"),
    Example(field: "{ type: text, transforms: [{ truncate: 9 }] }", value: "ab", lands: "ab", sql: "'ab'"),
    Example(
      field: "{ type: text, transforms: [strip_nul] }", value: "a\u{0}b\u{0}", lands: "ab",
      sql: "'a'||char(0)||'b'||char(0)"),
    Example(
      field: "{ type: text, transforms: [escape_nul] }", value: "a\u{0}\\b", lands: "a\\0\\\\b",
      sql: "'a'||char(0)||'\\b'"),
    Example(
      field: "{ type: text, transforms: [strip_nul, upper] }", value: "plain", lands: "PLAIN", sql: "'plain'"),
    Example(
      field: "{ type: text, transforms: [strip_nul] }", value: .invalidUTF8(.string, [0, 0xFF]),
      lands: "!invalid_utf8", sql: "CAST(x'00ff' AS TEXT)"),
    Example(
      field: "{ type: jsonb, transforms: [strip_nul] }",
      value: ["a": ["x\u{0}y", ["b": "\u{0}"]], "n": .int32(1)],
      lands: "{\"a\": [\"xy\", {\"b\": \"\"}], \"n\": 1}"),
    Example(
      field: "{ type: jsonb, transforms: [ejson, escape_nul] }", value: ["a": ["x\u{0}y", .symbol("\\")]],
      lands: "{\"a\": [\"x\\\\0y\", {\"$symbol\": \"\\\\\\\\\"}]}"),
    Example(
      field: "{ type: jsonb, transforms: [strip_nul] }",
      value: [
        .code("f\u{0}()"), .codeWithScope("g\u{0}()", ["x": "y\u{0}", "h": .codeWithScope("\u{0}h", [:])]),
        .codeWithScope("clean", ["x": .code("\u{0}")]),
      ],
      lands:
        "[{\"$code\": \"f()\"}, {\"$code\": \"g()\", \"$scope\": {\"h\": {\"$code\": \"h\", \"$scope\": {}}, "
        + "\"x\": \"y\"}}, {\"$code\": \"clean\", \"$scope\": {\"x\": {\"$code\": \"\"}}}]"),
    Example(
      field: "{ type: jsonb, transforms: [ejson, escape_nul] }",
      value: .codeWithScope("g\u{0}()", ["x": "\\"]),
      lands: "{\"$code\": \"g\\\\0()\", \"$scope\": {\"x\": \"\\\\\\\\\"}}"),
    Example(
      field: "{ type: jsonb, transforms: [ejson, strip_nul] }", value: .code("\u{0}f()"),
      lands: "{\"$code\": \"f()\"}"),
    Example(
      field: "{ type: jsonb, transforms: [ejson, strip_nul] }",
      value: .dbPointer("c\u{0}d", ObjectID("507f1f77bcf86cd799439011")!),
      lands: "{\"$dbPointer\": {\"$id\": {\"$oid\": \"507f1f77bcf86cd799439011\"}, \"$ref\": \"cd\"}}"),
    Example(
      field: "{ type: jsonb, transforms: [json, strip_nul] }", value: #"{"a": "x\u0000y", "b": "\\u0000"}"#,
      lands: #"{"a": "xy", "b": "\\u0000"}"#, sql: #"'{"a": "x\u0000y", "b": "\\u0000"}'"#),
    Example(
      field: "{ type: jsonb, transforms: [json, escape_nul] }", value: #"["\u0000", "\\", "\u005c"]"#,
      lands: #"["\\0", "\\\\", "\\\\"]"#, sql: #"'["\u0000", "\\", "\u005c"]'"#),
    Example(
      field: "{ type: jsonb, transforms: [json] }", value: #"["\u0000"]"#, lands: "!contains_nul",
      sql: #"'["\u0000"]'"#),
    Example(
      field: "{ type: interval, transforms: [interval] }", value: "P1Y2DT3H", lands: "1 year 2 days 03:00:00",
      sql: "'P1Y2DT3H'"),
    Example(
      field: "{ type: interval, transforms: [{ interval: minutes }] }", value: .double(1.5),
      lands: "00:01:30", sql: "1.5"),
    Example(
      field: "{ type: interval, transforms: [interval] }", value: "soon", lands: "!invalid_text",
      sql: "'soon'"),
    Example(field: "{ type: inet, transforms: [trim, inet] }", value: " ::1 ", lands: "::1", sql: "' ::1 '"),
    Example(
      field: "{ type: cidr, transforms: [inet] }", value: "10.0.0.1/8", lands: "!not_exact",
      sql: "'10.0.0.1/8'"),
  ]

  /// One entity for each example, so that a refused one takes nothing else with it.
  private static func entity(_ source: String, _ index: Int, _ example: Example, key: String) -> String {
    """
    entity: e\(index)
    owner: core
    source: { \(source)\(index) }
    key: [id]
    fields: { id: { from: \(key), type: integer }, v: \(example.field) }
    """
  }

  private func check(_ engine: Engine, _ target: TestPostgres, _ examples: [Example]) throws {
    let report = try engine.backfill()
    #expect(report.isBalanced)
    for (index, example) in examples.enumerated() {
      if let refusal = try engine.quarantine("e\(index)").first {
        #expect("!\(refusal.reason)" == example.lands, "\(example)")
      } else {
        expectEqual(try target.rows("SELECT v FROM core.e\(index)"), [example.lands])
      }
    }
    #expect(try engine.backfill().total.landed == 0)
    #expect(try engine.audit().differences == [])
  }

  @Test("from MongoDB")
  func mongo() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    for (index, example) in Self.examples.enumerated() {
      try mongo.insert("t\(index)", [["_id": .int32(1), "v": example.value]])
    }
    let entities = Self.examples.enumerated().map {
      Self.entity("store: app, collection: t", $0.offset, $0.element, key: "_id")
    }
    try check(try Engine(mongo: mongo, into: target, entities), target, Self.examples)
  }

  @Test("from SQLite")
  func sqlite() throws {
    let examples = Self.examples.filter { $0.sql != nil }
    let target = try TestPostgres()
    let tables = examples.enumerated().map { index, example in
      "CREATE TABLE t\(index) (k INTEGER PRIMARY KEY, v); INSERT INTO t\(index) VALUES (1, \(example.sql ?? "NULL"));"
    }
    let file = try TestSQLite(tables.joined())
    let entities = examples.enumerated().map {
      Self.entity("store: file, table: t", $0.offset, $0.element, key: "k")
    }
    try check(try Engine(sqlite: file, into: target, entities), target, examples)
  }
}
