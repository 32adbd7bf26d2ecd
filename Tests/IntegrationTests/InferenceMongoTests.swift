import Audit
import Backfill
import Codec
import Foundation
import Mapping
import Mongo
import TestSupport
import Testing

@testable import Inference

@Suite("Inference over Mongo documents made for it")
struct InferenceMongoTests {
  let database: InferenceDatabase

  init() throws { database = try InferenceDatabase() }

  private func infer(_ documents: [BSONDocument], _ options: InferOptions = InferOptions()) throws -> (
    scan: CollectionScan, entity: Entity, comments: MappingComments
  ) {
    try database.connection.insert("things", documents: documents)
    let result = try SourceScan.run(database.source)
    let inferred = Inference.infer(result, options: options)
    try InferenceRun.check(database.source, options: options)
    return (
      try #require(result.collections.first), try #require(inferred.set.entities.first), inferred.comments
    )
  }

  private func type(_ entity: Entity, _ column: String) -> String? {
    entity.fields.first { $0.column == column }.map {
      ([$0.type.sql] + $0.transforms.map(\.name)).joined(separator: " ")
    }
  }

  @Test("each kind, and each mixture, gets a type that loses nothing")
  func kinds() throws {
    let one = BSONValue.decimal128(low: 1, high: 0x3040_0000_0000_0000)
    let negativeZero = BSONValue.decimal128(low: 0, high: 0xB040_0000_0000_0000)
    let uuid = [UInt8](repeating: 7, count: 16)
    let cases: [(String, [BSONValue], String)] = [
      ("boolean", [true, false], "boolean"), ("int", [1, 2], "integer"), ("long", [.int64(1), 2], "bigint"),
      ("double", [1.5, .double(.nan)], "double precision"), ("int_double", [1, 1.5], "double precision"),
      ("long_double", [.int64(1 << 53 + 1), 1.5], "numeric"),
      ("long_zero", [.int64(1 << 53 + 1), .double(-0.0)], "jsonb ejson"),
      ("decimal", [one, .int64(.max), 1.5], "numeric"), ("decimal_zero", [one, negativeZero], "jsonb ejson"),
      ("text", ["a", ""], "text"), ("nul", ["a\0b", "c"], "bytea"), ("text_int", ["a", 1], "jsonb ejson"),
      ("object_id", [.objectID(ObjectID("0123456789abcdef01234567")!)], "text text"),
      ("date", [.date(0), .date(-1)], "timestamptz"), ("far", [.date(.max), .date(0)], "jsonb ejson"),
      ("blob", [.binary(subtype: 0, [1]), .binary(subtype: 0, [])], "bytea"),
      ("uuid", [.binary(subtype: 4, uuid)], "uuid"), ("old_uuid", [.binary(subtype: 3, uuid)], "bytea"),
      ("blobs", [.binary(subtype: 0, [1]), .binary(subtype: 5, [1])], "jsonb ejson"),
      ("array", [[1, "a"], []], "jsonb"), ("empty_document", [["a": 1], [:]], "jsonb"),
      ("null_document", [["a": 1], nil], "jsonb"),
      ("regex", [.regex(pattern: "a", options: "i")], "jsonb ejson"),
      ("undefined", [.undefined, 1], "jsonb ejson"), ("timestamp", [.timestamp(1)], "jsonb ejson"),
      ("min_key", [.minKey, .maxKey], "jsonb ejson"), ("only_null", [nil], "jsonb ejson"),
      ("code", [.code("f()")], "jsonb ejson"), ("bool_int", [true, 1], "jsonb ejson"),
    ]
    var documents: [BSONDocument] = []
    for place in 0..<3 {
      let values = cases.compactMap { $0.1.indices.contains(place) ? ($0.0, $0.1[place]) : nil }
      documents.append(BSONDocument([("_id", BSONValue(place))] + values))
    }
    let found = try infer(documents)
    for (name, _, wanted) in cases { #expect(type(found.entity, name) == wanted, "\(name)") }
    #expect(type(found.entity, "id") == "integer")
    #expect(found.scan.field("double")?.doubles.notANumber == 1)
    #expect(found.scan.field("text")?.texts.empty == 1)
    #expect(found.scan.field("text")?.missing == 1)
  }

  @Test("ids of several kinds are one jsonb key that tells them apart")
  func ids() throws {
    let found = try infer([
      ["_id": 1], ["_id": "1"], ["_id": .objectID(ObjectID("0123456789abcdef01234567")!)],
      ["_id": ["a": 1]],
      ["_id": true], ["_id": .date(1)],
    ])
    #expect(type(found.entity, "id") == "jsonb ejson")
    #expect(found.entity.key == ["id"])
  }

  @Test("a field named id leaves _id another name")
  func otherID() throws {
    let found = try infer([["_id": 1, "id": 5, "Id": 6]])
    #expect(found.entity.key == ["mongo_id"])
    #expect(found.entity.fields.map(\.column) == ["mongo_id", "id", "id_2"])
  }

  @Test("stable sub-documents become columns; dynamic keys, empty ones and deep ones stay whole")
  func documents() throws {
    let documents = (0..<30).map { number -> BSONDocument in
      [
        "_id": BSONValue(number), "name": ["first": "a", "last": ["x": 1]],
        "scores": .document(BSONDocument([("k\(number * 2)", 1), ("k\(number * 2 + 1)", 2)])),
        "deep": ["b": ["c": ["d": ["e": ["f": 1]]]]], "sometimes": number == 3 ? "text" : ["a": 1],
      ]
    }
    let found = try infer(documents)
    #expect(
      found.entity.fields.map(\.column)
        == ["id", "name_first", "name_last_x", "scores", "deep_b_c_d_e", "sometimes"])
    #expect(type(found.entity, "deep_b_c_d_e") == "jsonb")
    #expect(found.comments.field["things"]?["scores"]?.contains { $0.contains("60 different keys") } == true)
  }

