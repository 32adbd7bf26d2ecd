import Codec
import Testing

@testable import Mongo

@Suite("MongoDB cursors that read ahead")
struct ReadAheadTests {
  let database: TestDatabase
  var mongo: MongoConnection { database.connection }

  init() throws { database = try TestDatabase() }

  private func all(_ cursor: MongoCursor) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    while let bytes = try cursor.next() { found.append(Array(bytes)) }
    return found
  }

  /// Documents of sizes that no block is a multiple of, 4 MB together.
  private func fill() throws {
    let documents = (0..<3000).map { number -> BSONDocument in
      ["_id": .init(number), "t": .string(String(repeating: "é", count: number * 7919 % 1300))]
    }
    try mongo.insert("c", documents: documents)
  }

  @Test(
    "it gives the same bytes in the same order as one that doesn't", arguments: [1, 7, 137, 2000, 100_000])
  func same(batch: Int) throws {
    try fill()
    let options: BSONDocument = ["sort": ["_id": 1], "batchSize": .int32(Int32(batch))]
    let filter: BSONDocument = batch == 1 ? ["_id": ["$lt": 300]] : [:]
    let plain = try all(mongo.find("c", filter: filter, options: options))
    let cursor = try mongo.find("c", filter: filter, options: options, readsAhead: true)
    #expect(try all(cursor) == plain)
    #expect(plain.count == (batch == 1 ? 300 : 3000))
    // The end stays the end.
    #expect(try cursor.next() == nil)
  }

  @Test("documents of 16 MB come whole, and nothing comes of an empty collection")
  func extremes() throws {
    #expect(try mongo.find("none", readsAhead: true).next() == nil)
    let shell: BSONDocument = ["_id": 1, "b": .binary(subtype: 0, [])]
    let room = 16 * 1024 * 1024 - shell.bytes.count
    let documents: [BSONDocument] = (1...3).map {
      [
        "_id": .int32($0), "b": .binary(subtype: 0, Array(repeating: UInt8($0), count: room)),
      ]
    }
    for document in documents { try mongo.insert("c", documents: [document]) }
    let cursor = try mongo.find("c", options: ["sort": ["_id": 1]], readsAhead: true)
    for document in documents {
      let found = try #require(try cursor.next())
      #expect(found.elementsEqual(document.bytes))
    }
    #expect(try cursor.next() == nil)
  }

  /// Cursors of the collection that the server holds between two requests.
  private func idleCursors() throws -> [BSONValue] {
    let namespace = "\(mongo.settings.database).c"
    let admin = try MongoConnection(MongoSettings(url: TestDatabase.uri(), database: "admin"))
    let reply = try admin.run(command: [
      "aggregate": 1, "cursor": [:],
      "pipeline": [
        ["$currentOp": ["idleCursors": true]], ["$match": ["ns": .string(namespace), "type": "idleCursor"]],
      ],
    ])
    let found = reply["cursor"]?.document?["firstBatch"]?.elements ?? []
    return found.compactMap { $0.document?["cursor"]?.document?["cursorId"] }
  }

  @Test("an error comes behind the documents that the server sent before it, and again")
  func failsInItsPlace() throws {
    try fill()
    let options: BSONDocument = ["sort": ["_id": 1], "batchSize": 100]
    let whole = try all(mongo.find("c", options: options))
    let cursor = try mongo.find("c", options: options, readsAhead: true)
    var found: [[UInt8]] = []
    var killed = false
    let error = #expect(throws: MongoError.self) {
      while let document = try cursor.next() {
        found.append(Array(document))
        // The thread rests when it is a megabyte ahead, long before the end.
        if !killed, case let ids = try idleCursors(), !ids.isEmpty {
          try MongoConnection(mongo.settings).run(command: ["killCursors": "c", "cursors": BSONValue(ids)])
          killed = true
        }
      }
    }
    #expect(killed && error?.isRetryable == true, "\(String(describing: error))")
    #expect(found.count >= 100 && found.count < whole.count && found == Array(whole[..<found.count]))
    #expect(throws: MongoError.self) { try cursor.next() }
  }

  @Test("batches grow where documents are small, and shrink where they are large")
  func batches() throws {
    /// How many documents the server sent with each request after the first.
    func sent(_ collection: String, _ documents: [BSONDocument], batch: Int32) throws -> [Int] {
      try mongo.insert(collection, documents: documents)
      try mongo.run(command: ["profile": 2])
      let cursor = try mongo.find(collection, options: ["batchSize": .int32(batch)], readsAhead: true)
      #expect(try all(cursor).count == documents.count)
      try mongo.run(command: ["profile": 0])
      let entries = try mongo.find(
        "system.profile",
        filter: ["op": "getmore", "ns": .string("\(mongo.settings.database).\(collection)")],
        options: ["sort": ["$natural": 1]])
      return try all(entries).compactMap { try BSONDocument(bytes: $0)["nreturned"]?.integer }
    }
    let small: [BSONDocument] = (0..<20_000).map { ["_id": .init($0), "x": .string("\($0)")] }
    let few = try sent("small", small, batch: 100)
    #expect(few == [19_900])
    let megabyte = BSONValue.binary(subtype: 0, Array(repeating: 7, count: 1 << 20))
    let large = try sent("large", (0..<40).map { ["_id": .init($0), "b": megabyte] }, batch: 1000)
    #expect(large.reduce(0, +) > 20 && large.allSatisfy { $0 <= 2 }, "\(large)")
  }

  @Test("a server's refusal of the request is thrown by the first call")
  func refused() throws {
    try fill()
    let error = #expect(throws: MongoError.self) {
      try mongo.find("c", options: ["min": ["_id": 5]], readsAhead: true).next()
    }
    #expect(error?.domain == .server)
  }

  @Test("the connection serves others meanwhile, and a cursor that is let go of is gone from the server")
  func sharesItsConnection() throws {
    try fill()
    for round in 0..<8 {
      var cursor: MongoCursor? = try mongo.find(
        "c", options: ["sort": ["_id": 1], "batchSize": 50], readsAhead: true)
      for _ in 0..<(round * 30) {
        _ = try cursor?.next()
        if round % 4 == 1 { #expect(try mongo.run(command: ["ping": 1])["ok"] == .double(1)) }
      }
      let other = try mongo.find("c", filter: ["_id": .init(round)], readsAhead: round % 2 == 0)
      #expect(try all(other).count == 1)
      cursor = nil
    }
    #expect(try idleCursors().isEmpty)
    #expect(try mongo.estimatedCount("c") == 3000)
  }

  @Test("one that nobody has asked for a document, or that outlives its connection's name, is fine")
  func lifetimes() throws {
    try fill()
    _ = try mongo.find("c", readsAhead: true)
    func open() throws -> MongoCursor {
      try MongoConnection(mongo.settings).find("c", options: ["batchSize": 10], readsAhead: true)
    }
    #expect(try all(open()).count == 3000)
  }
}
