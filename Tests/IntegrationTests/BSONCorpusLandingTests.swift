import Audit
import Backfill
import Catalog
import Codec
import Foundation
import Mapping
import TestSupport
import Testing

/// The published BSON corpus through the whole engine.
@Suite("BSON corpus, landing", .enabled(if: LandingCorpus.folder != nil, "KEDGE_DATA_DIR isn't set"))
struct BSONCorpusLandingTests {
  private static func entity(_ name: String, _ fields: String, more: String = "") -> String {
    """
    entity: \(name)
    owner: core
    source: { store: app, collection: \(name) }
    key: [id]
    fields: { id: { from: _id, type: integer, missing: { value: 1 } }, \(fields) }
    \(more)
    """
  }

  @Test("every valid case lands in jsonb and reads back equal to its Extended JSON, or says why not")
  func validCases() throws {
    let cases = try LandingCorpus.valid() + LandingCorpus.degenerate()
    #expect(cases.count > 700)
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    for (index, one) in cases.enumerated() {
      try mongo.insert(
        "cases", [["_id": BSONValue(index), "v": .document(try BSONDocument(bytes: one.bytes))]])
    }
    let engine = try Engine(
      mongo: mongo, into: target, Self.entity("cases", "v: { type: jsonb, transforms: [ejson] }"))
    let report = try engine.backfill()
    #expect(report.counts("cases")?[0] == cases.count)
    var refused: [String] = []
    for entry in try Catalog(target.connection).quarantined(set: engine.set.name, limit: 100_000) {
      let index = try #require(try BSONDocument(bytes: entry.locator)["_id"]?.integer)
      refused.append("\(cases[index].name): \(entry.reason)")
      #expect(!entry.message.isEmpty)
    }
    expectEqual(refused.sorted(), Self.expectedRefusals)
    // Another client compares, as jsonb does: numbers by their value, objects whatever their order.
    let quoted = cases.enumerated().map { "(\($0.offset), \(quote($0.element.json)))" }.joined(
      separator: ", ")
    let different = try PSQL.rows(
      [
        "SELECT c.n, t.v FROM (VALUES \(quoted)) c (n, j) JOIN core.cases t ON t.id = c.n WHERE t.v <> c.j::jsonb"
      ],
      target.url)
    expectEqual(different.map { "\(cases[Int($0[0]) ?? 0].name): \($0[1])" }, Self.expectedForms)
    #expect(try engine.audit().differences == [])
  }

  /// NUL in a text, which neither text nor jsonb holds.
  private static let expectedRefusals = [
    "code.json Embedded nulls: contains_nul",
    "code_w_scope.json Unicode and embedded null in code string, empty scope: contains_nul",
    "string.json Embedded nulls: contains_nul", "symbol.json Embedded nulls: contains_nul",
  ]
  /// The relaxed form of -0.0 is a number, whose sign jsonb would lose; so the canonical form lands. And options of a
  /// regular expression stay in the order that the source has them in.
  private static let expectedForms = [
    "double.json -0.0: {\"d\": {\"$numberDouble\": \"-0.0\"}}",
    "regex.json flags not alphabetized, degenerate: "
      + "{\"a\": {\"$regularExpression\": {\"options\": \"mix\", \"pattern\": \"abc\"}}}",
  ]

  private func quote(_ text: String) -> String {
    // What jsonb can't read is compared with nothing: its case is among the refused.
    text.contains("\\u0000") ? "NULL" : "'" + text.replacing("'", with: "''") + "'"
  }

  struct Scalar: Sendable, CustomTestStringConvertible {
    var bsonType: String
    var field: String
    /// What psql shows of column `v`, as the canonical Extended JSON states it.
    var sql: String
    var key: String
    var testDescription: String { "\(bsonType) into \(field)" }
  }