  @Test("columns stay within a bound, the larger sub-documents whole")
  func bound() throws {
    func wide(_ count: Int, _ prefix: String) -> BSONValue {
      .document(BSONDocument((0..<count).map { ("\(prefix)\($0)", 1) }))
    }
    let parts = (0..<10).map { ("part\($0)", wide(30 + $0, "f")) }
    let found = try infer([BSONDocument([("_id", 1)] + parts)])
    #expect(found.entity.fields.count <= DocumentLayout.columnLimit)
    #expect(type(found.entity, "part0_f0") == "integer")
    #expect(type(found.entity, "part9") == "jsonb")
  }

  @Test("more paths than are told apart go to the column for the rest, and nothing is lost")
  func paths() throws {
    let documents = (0..<60).map { number in
      BSONDocument([("_id", BSONValue(number))] + (0..<100).map { ("k\(number)_\($0)", BSONValue($0)) })
    }
    let found = try infer(documents)
    #expect(found.scan.fields.count == SourceScan.pathsPerCollection)
    #expect(found.scan.uncounted == 1 + 60 * 100 - SourceScan.pathsPerCollection)
    #expect(found.entity.rest == "rest")
  }

  @Test("arrays become tables where that was asked for and their elements are alike")
  func tables() throws {
    let documents: [BSONDocument] = [
      [
        "_id": 1, "tags": ["a", "b"],
        "items": [["sku": "x", "price": 1.5], ["sku": "y", "at": ["zip": "1"]]],
        "mixed": [1, "a"], "nested": [[1], [2]], "in": ["side": [1, 2]], "in_side": [3],
      ],
      ["_id": 2, "tags": [], "items": nil],
    ]
    let found = try infer(documents, InferOptions(arrays: .tables))
    #expect(
      found.entity.children.map(\.name).sorted() == ["in_side", "in_side_2", "items", "nested", "tags"])
    #expect(found.entity.fields.map(\.column) == ["id", "mixed"])
    let items = found.entity.children.first { $0.name == "items" }
    #expect(items?.table.name == "things_items")
    #expect(items?.parentColumns == ["things_id"])
    #expect(items?.fields.map(\.column) == ["sku", "price", "at_zip"])
  }

  @Test("arrays inside elements become tables inside tables, and the set moves everything as it is")
  func nestedTables() throws {
    let documents: [BSONDocument] = [
      [
        "_id": 1,
        "orders": [
          ["no": 1, "lines": [["sku": "a", "serials": ["x", nil]], ["sku": "b"]], "odd": [1, "x"]],
          ["no": 2, "lines": []],
        ],
        "grid": [[1, 2], [], [3]], "box": ["deep": [["at": [1]]]],
      ],
      ["_id": 2, "orders": nil, "grid": []],
    ]
    let found = try infer(documents, InferOptions(arrays: .tables))
    #expect(found.entity.fields.map(\.column) == ["id"])
    let orders = try #require(found.entity.children.first { $0.name == "orders" })
    #expect(orders.fields.map { "\($0.column) \($0.type.sql)" } == ["no integer", "odd jsonb"])
    let lines = try #require(orders.children.first)
    #expect(lines.table.name == "things_orders_lines" && lines.path.description == "lines[]")
    #expect(lines.parentColumns == ["things_id", "orders_position"])
    #expect(lines.children.first?.parentColumns == ["things_id", "orders_position", "lines_position"])
    #expect(lines.children.first?.fields.map(\.paths) == [[ValuePath([])]])
    let grid = try #require(found.entity.children.first { $0.name == "grid" })
    #expect(grid.fields.isEmpty && grid.children.first?.path.description == "[]")
    let result = try SourceScan.run(database.source)
    let set = Inference.infer(result, options: InferOptions(arrays: .tables)).set
    let target = try TestPostgres()
    let engine = Engine(set: set, source: InferenceRun.source(database.source), into: target)
    expectEqual(try engine.backfill().counts("things"), [2, 2, 0, 0, 0])
    expectEqual(try engine.audit().tally("things")?.matching, 2)
    expectEqual(
      try target.rows("SELECT * FROM core.things_orders_lines_serials ORDER BY 4"),
      ["1 | 0 | 0 | 0 | x", "1 | 0 | 0 | 1 | ∅"])
    expectEqual(try target.value("SELECT sum(value) FROM core.things_grid_elements"), "6")
    expectEqual(try target.value("SELECT count(*) FROM core.things_box_deep_at"), "1")
    #expect(result.textReport(mapping: set).contains("table core.things_orders_lines"))
  }

  @Test("arrays of scalars of one type become native arrays where that was asked for; else a comment says so")
  func nativeArrays() throws {
    let documents: [BSONDocument] = [
      [
        "_id": 1, "tags": ["a", nil, ""], "numbers": [1, 2], "big": [1, .int64(1 << 40)],
        "ids": [.id("507f1f77bcf86cd799439011")],
        "mixed": [1, "a"], "docs": [["a": 1]], "none": [], "box": ["at": [.at(0)]], "odd": [.undefined],
      ], ["_id": 2, "tags": []],
    ]
    let found = try infer(documents, InferOptions(arrays: .native))
    #expect(
      ["tags", "numbers", "big", "ids", "mixed", "docs", "none", "box_at", "odd"].map {
        type(found.entity, $0)
      } == [
        "text[]", "integer[]", "bigint[]", "text[] text", "jsonb", "jsonb", "jsonb", "timestamptz[]", "jsonb",
      ])
    let target = try TestPostgres()
    let set = Inference.infer(try SourceScan.run(database.source), options: InferOptions(arrays: .native)).set
    let engine = Engine(set: set, source: InferenceRun.source(database.source), into: target)
    expectEqual(try engine.backfill().counts("things"), [2, 2, 0, 0, 0])
    expectEqual(try engine.audit().tally("things")?.matching, 2)
    expectEqual(
      try target.rows("SELECT tags, numbers, ids FROM core.things ORDER BY id"),
      [#"{a,NULL,""} | {1,2} | {507f1f77bcf86cd799439011}"#, "{} | ∅ | ∅"])
    let usual = Inference.infer(try SourceScan.run(database.source))
    let remarks = try #require(usual.comments.field["things"])
    #expect(
      remarks["ids"]?.last
        == "every element fits one type: consider type \"text[]\" with transforms [text], or a child table")
    #expect(remarks["mixed"]?.contains { $0.contains("every element") } != true)
  }

  @Test("odd names of fields are quoted, and never collide")
  func names() throws {
    let names = ["", "a.b", "a b", "A b", "$x", "é", "e\u{301}", "a\"b", "x\ny", "[]", "@", "ctid", "42"]
    let inner = BSONDocument(names.filter { !$0.hasPrefix("$") }.map { ($0, 1) })
    let found = try infer([BSONDocument([("_id", 1), ("in", .document(inner))] + names.map { ($0, 1) })])
    #expect(found.entity.fields.count == 1 + names.count + names.count - 1)
  }

  @Test("bytes that aren't UTF-8 land as bytea, or are said to be quarantined")
  func invalidText() throws {
    func document(_ id: Int32, _ key: [UInt8], _ value: BSONValue) throws -> BSONDocument {
      let plain: BSONDocument = ["_id": .int32(id), "KK": value]
      let place = try #require(
        plain.bytes.indices.first { plain.bytes[$0...].starts(with: [0x4B, 0x4B, 0]) })
      var bytes = plain.bytes
      bytes.replaceSubrange(place..<place + 2, with: key)
      return try BSONDocument(bytes: bytes)
    }
    let broken = BSONValue.invalidUTF8(.string, [0xFF, 0x41])
    try database.connection.insert(
      "things",
      documents: [
        document(1, Array("tx".utf8), broken), document(2, Array("tx".utf8), "fine"),
        document(3, Array("mx".utf8), broken), document(4, Array("mx".utf8), 1),
        document(5, [0xFF, 0xFE], 1),
      ])
    let result = try SourceScan.run(database.source)
    let inferred = Inference.infer(result)
    let entity = try #require(inferred.set.entities.first)
    #expect(type(entity, "tx") == "bytea")
    #expect(type(entity, "mx") == "jsonb ejson")
    #expect(entity.rest == "rest")
    #expect(inferred.comments.field["things"]?["mx"]?.contains { $0.contains("quarantined") } == true)
    let outcome = try #require(try InferenceRun.encodeAll(inferred.set, from: database.source)["things"])
    #expect(outcome.records == 5)
    #expect(outcome.refused.sorted() == ["invalidUTF8 in mx", "invalidUTF8 in rest"])
  }

  @Test("missing and null together are said")
  func absences() throws {
    let found = try infer([["_id": 1, "a": nil], ["_id": 2], ["_id": 3, "a": 1]])
    #expect(found.comments.field["things"]?["a"] == ["missing in 1, null in 1: both become NULL"])
  }

  @Test("an empty collection is mapped, views are left out")
  func emptyAndViews() throws {
    try database.connection.run(command: ["create": "things"])
    try database.connection.run(command: ["create": "view", "viewOn": "things", "pipeline": []])
    let result = try SourceScan.run(database.source)
    #expect(result.skipped.map(\.name) == ["view"])
    let entity = try #require(Inference.infer(result).set.entities.first)
    #expect(type(entity, "id") == "jsonb ejson")
    try InferenceRun.check(database.source)
  }

  @Test("no secret of the URL gets into a mapping or a report")
  func secrets() throws {
    let settings = try MongoSettings(url: "mongodb://ada:s3cret@127.0.0.1:1/shop")
    let source = ScannedSource(
      kind: .mongo, display: settings.redactedURL, url: nil, database: "shop", name: "shop")
    let inferred = Inference.infer(ScanResult(source: source, collections: []))
    let files = MappingWriter.files(for: inferred.set, comments: inferred.comments)
    #expect(!files.contains { $0.text.contains("s3cret") })
    #expect(inferred.set.stores[0].url == nil && inferred.set.stores[0].environment == ["MONGODB_URI"])
    #expect(MongoScan(settings).source.url == nil)
  }

  @Test("progress is told, and what it throws ends the scan")
  func progress() throws {
    struct Stop: Error {}
    try database.connection.insert("things", documents: (0..<2500).map { ["_id": BSONValue($0)] })
    var seen: [Int] = []
    _ = try SourceScan.run(database.source) { seen.append($0.records) }
    #expect(seen == [0, 1000, 2000, 2500])
    #expect(throws: Stop.self) {
      try SourceScan.run(database.source) { if $0.records >= 1000 { throw Stop() } }
    }
  }
}
