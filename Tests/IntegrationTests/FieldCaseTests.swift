import Audit
import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// Cases that broke other tools in the field.
@Suite("Cases from the field")
struct FieldCaseTests {
  private func engine(_ mongo: TestMongo, _ target: TestPostgres, _ fields: String) throws -> Engine {
    try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields: { \(fields) }
      """)
  }

  @Test("the year 275760, JavaScript's last, lands; a date beyond Postgres' own end waits")
  func farDates() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let dates: [Int64] = [
      8_640_000_000_000_000, 9_224_318_015_999_999, 9_224_318_016_000_000, 1_614_946_080_000_000_000,
    ]
    try mongo.insert(
      "things", dates.enumerated().map { ["_id": BSONValue($0.offset), "at": .at($0.element)] })
    let engine = try engine(mongo, target, "id: { from: _id, type: integer }, at: timestamptz")
    #expect(try engine.backfill().counts("things") == [4, 2, 0, 2, 0])
    try target.execute("SET timezone = 'UTC'")
    expectEqual(
      try target.rows("SELECT at FROM core.things ORDER BY id"),
      ["275760-09-13 00:00:00+00", "294276-12-31 23:59:59.999+00"])
    expectEqual(try engine.refusals(), ["2 out_of_range at at", "3 out_of_range at at"])
    #expect(try engine.audit().differences == [])
  }

  @Test("\"-0\" and \"0\", -0.0 and 0: nothing drifts, and the sign is kept or refused")
  func negativeZero() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let values: [BSONValue] = [
      "-0", "0", .double(-0.0), .double(0), .decimal(0, exponent: 0, isNegative: true),
    ]
    try mongo.insert("things", values.enumerated().map { ["_id": BSONValue($0.offset), "v": $0.element] })
    let engine = try engine(
      mongo, target,
      "id: { from: _id, type: integer }, v: { type: jsonb, transforms: [ejson] }, t: { from: v, type: text, transforms: [text] }"
    )
    #expect(try engine.backfill().counts("things") == [5, 5, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT v, t FROM core.things ORDER BY id"),
      [
        "\"-0\" | -0", "\"0\" | 0", "{\"$numberDouble\": \"-0.0\"} | -0.0", "0.0 | 0.0",
        "{\"$numberDecimal\": \"-0\"} | -0",
      ])
    #expect(try engine.audit().differences == [])
    let numbers = try TestPostgres()
    let strict = try self.engine(
      mongo, numbers, "id: { from: _id, type: integer }, v: { type: numeric, transforms: [number] }")
    try strict.backfill()
    expectEqual(try numbers.rows("SELECT v FROM core.things ORDER BY id"), ["0", "0", "0"])
    expectEqual(try strict.refusals(), ["2 not_exact v v", "4 not_exact v v"])
    #expect(try strict.audit().differences == [])
  }

  @Test("integers and doubles in one field: neither kind disappears")
  func mixedNumbers() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let values: [BSONValue] = [
      .int32(1), .double(1.5), .int64(1 << 60), .double(2), .decimal(25, exponent: -1),
    ]
    try mongo.insert("things", values.enumerated().map { ["_id": BSONValue($0.offset), "v": $0.element] })
    let engine = try engine(mongo, target, "id: { from: _id, type: integer }, v: numeric")
    #expect(try engine.backfill().counts("things") == [5, 5, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT v FROM core.things ORDER BY id"),
      ["1", "1.5", "1152921504606846976", "2", "2.5"])
    #expect(try engine.audit().differences == [])
  }

  @Test("P0009414 in a column of numbers: that record waits, with the value's field and reason")
  func letterInNumbers() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let values: [BSONValue] = ["9413", "P0009414", .int32(9415)]
    try mongo.insert("things", values.enumerated().map { ["_id": BSONValue($0.offset), "v": $0.element] })
    let engine = try engine(
      mongo, target, "id: { from: _id, type: integer }, v: { type: double precision, transforms: [number] }")
    #expect(try engine.backfill().counts("things") == [3, 2, 0, 1, 0])
    let entry = try #require(try engine.quarantine().first)
    #expect(entry.reason == "invalid_text" && entry.field == "v" && entry.found == "string")
    #expect(try BSONDocument(bytes: entry.record)["v"] == "P0009414")
    #expect(!entry.message.contains("P0009414"))
    // Its neighbours aren't read as something else, nor as NULL.
    expectEqual(try target.rows("SELECT id, v FROM core.things ORDER BY id"), ["0 | 9413", "2 | 9415"])
    #expect(try engine.audit().differences == [])
  }

  @Test("NUL in one of a million rows: all others land")
  func oneNUL() throws {
    let count = 1_000_000
    let file = try TestSQLite(
      """
      CREATE TABLE things (id INTEGER PRIMARY KEY, v TEXT);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
      INSERT INTO things SELECT i, CASE i WHEN 654321 THEN 'a' || char(0) || 'b' ELSE 'v' || i END FROM n
      """)
    let target = try TestPostgres()
    let engine = try Engine(
      sqlite: file, into: target,
      """
      entity: things
      owner: core
      source: { store: file, table: things }
      key: [id]
      fields: { id: integer, v: text }
      """)
    #expect(try engine.backfill().counts("things") == [count, count - 1, 0, 1, 0])
    expectEqual(try engine.refusals(), ["654321 contains_nul v v"])
    let record = try BSONDocument(bytes: try #require(engine.quarantine().first).record)
    #expect(record["v"] == "a\u{0}b")
    #expect(try target.value("SELECT count(*) FROM core.things WHERE v = 'v' || id") == "\(count - 1)")
    let audit = try engine.audit()
    #expect(audit.differences == [] && audit.tally("things")?.quarantined == 1)
  }

  @Test("NUL in one of many documents: all others land")
  func oneNULInDocuments() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let count = 20_000
    for start in stride(from: 0, to: count, by: 5000) {
      try mongo.insert(
        "things",
        (start..<start + 5000).map {
          ["_id": BSONValue($0), "v": $0 == 12_345 ? "a\u{0}b" : .string("v\($0)")]
        })
    }
    let engine = try engine(mongo, target, "id: { from: _id, type: integer }, v: text")
    #expect(try engine.backfill { $0.chunkSize = 3000 }.counts("things") == [count, count - 1, 0, 1, 0])
    expectEqual(try engine.refusals(), ["12345 contains_nul v v"])
    #expect(try target.value("SELECT count(*) FROM core.things WHERE v = 'v' || id") == "\(count - 1)")
    let audit = try engine.audit()
    #expect(audit.differences == [] && audit.tally("things")?.quarantined == 1)
  }

  @Test("_id of eleven types in one collection: each is a row with a key of its own")
  func elevenKeyTypes() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let keys: [BSONValue] = [
      .minKey, .int32(7), .string("7"), ["a": .int32(1)], .bytes([7]), .bytes(Array(0...15), subtype: 4),
      .id("507f1f77bcf86cd799439011"), .bool(true), .at(7), .timestamp(7), .decimal(75, exponent: -1),
      .maxKey,
      .double(7.25), .int64(1 << 60),
    ]
    try mongo.insert("things", keys.map { ["_id": $0, "n": .int32(1)] })
    let engine = try engine(mongo, target, "id: { from: _id, type: jsonb, transforms: [ejson] }, n: integer")
    let count = keys.count
    #expect(try engine.backfill { $0.chunkSize = 2 }.counts("things") == [count, count, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT id FROM core.things ORDER BY id::text COLLATE \"C\""),
      [
        "\"7\"", "1152921504606846976", "7", "7.25", "true",
        "{\"$binary\": {\"base64\": \"AAECAwQFBgcICQoLDA0ODw==\", \"subType\": \"04\"}}",
        "{\"$binary\": {\"base64\": \"Bw==\", \"subType\": \"00\"}}",
        "{\"$date\": \"1970-01-01T00:00:00.007Z\"}", "{\"$maxKey\": 1}", "{\"$minKey\": 1}",
        "{\"$numberDecimal\": \"7.5\"}", "{\"$oid\": \"507f1f77bcf86cd799439011\"}",
        "{\"$timestamp\": {\"i\": 7, \"t\": 0}}", "{\"a\": 1}",
      ])
    #expect(try engine.backfill().counts("things") == [count, 0, count, 0, 0])
    #expect(try engine.audit().differences == [])
  }
}
