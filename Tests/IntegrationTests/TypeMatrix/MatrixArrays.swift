import Codec
import TestSupport

/// Arrays of every type that a mapping may name.
enum MatrixArrays {
  private struct Example {
    var type: String
    /// How the page names the type.
    var name: String
    var chain: String
    var good: BSONValue
    var goodLabel: String
    var bad: BSONValue
    var badLabel: String

    init(
      _ type: String, _ chain: String = "", good: BSONValue, _ goodLabel: String, bad: BSONValue,
      _ badLabel: String, written: String? = nil
    ) {
      name = type
      self.type = written ?? "\"\(type)[]\""
      self.chain = chain
      (self.good, self.goodLabel, self.bad, self.badLabel) = (good, goodLabel, bad, badLabel)
    }
  }

  private static let half = "decimal128 1.5"
  private static let uuid = BSONValue.bytes(Array(0...15), subtype: 4)

  private static let examples = [
    Example("smallint", good: .int32(-32768), "int32 -32768", bad: .int32(32768), "int32 32768"),
    Example("integer", good: .int64(7), "int64 7", bad: .double(7.5), "double 7.5"),
    Example("bigint", good: .int64(.min), "int64 smallest", bad: "7", "string `7`"),
    Example(
      "numeric", good: .decimal(150, exponent: -2), "decimal128 1.50", bad: .double(-0.0), "double -0.0"),
    Example(
      "numeric(10,2)", good: .decimal(15, exponent: -1), half, bad: .decimal(1255, exponent: -3),
      "decimal128 1.255"),
    Example("real", good: .decimal(15, exponent: -1), half, bad: .double(0.1), "double 0.1"),
    Example(
      "double precision", good: .double(0.1), "double 0.1", bad: .decimal(1, exponent: -1), "decimal128 0.1"),
    Example("boolean", good: .bool(true), "true", bad: .int32(1), "int32 1"),
    Example("text", good: "b,\"c\"", "string `b,\"c\"`", bad: "a\u{0}", "string with a NUL"),
    Example("varchar(3)", good: "Ünï", "string `Ünï`", bad: "four", "string `four`"),
    Example("char(3)", good: "abc", "string `abc`", bad: "ab", "string `ab`"),
    Example("citext", good: "Ab", "string `Ab`", bad: .int32(1), "int32 1"),
    Example("bytea", good: .bytes([0, 255]), "binary 00 ff", bad: .bool(true), "true"),
    Example("uuid", good: uuid, "binary 4", bad: .bytes(Array(0...15), subtype: 3), "binary 3"),
    Example("date", good: .at(86_400_000), "date 1970-01-02", bad: .at(1), "date 1970-01-01 and 1 ms"),
    Example("time", "date", good: "12:30", "string `12:30`", bad: "25:00", "string `25:00`"),
    Example("timestamp", good: .at(1), "date 1970-01-01 and 1 ms", bad: .at(.max), "date largest"),
    Example("timestamptz", good: .at(1), "date 1970-01-01 and 1 ms", bad: .at(.min), "date smallest"),
    Example(
      "interval", "interval", good: "P1DT2H", "string `P1DT2H`", bad: "soon", "string `soon`"),
    Example("json", good: ["a": .int32(1)], "document", bad: ["a": "\u{0}"], "document with a NUL"),
    Example("jsonb", good: ["a": .int32(1)], "document", bad: ["a": "\u{0}"], "document with a NUL"),
    Example("inet", "inet", good: "10.0.0.1/8", "string `10.0.0.1/8`", bad: "x", "string `x`"),
    Example(
      "cidr", "inet", good: "10.0.0.0/8", "string `10.0.0.0/8`", bad: "10.0.0.1/8", "string `10.0.0.1/8`"),
    Example(
      "enum", good: "text", "string `text`", bad: "other", "string `other`",
      written: "{ enum: kinds, values: [text, more], array: true }"),
    Example(
      "domain", good: "text", "string `text`", bad: .int32(1), "int32 1",
      written: "{ domain: word, base: text, array: true }"),
  ]

  static func rows() throws -> [[String]] {
    let source = try TestMongo()
    for (index, example) in examples.enumerated() {
      let values: [BSONValue] = [[example.good, .null], [], [example.good, example.bad], [[example.good]]]
      try source.insert(
        "a\(index)", values.enumerated().map { ["_id": BSONValue($0.offset), "v": $0.element] })
    }
    let scene = try MatrixScene(
      mongo: source,
      examples.enumerated().map { index, example in
        let transforms = example.chain.isEmpty ? "" : ", transforms: \(MatrixTarget.written(example.chain))"
        return """
          entity: a\(index)
          owner: core
          source: { store: app, collection: a\(index) }
          key: [id]
          fields: { id: { from: _id, type: integer }, v: { type: \(example.type)\(transforms) } }
          """
      })
    let printed = try PSQL.rows(
      examples.indices.map { "SELECT \($0), id, v FROM core.a\($0)" }, scene.target.url)
    let landed = Dictionary(uniqueKeysWithValues: printed.map { ("\($0[0]) \($0[1])", $0[2]) })
    return try examples.enumerated().map { index, example in
      let found = try (0..<4).map { row in
        let text =
          try scene.reason("a\(index)", id: row).map { "*\($0)*" }
          ?? landed["\(index) \(row)"].map { "`` \($0) ``" }
        guard let text else { throw UnexpectedResult(description: "an array of \(example.name) is nowhere") }
        return text
      }
      let name = "`\(example.name)`" + (example.chain.isEmpty ? "" : " through `\(example.chain)`")
      return [
        name, "\(example.goodLabel), null", found[0], found[1], example.badLabel, found[2], found[3],
      ]
    }
  }
}
