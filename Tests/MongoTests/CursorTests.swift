import Codec
import Testing

@testable import Mongo

@Suite("MongoDB cursors")
struct CursorTests {
  let database: TestDatabase
  var mongo: MongoConnection { database.connection }

  init() throws { database = try TestDatabase() }

  private func all(_ cursor: MongoCursor) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    while let bytes = try cursor.next() { found.append(Array(bytes)) }
    return found
  }

  private func encoded(_ document: BSONDocument) -> [UInt8] { document.bytes }

  /// Ids of every type that a server takes, several of each, ordered by chance.
  private static let mixedIDs: [BSONValue] = {
    var ids: [BSONValue] = [.minKey, .maxKey, nil, true, false, .timestamp(7), .date(-5), .date(5)]
    for number in 0..<40 {
      ids.append(.int32(Int32(number)))
      ids.append(.int64(Int64(number) * 10_000_000_000 + 100))
      ids.append(.double(Double(number) + 0.5))
      ids.append(.string("text \(number)"))
      ids.append(.objectID(ObjectID(high: UInt64(number), low: 1)))
      ids.append(.document(["a": .int32(Int32(number))]))
      ids.append(.binary(subtype: UInt8(number % 5 == 2 ? 0 : number % 5), [UInt8(number)]))
      ids.append(.decimal128(low: UInt64(number) + 1, high: 0x3038 << 48))
    }
    ids += [
      .double(.nan), .double(.infinity), .double(-.infinity), "", .code("f()"), .symbol("s"),
      [:] as BSONValue,
    ]
    return ids.shuffled()
  }()

  @Test(
    "ids of mixed types, read in ranges by min, max and hint, come each exactly once",
    arguments: [1, 7, 1000])
  func mixedRanges(size: Int) throws {
    try mongo.insert("c", documents: Self.mixedIDs.map { ["_id": $0, "x": "payload"] })
    let whole = try all(mongo.find("c", options: ["hint": ["_id": 1], "sort": ["_id": 1]]))
    #expect(whole.count == Self.mixedIDs.count)
    let ids = try whole.map { try #require(BSONDocument(bytes: $0)["_id"]) }
    // Without `max` the server stops before the greatest key there is, so the id MaxKey is asked for by itself.
    let bounds = ids.filter { $0 != .maxKey }
    var read: [[UInt8]] = []
    for start in stride(from: 0, to: bounds.count, by: size) {
      var options: BSONDocument = ["hint": ["_id": 1], "sort": ["_id": 1]]
      if start > 0 { options["min"] = ["_id": bounds[start]] }
      options["max"] = ["_id": start + size < bounds.count ? bounds[start + size] : .maxKey]
      read += try all(mongo.find("c", options: options))
    }
    read += try all(mongo.find("c", filter: ["_id": .maxKey]))
    #expect(read == whole)
  }

  @Test("documents come back as the bytes that were put in")
  func rawBytes() throws {
    let documents: [BSONDocument] = [
      ["_id": 1, "a.b": 1, "$odd": ["$x": nil], "": .undefined, "twice": 1],
      ["_id": 2, "text": .invalidUTF8(.string, [0xFF, 0xFE]), "d": .double(-0.0), "n": .double(.nan)],
      BSONDocument([("_id", 3), ("same", 1), ("same", 2), ("b", .binary(subtype: 2, [1, 2]))]),
    ]
    let dump = documents.flatMap(\.bytes)
    try dump.withUnsafeBytes { try mongo.insertRaw("c", $0) }
    #expect(try all(mongo.find("c", options: ["sort": ["_id": 1]])) == documents.map(\.bytes))
  }

  @Test("a dump that is cut off is refused")
  func cutOff() throws {
    let bytes = encoded(["_id": 1]) + encoded(["_id": 2]).dropLast()
    let error = #expect(throws: MongoError.self) {
      try bytes.withUnsafeBytes { try mongo.insertRaw("c", $0) }
    }
    #expect(error?.description.contains("byte 14") == true)
  }

  @Test("a document of 16 MB goes in and comes out")
  func largest() throws {
    let shell: BSONDocument = ["_id": 1, "b": .binary(subtype: 0, [])]
    let room = 16 * 1024 * 1024 - shell.bytes.count
    let document: BSONDocument = [
      "_id": 1, "b": .binary(subtype: 0, Array(repeating: 0xAB, count: room)),
    ]
    #expect(document.bytes.count == 16 * 1024 * 1024)
    try mongo.insert("c", documents: [document])
    let read = try all(mongo.find("c"))
    #expect(read == [document.bytes])
  }

  @Test("more documents than a batch, and more bytes than a message, arrive in order")
  func manyBatches() throws {
    let text = String(repeating: "x", count: 1000)
    try mongo.insert("c", documents: (0..<20_000).map { ["_id": .init($0), "t": .string(text)] })
    let cursor = try mongo.find(
      "c", filter: ["_id": ["$gte": 5]], options: ["sort": ["_id": 1], "batchSize": 137])
    var next = 5
    while let bytes = try cursor.next() {
      var reader = try BSONReader(bytes)
      var key = UnsafeRawBufferPointer(start: nil, count: 0)
      var value = RawValue.missing
      #expect(try reader.next(key: &key, value: &value))
      if value.integer != Int64(next) { Issue.record("\(value.integer) instead of \(next)") }
      next += 1
    }
    #expect(next == 20_000)
  }

  @Test("an aggregation's results are read likewise")
  func aggregation() throws {
    try mongo.insert("c", documents: (0..<10).map { ["_id": .init($0), "g": .init($0 % 2)] })
    let cursor = try mongo.aggregate(
      "c", pipeline: [["$group": ["_id": "$g", "n": ["$sum": 1]]], ["$sort": ["_id": 1]]],
      options: ["batchSize": 1])
    #expect(
      try all(cursor) == [encoded(["_id": 0, "n": 5]), encoded(["_id": 1, "n": 5])])
  }

  @Test("a cursor outlives the last name of its connection")
  func keepsConnection() throws {
    try mongo.insert("c", documents: (0..<300).map { ["_id": .init($0)] })
    func open() throws -> MongoCursor {
      try MongoConnection(mongo.settings).find("c", options: ["batchSize": 10])
    }
    #expect(try all(open()).count == 300)
  }

  @Test("wrong options are the server's error; a cursor that was killed is retryable")
  func failures() throws {
    try mongo.insert("c", documents: (0..<300).map { ["_id": .init($0)] })
    let wrong = #expect(throws: MongoError.self) {
      try all(mongo.find("c", options: ["min": ["_id": 5]]))
    }
    #expect(wrong?.domain == .server && wrong?.isRetryable == false, "\(String(describing: wrong))")
    let operatorless = #expect(throws: MongoError.self) { try all(mongo.find("c", filter: ["$nonsense": 1])) }
    #expect(operatorless?.description.contains("read collection \"c\"") == true)

    let backwards = #expect(throws: MongoError.self) {
      try all(
        mongo.find(
          "c", filter: ["x": "Lovelace"],
          options: ["hint": ["_id": 1], "min": ["_id": 5], "max": ["_id": 5]]))
    }
    let told = try #require(backwards?.description)
    #expect(told.contains("does not come before"), "\(told)")
    #expect(!told.contains("Lovelace"), "\(told)")

    // The same, when a server says first where it comes from.
    let failed: BSONDocument = [
      "writeErrors": [
        [
          "code": 51175,
          "errmsg":
            "Plan failed :: caused by :: error processing query: ns=x.cTree: x $eq \"Lovelace\"\nProj: {}\n planner returned error :: caused by :: no",
        ]
      ]
    ]
    let prefaced = MongoError(writeErrorsIn: failed, action: "read", settings: mongo.settings)
    #expect(
      prefaced?.message == "Plan failed :: caused by :: planner returned error :: caused by :: no",
      "\(String(describing: prefaced))")

    let cursor = try mongo.find("c", options: ["batchSize": 10])
    _ = try cursor.next()
    let namespace = "\(mongo.settings.database).c"
    let admin = try MongoConnection(MongoSettings(url: TestDatabase.uri(), database: "admin"))
    let reply = try admin.run(command: [
      "aggregate": 1, "cursor": [:],
      "pipeline": [
        ["$currentOp": ["idleCursors": true]], ["$match": ["ns": .string(namespace), "type": "idleCursor"]],
      ],
    ])
    let idle = try #require(reply["cursor"]?.document?["firstBatch"]?.elements?.first?.document)
    let id = try #require(idle["cursor"]?.document?["cursorId"])
    try mongo.run(command: ["killCursors": "c", "cursors": [id]])
    let killed = #expect(throws: MongoError.self) { try all(cursor) }
    #expect(killed?.isRetryable == true && killed?.isConnectionLost == false, "\(String(describing: killed))")
  }
}
