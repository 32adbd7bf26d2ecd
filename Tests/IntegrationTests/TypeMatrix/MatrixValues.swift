import Codec

/// One source value of the matrix.
struct MatrixValue {
  /// The row of the page that it belongs to.
  var kind: String
  /// How the page names it.
  var label: String
  /// The value in MongoDB.
  var value: BSONValue = .null
  /// The value as an SQL expression of SQLite.
  var sql = ""
}

/// Every kind of BSON value with its edges.
enum MatrixValues {
  static let mongo: [MatrixValue] =
    numbers + texts.map { MatrixValue(kind: "string", label: $0.label, value: $0.value) } + scalars + rare
    + structures

  private static func value(_ kind: String, _ label: String, _ value: BSONValue) -> MatrixValue {
    MatrixValue(kind: kind, label: label, value: value)
  }

  private static let numbers: [MatrixValue] = [
    value("int32", "0", .int32(0)), value("int32", "1", .int32(1)), value("int32", "largest", .int32(.max)),
    value("int32", "smallest", .int32(.min)), value("int64", "1", .int64(1)),
    value("int64", "2^53 + 1", .int64(9_007_199_254_740_993)), value("int64", "largest", .int64(.max)),
    value("int64", "smallest", .int64(.min)), value("double", "1.0", .double(1)),
    value("double", "-1.5", .double(-1.5)),
    value("double", "0.1", .double(0.1)), value("double", "2.675", .double(2.675)),
    value("double", "0.0", .double(0)),
    value("double", "-0.0", .double(-0.0)), value("double", "2^53", .double(9_007_199_254_740_992)),
    value("double", "1e300", .double(1e300)), value("double", "5e-324", .double(.leastNonzeroMagnitude)),
    value("double", "NaN", .double(.nan)), value("double", "Infinity", .double(.infinity)),
    value("double", "-Infinity", .double(-.infinity)),
    value("decimal128", "3", .decimal(3, exponent: 0)),
    value("decimal128", "1.50", .decimal(150, exponent: -2)),
    value("decimal128", "0.1", .decimal(1, exponent: -1)),
    value("decimal128", "34 digits", .decimal128(low: 0x378D_8E63_FFFF_FFFF, high: 0x3041_ED09_BEAD_87C0)),
    value("decimal128", "-0", .decimal(0, exponent: 0, isNegative: true)),
    value("decimal128", "1E+3", .decimal(1, exponent: 3)),
    value("decimal128", "1E+6111", .decimal(1, exponent: 6111)),
    value("decimal128", "1E-6176", .decimal(1, exponent: -6176)),
    value("decimal128", "NaN", .decimal128(low: 0, high: 0x7C00_0000_0000_0000)),
    value("decimal128", "Infinity", .decimal128(low: 0, high: 0x7800_0000_0000_0000)),
    value("decimal128", "-Infinity", .decimal128(low: 0, high: 0xF800_0000_0000_0000)),
  ]

