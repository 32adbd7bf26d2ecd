import Codec
import TestSupport

/// Whole documents of MongoDB: odd names, names that stand twice, depth and size.
enum MatrixDocuments {
  private struct Form {
    var label: String
    var mapped: String
    var documents: [BSONDocument]
    /// Besides the key.
    var fields: String
    var shown: String
    var more = ""
  }

  /// `{_id: 1}` and these, so that the document has 16 MiB, the most that a server takes.
  private static func full(_ value: (Int) -> BSONValue) -> BSONDocument {
    let size = 16 << 20
    let rest = size - BSONDocument([("_id", .int32(1)), ("v", value(0))]).bytes.count
    return BSONDocument([("_id", .int32(1)), ("v", value(rest))])
  }

  private static func nested(_ levels: Int) -> BSONValue {
    (0..<(levels - 2)).reduce(.int32(1)) { value, _ in ["a": value] }
  }

  private static let twice = BSONDocument([("_id", .int32(1)), ("a", .int32(1)), ("a", .int32(2))])
  private static let odd: BSONDocument = [
    "_id": 1, "": "empty", "a.b": "dotted", "$x": "dollar", "a": ["b": "nested"],
  ]

  private static let forms = [
    Form(
      label: "a name twice", mapped: "a column", documents: [twice], fields: "a: integer", shown: "id, a"),
    Form(
      label: "a name twice", mapped: "the `rest` column", documents: [twice], fields: "", shown: "id, extra",
      more: "rest: extra"),
    Form(label: "a name twice", mapped: "nothing", documents: [twice], fields: "", shown: "id"),
    Form(
      label: "an empty name, `a.b`, `$x`, and `b` within `a`", mapped: "columns", documents: [odd],
      fields: "e: { from: '\"\"', type: text }, d: { from: '\"a.b\"', type: text }, "
        + "x: { from: '\"$x\"', type: text }, n: { from: a.b, type: text }", shown: "id, e, d, x, n"),
    Form(
      label: "an empty name, `a.b`, `$x`, and `b` within `a`", mapped: "the `rest` column", documents: [odd],
      fields: "", shown: "id, extra", more: "rest: extra"),
    Form(
      label: "100 levels", mapped: "`jsonb`", documents: [["_id": 1, "v": nested(100)]], fields: "v: jsonb",
      shown: "id, length(v::text), jsonb_typeof(v #> array_fill('a'::text, ARRAY[98]))"),
    Form(
      label: "100 levels", mapped: "the `rest` column", documents: [["_id": 1, "v": nested(100)]], fields: "",
      shown: "id, jsonb_typeof(extra #> ('{v}' || array_fill('a'::text, ARRAY[98])))", more: "rest: extra"),
    Form(
      label: "16 MiB in one text", mapped: "`text`",
      documents: [full { .string(String(repeating: "x", count: $0)) }], fields: "v: text",
      shown: "id, length(v), md5(v)"),
    Form(
      label: "16 MiB in one text", mapped: "`jsonb`",
      documents: [full { .string(String(repeating: "x", count: $0)) }], fields: "v: jsonb",
      shown: "id, length(v #>> '{}'), md5(v #>> '{}')"),
    Form(
      label: "16 MiB of bytes", mapped: "`bytea`",
      documents: [full { .bytes([UInt8](repeating: 0xFF, count: $0)) }], fields: "v: bytea",
      shown: "id, length(v), md5(v)"),
    Form(
      label: "an array of 16,000 texts, 16 MB", mapped: "`text[]`", documents: [manyTexts],
      fields: "v: \"text[]\"", shown: "id, cardinality(v), md5(array_to_string(v, ''))"),
    Form(
      label: "16 MiB with a NUL at the end", mapped: "`text`",
      documents: [full { .string(String(repeating: "x", count: max(1, $0) - 1) + "\u{0}") }],
      fields: "v: text",
      shown: "id, v"),
  ]

  private static let manyTexts: BSONDocument = {
    let text = BSONValue.string(String(repeating: "y", count: 1_000))
    return [
      "_id": 1, "v": .array(BSONDocument((0..<16_000).map { ("\($0)", text) })),
    ]
  }()

  static func rows() throws -> [[String]] {
    let source = try TestMongo()
    for (index, form) in forms.enumerated() {
      for document in form.documents { try source.insertRaw("f\(index)", document.bytes) }
    }
    let scene = try MatrixScene(
      mongo: source,
      forms.enumerated().map { index, form in
        """
        entity: f\(index)
        owner: core
        source: { store: app, collection: f\(index) }
        key: [id]
        fields: { id: { from: _id, type: integer }\(form.fields.isEmpty ? "" : ", " + form.fields) }
        \(form.more)
        """
      })
    return try forms.enumerated().map { index, form in
      [form.label, form.mapped] + (try scene.summary("f\(index)", columns: form.shown))
    }
  }
}