  @Test(
    "scalars land typed and are what the canonical form says",
    arguments: [
      Scalar(bsonType: "0x10", field: "integer", sql: "v::text", key: "$numberInt"),
      Scalar(bsonType: "0x12", field: "bigint", sql: "v::text", key: "$numberLong"),
      Scalar(bsonType: "0x02", field: "text", sql: "v", key: ""),
      Scalar(bsonType: "0x08", field: "boolean", sql: "v::text", key: ""),
      Scalar(bsonType: "0x07", field: "bytea", sql: "encode(v, 'hex')", key: "$oid"),
      Scalar(
        bsonType: "0x09", field: "timestamptz", sql: "(extract(epoch FROM v) * 1000)::bigint::text",
        key: "$numberLong"),
      Scalar(
        bsonType: "0x05", field: "bytea", sql: "translate(encode(v, 'base64'), E'\\n', '')", key: "base64"),
      Scalar(bsonType: "0x01", field: "double precision", sql: "v::text", key: "$numberDouble"),
      Scalar(bsonType: "0x13", field: "numeric", sql: "v::text", key: "$numberDecimal"),
    ])
  func typed(_ scalar: Scalar) throws {
    let cases = try LandingCorpus.valid().filter { $0.bsonType == scalar.bsonType && $0.testKey != nil }
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    var wanted: [Int: String] = [:]
    for (index, one) in cases.enumerated() {
      let document = try BSONDocument(bytes: one.bytes)
      guard let value = document[one.testKey ?? ""], value.document == nil else { continue }
      try mongo.insert("cases", [["_id": BSONValue(index), "v": value]])
      wanted[index] = one.canonicalText(under: scalar.key)
    }
    #expect(!wanted.isEmpty)
    let engine = try Engine(mongo: mongo, into: target, Self.entity("cases", "v: \(scalar.field)"))
    let counts = try #require(try engine.backfill().counts("cases"))
    #expect(counts[0] == wanted.count)
    for row in try PSQL.rows(["SELECT id, \(scalar.sql) FROM core.cases"], target.url) {
      let index = try #require(Int(row[0]))
      let expected = try #require(wanted[index])
      // A text may hold the character that psql separates with.
      let found = row.dropFirst().joined(separator: "\u{1F}")
      let isEqual =
        switch scalar.bsonType {
        case "0x01":
          Double(found)?.bitPattern == Double(expected)?.bitPattern || found == "NaN" && expected == "NaN"
        case "0x13":
          try found == expected
            || target.value("SELECT '\(found)'::numeric = '\(expected)'::numeric") == "t"
        default: found == expected
        }
      #expect(isEqual, "\(cases[index].name): \(found) instead of \(expected)")
    }
    for entry in try Catalog(target.connection).quarantined(set: engine.set.name, limit: 100_000) {
      let index = try #require(try BSONDocument(bytes: entry.locator)["_id"]?.integer)
      let text = wanted[index] ?? ""
      let isRight =
        switch entry.reason {
        case "contains_nul": text.contains("\u{0}")
        // A zero's sign is what numeric lacks.
        case "not_exact": text.hasPrefix("-0")
        default: false
        }
      #expect(isRight, "\(cases[index].name): \(entry.reason)")
    }
  }

  @Test("every broken document is refused: by the server, or by the engine, with a reason")
  func brokenDocuments() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("broken", [["_id": .int32(-1)]])
    let engine = try Engine(
      mongo: mongo, into: target, Self.entity("broken", "x: text", more: "rest: everything"))
    let encoder = RecordEncoder(plan: try engine.plan("broken").record)
    let rows = [RowBuffer()]
    var accepted: [String] = []
    let broken = try LandingCorpus.broken()
    #expect(broken.count > 70)
    for one in broken {
      let refusal = one.bytes.withUnsafeBytes { bytes -> Refusal? in
        do throws(Refusal) {
          try encoder.fill(document: bytes)
          try encoder.encode(prefix: .none, into: rows)
          return nil
        } catch {
          return error
        }
      }
      if refusal == nil { accepted.append(one.name) }
      // The server looks for itself; what it takes all the same has to wait in quarantine.
      do { try mongo.insertRaw("broken", one.bytes) } catch {}
    }
    #expect(accepted == [])
    let counts = try #require(try engine.backfill().counts("broken"))
    #expect(counts[1] == 1 && counts[0] == counts[1] + counts[3])
    #expect(try engine.quarantine().allSatisfy { !$0.record.isEmpty && !$0.message.isEmpty })
  }

  @Test("texts that are no decimals are refused as numbers")
  func noDecimals() throws {
    let texts = try LandingCorpus.noDecimals()
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "cases", texts.enumerated().map { ["_id": BSONValue($0.offset), "v": .string($0.element)] })
    let engine = try Engine(
      mongo: mongo, into: target, Self.entity("cases", "v: { type: numeric, transforms: [number] }"))
    try engine.backfill()
    expectEqual(try target.rows("SELECT v FROM core.cases"), [])
  }
}