  /// Texts that both kinds of sources hold; in SQLite as the bytes of the same text.
  static let texts: [(label: String, value: BSONValue)] = [
    ("empty", ""), ("`text`", "text"), ("`Ünï 🚢`", "Ünï 🚢"), ("`12`", "12"), ("`-0`", "-0"), ("`1e3`", "1e3"),
    ("`12.345`", "12.345"), ("`P0009414`", "P0009414"), ("`true`", "true"), ("`2024-02-29`", "2024-02-29"),
    ("`2024-02-29T12:30:00.123Z`", "2024-02-29T12:30:00.123Z"),
    ("`2024-02-29 12:30:00.1234567`", "2024-02-29 12:30:00.1234567"),
    ("`12:30:00`", "12:30:00"), ("`P1DT2H`", "P1DT2H"), ("`10.0.0.0/8`", "10.0.0.0/8"),
    ("`507f1f77bcf86cd799439011`", "507f1f77bcf86cd799439011"),
    ("a UUID", "00112233-4455-6677-8899-aabbccddeeff"),
    ("`{\"b\": [1.50], \"a\": null}`", #"{"b": [1.50], "a": null}"#),
    ("`{\"a\": \"\\u0000\"}`", #"{"a": "\u0000"}"#), ("`\"\\ud800\"`", #""\ud800""#),
    ("with a NUL", "a\u{0}b"),
    ("invalid UTF-8", .invalidUTF8(.string, [0x61, 0xFF])),
    ("half a surrogate", .invalidUTF8(.string, [0xED, 0xA0, 0x80])),
    ("100 000 letters", .string(String(repeating: "x", count: 100_000))),
  ]

  private static let scalars: [MatrixValue] = [
    value("bool", "true", .bool(true)), value("bool", "false", .bool(false)),
    value("objectId", "507f…9011", .id("507f1f77bcf86cd799439011")),
    value("date", "1970-01-01", .at(0)), value("date", "2024-02-29T12:30:00.123Z", .at(1_709_209_800_123)),
    value("date", "1969-12-31T23:59:59.999Z", .at(-1)), value("date", "year 9999", .at(253_402_300_799_999)),
    value("date", "year 275760", .at(8_640_000_000_000_000)),
    value("date", "year 4713 BC", .at(-210_866_803_200_000)),
    value("date", "last of Postgres", .at(9_224_318_015_999_999)),
    value("date", "1 ms after it", .at(9_224_318_016_000_000)),
    value("date", "1 ms before 4713 BC", .at(-210_866_803_200_001)),
    value("date", "largest int64", .at(.max)), value("date", "smallest int64", .at(.min)),
    value("timestamp", "(1709209800, 1)", .timestamp(1_709_209_800 << 32 | 1)),
    value("timestamp", "(4294967295, 4294967295)", .timestamp(.max)),
    value("binary 0", "no bytes", .bytes([])), value("binary 0", "00 ff", .bytes([0, 255])),
    value("binary 1", "00 ff", .bytes([0, 255], subtype: 1)),
    value("binary 2", "00 ff", .bytes([0, 255], subtype: 2)),
    value("binary 3", "16 bytes", .bytes(Array(0...15), subtype: 3)),
    value("binary 4", "16 bytes", .bytes(Array(0...15), subtype: 4)),
    value("binary 4", "2 bytes", .bytes([0, 255], subtype: 4)),
    value("binary 5", "16 bytes", .bytes(Array(0...15), subtype: 5)),
    value("binary 6", "00 ff", .bytes([0, 255], subtype: 6)),
    value("binary 7", "00 ff", .bytes([0, 255], subtype: 7)),
    value("binary 8", "00 ff", .bytes([0, 255], subtype: 8)),
    value("binary 9", "00 ff", .bytes([0, 255], subtype: 9)),
    value("binary 128", "00 ff", .bytes([0, 255], subtype: 128)),
  ]

  private static let rare: [MatrixValue] = [
    value("null", "null", .null), value("undefined", "undefined", .undefined),
    value("minKey", "MinKey", .minKey),
    value("maxKey", "MaxKey", .maxKey), value("regex", "/a.b/i", .regex(pattern: "a.b", options: "i")),
    value("symbol", "`s`", .symbol("s")), value("code", "`f()`", .code("f()")),
    value("code", "NUL in it", .code("f\u{0}()")),
    value("codeWithScope", "`f()` with a scope", .codeWithScope("f()", ["x": .int32(1)])),
    value("codeWithScope", "NUL in the code", .codeWithScope("f\u{0}()", ["x": .int32(1)])),
    value("dbPointer", "c:507f…9011", .dbPointer("c", ObjectID("507f1f77bcf86cd799439011")!)),
  ]

  private static let structures: [MatrixValue] = [
    value("document", "{}", [:]),
    value("document", "fields out of order", ["bb": .int32(1), "a": .int64(2)]),
    value("document", "a DBRef", ["$ref": "c", "$id": .id("507f1f77bcf86cd799439011")]),
    value("document", "empty, dotted and `$` keys", ["": .int32(1), "a.b": .int32(2), "$x": .int32(3)]),
    value("document", "NUL in a text", ["a": ["b\u{0}"]]),
    value("document", "NaN inside", ["a": .double(.nan)]),
    value("document", "100 levels", nested(100)), duplicateKeys, value("array", "[]", []),
    value("array", "[1, 2]", [.int32(1), .int32(2)]), value("array", "[`a`, null]", ["a", .null]),
    value("array", "[[1]]", [[.int32(1)]]), value("array", "[1, `a`]", [.int32(1), "a"]),
  ]

  private static func nested(_ levels: Int) -> BSONValue {
    var value: BSONValue = .int32(1)
    // The record and the field above count, too: the server takes 100 in all.
    for _ in 0..<(levels - 2) { value = ["a": value] }
    return value
  }

  /// `{v: {a: 1, a: 2}}`, to which `_id` is added.
  private static var duplicateKeys: MatrixValue {
    MatrixValue(
      kind: "document", label: "one key twice",
      value: .document(BSONDocument([("a", .int32(1)), ("a", .int32(2))])))
  }

  /// SQLite's five storage classes with their edges.
  static let sqlite: [MatrixValue] =
    [
      ("INTEGER", "0"), ("INTEGER", "1"), ("INTEGER", "-1"), ("INTEGER", "1709209800"),
      ("INTEGER", "9007199254740993"),
      ("INTEGER", "9223372036854775807"), ("INTEGER", "-9223372036854775808"), ("REAL", "1.0"),
      ("REAL", "0.1"),
      ("REAL", "-0.0"), ("REAL", "9223372036854775808.0"), ("REAL", "2460369.5"), ("REAL", "1e300"),
      ("REAL", "9e999"),
      ("REAL", "-9e999"), ("BLOB", "x''"), ("BLOB", "x'00ff'"),
      ("BLOB", "x'00112233445566778899aabbccddeeff'"),
      ("NULL", "NULL"),
    ].map { MatrixValue(kind: $0.0, label: $0.1, sql: $0.1) }
    + texts.map { MatrixValue(kind: "TEXT", label: $0.label, sql: sqliteText($0.value)) }

  private static func sqliteText(_ value: BSONValue) -> String {
    let bytes: [UInt8] =
      if case .invalidUTF8(_, let bytes) = value { bytes } else { Array((value.string ?? "").utf8) }
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return "CAST(x'\(digits)' AS TEXT)"
  }
}
