import Codec
import TestSupport
import Testing

/// Values without a transform: each lands exactly, in each type that can hold it.
@Suite("Types from Mongo")
struct MongoTypeTests {
  /// Moves documents `{_id, v}` with this one column, and returns what landed and what was refused.
  private func move(_ field: String, _ values: [BSONValue?]) throws -> (landed: [String], refused: [String]) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "things",
      values.enumerated().map { index, value in
        value.map { ["_id": BSONValue(index), "v": $0] } ?? ["_id": BSONValue(index)]
      })
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields:
        id: { from: _id, type: integer }
        v: \(field)
      """)
    let counts = try engine.backfill().counts("things")
    #expect(counts?.first == values.count)
    return (try target.rows("SELECT id, v FROM core.things ORDER BY id"), try engine.refusals())
  }

  @Test("integers land in range, whole doubles and decimals with them; nothing is rounded")
  func integers() throws {
    let values: [BSONValue] = [
      .int32(-5), .int64(32767), .int64(32768), .double(7), .double(7.5), .decimal(12, exponent: 0),
      .decimal(125, exponent: -1), "7", .bool(true), .double(-0.0), .double(.nan), .double(.infinity),
    ]
    let small = try move("smallint", values)
    #expect(small.landed == ["0 | -5", "1 | 32767", "3 | 7", "5 | 12"])
    #expect(
      small.refused == [
        "10 not_exact v v", "11 not_exact v v", "2 out_of_range v v", "4 not_exact v v", "6 not_exact v v",
        "7 wrong_type v v", "8 wrong_type v v", "9 not_exact v v",
      ])
    let big = try move("bigint", [.int64(.min), .int64(.max), .double(9_007_199_254_740_992), .double(1e19)])
    #expect(big.landed == ["0 | \(Int64.min)", "1 | \(Int64.max)", "2 | 9007199254740992"])
    #expect(big.refused == ["3 out_of_range v v"])
  }

  @Test("decimals keep every digit, or their record is refused")
  func decimals() throws {
    let values: [BSONValue] = [
      .double(0.1), .double(1e22), .decimal(123_450, exponent: -3), .int64(.max), .double(.nan), .int32(0),
      .decimal(1, exponent: -30), .decimal(7, exponent: 3, isNegative: true),
    ]
    let plain = try move("numeric", values)
    #expect(
      plain.landed == [
        "0 | 0.1", "1 | 10000000000000000000000", "2 | 123.450", "3 | 9223372036854775807", "4 | NaN",
        "5 | 0",
        "6 | 0.000000000000000000000000000001", "7 | -7000",
      ])
    let narrow = try move(
      "\"numeric(6,2)\"",
      [.double(1.5), .double(1.125), .int32(9999), .int32(10000), .decimal(1_200, exponent: -3)])
    #expect(narrow.landed == ["0 | 1.50", "2 | 9999.00", "4 | 1.20"])
    #expect(narrow.refused == ["1 not_exact v v", "3 out_of_range v v"])
  }

  @Test("floating-point columns take what they hold exactly")
  func floats() throws {
    let values: [BSONValue] = [
      .double(0.1), .double(0.5), .double(.nan), .double(-.infinity), .double(-0.0), .int32(16_777_217),
      .int64(9_007_199_254_740_993), .double(.leastNonzeroMagnitude),
    ]
    let double = try move("double precision", values)
    #expect(
      double.landed == [
        "0 | 0.1", "1 | 0.5", "2 | NaN", "3 | -Infinity", "4 | -0", "5 | 16777217", "7 | 5e-324",
      ])
    #expect(double.refused == ["6 not_exact v v"])
    let real = try move("real", values)
    #expect(real.landed == ["1 | 0.5", "2 | NaN", "3 | -Infinity", "4 | -0"])
    #expect(
      real.refused == ["0 not_exact v v", "5 not_exact v v", "6 not_exact v v", "7 not_exact v v"])
  }

  @Test("decimals land in floating-point columns where they are exactly that")
  func decimalFloats() throws {
    let values: [BSONValue] = [
      .decimal(15, exponent: -1), .decimal(1, exponent: -1), .decimal(0, exponent: 3, isNegative: true),
      .decimal(1, exponent: 22), .decimal(1, exponent: 23), .decimal128(low: 0, high: 0x7C00_0000_0000_0000),
      .decimal128(low: 0, high: 0xF800_0000_0000_0000), .decimal(16_777_217, exponent: 0),
    ]
    let double = try move("double precision", values)
    #expect(
      double.landed == ["0 | 1.5", "2 | -0", "3 | 1e+22", "5 | NaN", "6 | -Infinity", "7 | 16777217"])
    #expect(double.refused == ["1 not_exact v v", "4 not_exact v v"])
    let real = try move("real", values)
    #expect(real.landed == ["0 | 1.5", "2 | -0", "5 | NaN", "6 | -Infinity"])
    #expect(
      real.refused == ["1 not_exact v v", "3 not_exact v v", "4 not_exact v v", "7 not_exact v v"])
    let lists = try move("\"double precision[]\"", [[values[0], .int32(2)], [values[1]]])
    #expect(lists.landed == ["0 | {1.5,2}"])
    #expect(lists.refused == ["1 not_exact v v"])
  }

  @Test("texts of every kind")
  func texts() throws {
    let values: [BSONValue] = ["", "Straße 🚢", "12345", "123456", .id("0123456789abcdef01234567"), "a\u{0}b"]
    let text = try move("text", values)
    #expect(text.landed == ["0 | ", "1 | Straße 🚢", "2 | 12345", "3 | 123456"])
    #expect(text.refused == ["4 wrong_type v v", "5 contains_nul v v"])
    expectEqual(try move("varchar(5)", Array(values[0...3])).refused, ["1 too_long v v", "3 too_long v v"])
    let padded = try move("char(5)", ["12345", "1234", "123456"])
    #expect(padded.landed == ["0 | 12345"])
    #expect(padded.refused == ["1 not_exact v v", "2 too_long v v"])
    let invalid = try move("text", [.invalidUTF8(.string, [0x61, 0xFF])])
    #expect(invalid.refused == ["0 invalid_utf8 v v"])
  }

  @Test("dates, UUIDs, bytes and booleans")
  func others() throws {
    let day: Int64 = 86_400_000
    let far = try move(
      "timestamptz", [.at(0), .at(-62_135_596_800_000), .at(253_402_300_799_999), .at(.max)])
    #expect(
      far.landed == [
        "0 | 1970-01-01 00:00:00+00", "1 | 0001-01-01 00:00:00+00", "2 | 9999-12-31 23:59:59.999+00",
      ])
    #expect(far.refused == ["3 out_of_range v v"])
    expectEqual(try move("timestamp", [.at(1)]).landed, ["0 | 1970-01-01 00:00:00.001"])
    let days = try move("date", [.at(day), .at(day + 1), "2024-01-01"])
    #expect(days.landed == ["0 | 1970-01-02"])
    #expect(days.refused == ["1 not_exact v v", "2 wrong_type v v"])
    let bytes = Array(UInt8(0)...15)
    let uuid = try move(
      "uuid", [.bytes(bytes, subtype: 4), .bytes(bytes, subtype: 3), .bytes([1], subtype: 4)])
    #expect(uuid.landed == ["0 | 00010203-0405-0607-0809-0a0b0c0d0e0f"])
    #expect(uuid.refused == ["1 wrong_type v v", "2 wrong_type v v"])
    let raw = try move(
      "bytea",
      [.bytes([0, 255]), .bytes([], subtype: 5), .id("0123456789abcdef01234567"), "a\u{0}", .int32(1)])
    #expect(raw.landed == ["0 | \\x00ff", "1 | \\x", "2 | \\x0123456789abcdef01234567", "3 | \\x6100"])
    #expect(raw.refused == ["4 wrong_type v v"])
    let flags = try move("boolean", [.bool(true), .bool(false), .int32(1), "true"])
    #expect(flags.landed == ["0 | t", "1 | f"])
    #expect(flags.refused == ["2 wrong_type v v", "3 wrong_type v v"])
  }

  @Test("JSON keeps structure, numbers and text")
  func json() throws {
    let nested: BSONValue = [
      "b": [1, 2.5, nil, "x"], "a": ["deep": ["": true]], "long": .int64(9_007_199_254_740_993),
      "when": .at(0), "e": [], "o": [:],
    ]
    let moved = try move(
      "jsonb", [nested, "text", .int32(3), nil, .some(.null), ["k": "\u{0}"], ["k": .double(.infinity)]])
    #expect(
      moved.landed == [
        "0 | {\"a\": {\"deep\": {\"\": true}}, \"b\": [1, 2.5, null, \"x\"], \"e\": [], \"o\": {}, \"long\": "
          + "9007199254740993, \"when\": {\"$date\": \"1970-01-01T00:00:00Z\"}}",
        "1 | \"text\"", "2 | 3", "3 | ∅", "4 | ∅", "6 | {\"k\": {\"$numberDouble\": \"Infinity\"}}",
      ])
    expectEqual(moved.refused, ["5 contains_nul v v"])
  }

  @Test("arrays of one type become arrays; an element that doesn't fit refuses its record")
  func arrays() throws {
    let texts = try move("\"text[]\"", [["a", "b,\"c\"", ""], [], [nil, "x"], ["a", 1], "a"])
    #expect(texts.landed == ["0 | {a,\"b,\\\"c\\\"\",\"\"}", "1 | {}", "2 | {NULL,x}"])
    #expect(texts.refused == ["3 wrong_type v v", "4 wrong_type v v"])
    let numbers = try move("\"numeric(4,1)[]\"", [[1.5, 2], [.int64(3)], [1.25]])
    #expect(numbers.landed == ["0 | {1.5,2.0}", "1 | {3.0}"])
    #expect(numbers.refused == ["2 not_exact v v"])
    let times = try move("\"timestamptz[]\"", [[.at(0), .at(1000)]])
    #expect(times.landed == ["0 | {\"1970-01-01 00:00:00+00\",\"1970-01-01 00:00:01+00\"}"])
  }
}
