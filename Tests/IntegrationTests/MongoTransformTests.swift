import Codec
import TestSupport
import Testing

/// Every transform, from documents written by hand to the exact contents of the table.
@Suite("Transforms from Mongo")
struct MongoTransformTests {
  private static let mapping = """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields:
      id: { from: _id, type: integer }
      trimmed: { from: a, type: text, transforms: [trim] }
      lowered: { from: a, type: text, transforms: [lower] }
      uppered: { from: a, type: citext, transforms: [trim, upper] }
      texted: { from: b, type: text, transforms: [text] }
      numbered: { from: c, type: numeric, transforms: [trim, number] }
      counted: { from: c, type: text, transforms: [trim] }
      at: { from: d, type: timestamptz, transforms: [{ epoch: milliseconds }] }
      day: { from: e, type: date, transforms: [{ date: "%d.%m.%Y" }] }
      seen: { from: f, type: timestamptz, transforms: [date] }
      plan: { from: g, type: text, transforms: [{ enum: { f: free, "1": pro, "true": both } }] }
      active: { from: h, type: boolean, transforms: [{ boolean: { true: [ja, "1"], false: [nein, "0"] } }] }
      verified: { from: i, type: boolean, transforms: [boolean] }
      price: { from: j, type: "numeric(12,2)", transforms: [{ cents: 2 }] }
      settings: { from: k, type: jsonb, transforms: [json] }
      raw: { from: l, type: jsonb, transforms: [ejson] }
      digest: { from: m, type: text, transforms: [hash] }
      digest_bytes: { from: m, type: bytea, transforms: [hash] }
      token: { from: n, type: uuid, transforms: [uuid] }
      old_token: { from: o, type: uuid, transforms: [{ uuid: java }] }
      older_token: { from: o, type: uuid, transforms: [{ uuid: csharp }] }
      image: { from: p, type: text, transforms: [base64] }
      image_hex: { from: p, type: text, transforms: [hex] }
      origin: { type: text, transforms: [{ constant: legacy }] }
      version: { type: integer, transforms: [{ constant: "7" }] }
    """

  private static let uuid: [UInt8] = [
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF,
  ]

  private static let documents: [BSONDocument] = [
    [
      "_id": 1, "a": "  Ünïcode ÇA  ", "b": .id("0123456789abcdef01234567"), "c": " -0012.500 ",
      "d": .int64(1_700_000_000_123), "e": "29.02.2024", "f": "2024-02-29T12:30:00.25+02:00", "g": "f",
      "h": "JA", "i": "Yes", "j": 1999, "k": "{\"b\": [1, 2.50], \"a\": null}",
      "l": ["at": .at(0), "id": .id("0123456789abcdef01234567"), "n": .int64(5)], "m": "hello",
      "n": "00112233-4455-6677-8899-AABBCCDDEEFF", "o": .bytes(uuid, subtype: 3),
      "p": .bytes([0xFF, 0x00, 0x10]),
    ],
    [
      "_id": 2, "a": "\u{3000}\t", "b": .double(0.1), "c": "1e3", "d": "1700000000000.5",
      "e": .at(86_400_000),
      "f": .at(-1), "g": .int32(1), "h": .int32(0), "i": .bool(false), "j": .double(-5), "k": " \"x\" ",
      "l": .double(.nan), "m": .bytes([1, 2, 3]), "n": .bytes(uuid, subtype: 4),
      "o": .bytes(uuid, subtype: 4),
      "p": .bytes([]),
    ],
    [
      "_id": 3, "b": .at(1_700_000_000_123), "c": "0", "d": .double(-1.5), "g": .bool(true), "h": .double(1),
      "i": "0", "j": .int64(-99_999_999_999), "k": "1e2", "l": .bytes([7], subtype: 5),
    ],
    ["_id": 4, "a": nil, "b": .decimal(12345, exponent: -2), "c": nil, "l": nil, "p": nil],
    ["_id": 5, "b": .bytes(uuid, subtype: 4), "l": .minKey, "m": .int32(42)],
    ["_id": 6, "b": .bool(true), "m": .id("0123456789abcdef01234567")],
  ]

  @Test("every transform lands exactly what it declares")
  func everyTransform() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", Self.documents)
    let engine = try Engine(mongo: mongo, into: target, Self.mapping)
    let report = try engine.backfill()
    expectEqual(try engine.refusals(), [])
    #expect(report.counts("things") == [6, 6, 0, 0, 0])
    func column(_ name: String) throws -> [String] {
      try target.rows("SELECT \(name) FROM core.things ORDER BY id")
    }
    let none = "∅"
    expectEqual(try column("trimmed"), ["Ünïcode ÇA", "", none, none, none, none])
    expectEqual(try column("lowered"), ["  ünïcode ça  ", "\u{3000}\t", none, none, none, none])
    expectEqual(try column("uppered"), ["ÜNÏCODE ÇA", "", none, none, none, none])
    expectEqual(
      try column("texted"),
      [
        "0123456789abcdef01234567", "0.1", "2023-11-14T22:13:20.123Z", "123.45",
        "00112233-4455-6677-8899-aabbccddeeff", "true",
      ])
    expectEqual(try column("numbered"), ["-12.500", "1000", "0", none, none, none])
    expectEqual(try column("counted"), ["-0012.500", "1e3", "0", none, none, none])
    expectEqual(
      try column("at"),
      [
        "2023-11-14 22:13:20.123+00", "2023-11-14 22:13:20.0005+00", "1969-12-31 23:59:59.9985+00", none,
        none, none,
      ])
    expectEqual(try column("day"), ["2024-02-29", "1970-01-02", none, none, none, none])
    expectEqual(
      try column("seen"), ["2024-02-29 10:30:00.25+00", "1969-12-31 23:59:59.999+00", none, none, none, none])
    expectEqual(try column("plan"), ["free", "pro", "both", none, none, none])
    expectEqual(try column("active"), ["t", "f", "t", none, none, none])
    expectEqual(try column("verified"), ["t", "f", "f", none, none, none])
    expectEqual(try column("price"), ["19.99", "-0.05", "-999999999.99", none, none, none])
    expectEqual(try column("version"), Array(repeating: "7", count: 6))
    expectEqual(try column("origin"), Array(repeating: "legacy", count: 6))
  }

  @Test("JSON, binary and digest transforms land exactly what they declare")
  func structuredTransforms() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", Self.documents.filter { $0["_id"] != 3 })
    let engine = try Engine(mongo: mongo, into: target, Self.mapping)
    expectEqual(try engine.backfill().counts("things"), [5, 5, 0, 0, 0])
    func column(_ name: String) throws -> [String] {
      try target.rows("SELECT \(name) FROM core.things ORDER BY id")
    }
    let none = "∅"
    expectEqual(try column("settings"), ["{\"a\": null, \"b\": [1, 2.50]}", "\"x\"", none, none, none])
    expectEqual(
      try column("raw"),
      [
        "{\"n\": 5, \"at\": {\"$date\": \"1970-01-01T00:00:00Z\"}, \"id\": {\"$oid\": \"0123456789abcdef01234567\"}}",
        "{\"$numberDouble\": \"NaN\"}", none, "{\"$minKey\": 1}", none,
      ])
    expectEqual(
      try column("digest"),
      [
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", none,
        "73475cb40a568e8da8a045ced110137e159f890ac4da883b6b17dc651b3a8049",
        try target.value("SELECT encode(sha256('\\x0123456789abcdef01234567'), 'hex')"),
      ])
    expectEqual(
      try target.value("SELECT bool_and(encode(digest_bytes, 'hex') = digest) FROM core.things"), "t")
    let standard = "00112233-4455-6677-8899-aabbccddeeff"
    expectEqual(try column("token"), [standard, standard, none, none, none])
    expectEqual(
      try column("old_token"), ["77665544-3322-1100-ffee-ddccbbaa9988", standard, none, none, none])
    expectEqual(
      try column("older_token"), ["33221100-5544-7766-8899-aabbccddeeff", standard, none, none, none])
    expectEqual(try column("image"), ["/wAQ", "", none, none, none])
    expectEqual(try column("image_hex"), ["ff0010", "", none, none, none])
  }

  @Test(
    "numbers since an epoch become instants, each unit from its own beginning",
    arguments: [
      ("seconds", .double(1_700_000_000.25), "2023-11-14 22:13:20.25+00"),
      ("milliseconds", .int64(1_700_000_000_250), "2023-11-14 22:13:20.25+00"),
      ("microseconds", .int64(1_700_000_000_250_000), "2023-11-14 22:13:20.25+00"),
      ("nanoseconds", .int64(1_700_000_000_250_000_000), "2023-11-14 22:13:20.25+00"),
      ("webkit", .int64(13_344_473_600_250_000), "2023-11-14 22:13:20.25+00"),
      ("cocoa", .double(721_692_800.25), "2023-11-14 22:13:20.25+00"),
      ("julian", .double(2_440_587.5), "1970-01-01 00:00:00+00"),
    ] as [(String, BSONValue, String)])
  func epochs(unit: String, number: BSONValue, expected: String) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", [["_id": 1, "n": number]])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields:
        id: { from: _id, type: integer }
        at: { from: n, type: timestamptz, transforms: [{ epoch: \(unit) }] }
      """)
    try engine.backfill()
    expectEqual(try target.rows("SELECT at FROM core.things"), [expected])
  }
}
