import Codec
import Testing

@testable import Mongo

@Suite("MongoDB connections")
struct ConnectionTests {
  @Test("the server says what it is")
  func serverInfo() throws {
    let database = try TestDatabase()
    let info = try database.connection.serverInfo()
    #expect(info.version.split(separator: ".").count >= 3)
    #expect(info.topology == .replicaSet && info.isWritablePrimary && info.hasChangeStreams)
    #expect(info.largestDocument == 16 * 1024 * 1024)
  }

  @Test("a wrong password is an authentication error that doesn't hold it")
  func wrongPassword() throws {
    let uri = try TestDatabase.uri().replacing("mongodb://", with: "mongodb://ada:s3cr%40t-word@")
    let settings = try MongoSettings(url: uri, database: "shop")
    let error = #expect(throws: MongoError.self) { try MongoConnection(settings) }
    #expect(error?.domain == .authentication && error?.isRetryable == false, "\(String(describing: error))")
    let text = "\(error.map(String.init(reflecting:)) ?? "") \(error?.description ?? "")"
    #expect(!text.contains("s3cr") && !text.contains("t-word"))
    #expect(text.contains("authSource"))
  }

  @Test("a server that is down is retryable, and the error names it without the password")
  func serverDown() throws {
    let settings = try MongoSettings(
      url: "mongodb://ada:s3cr%40t-word@127.0.0.1:1/shop?serverSelectionTimeoutMS=300")
    let error = #expect(throws: MongoError.self) { try MongoConnection(settings) }
    #expect(
      error?.domain == .serverSelection && error?.isRetryable == true && error?.isConnectionLost == true)
    #expect(error?.description.contains("127.0.0.1:1") == true)
    #expect(error?.description.contains("s3cr") == false)
  }

  @Test("a command that fails says which, with the server's code")
  func failedCommand() throws {
    let database = try TestDatabase()
    let error = #expect(throws: MongoError.self) { try database.connection.run(command: ["noSuchThing": 1]) }
    #expect(error?.domain == .server && error?.code == 59 && error?.isRetryable == false)
    #expect(error?.description.contains("run the command noSuchThing") == true)
  }

  @Test("collections are listed with what matters for reading them in ranges")
  func collections() throws {
    let connection = try TestDatabase()
    let mongo = connection.connection
    try mongo.run(command: ["create": "plain"])
    try mongo.run(command: ["create": "collated", "collation": ["locale": "de"]])
    try mongo.run(command: ["create": "simple", "collation": ["locale": "simple"]])
    try mongo.run(command: ["create": "clustered", "clusteredIndex": ["key": ["_id": 1], "unique": true]])
    try mongo.run(command: ["create": "view", "viewOn": "plain", "pipeline": []])
    try mongo.run(command: ["create": "series", "timeseries": ["timeField": "at"]])
    let all = try mongo.collections()
    #expect(all.map(\.name) == ["clustered", "collated", "plain", "series", "simple", "view"])
    #expect(all.map(\.kind) == [.collection, .collection, .collection, .timeseries, .collection, .view])
    #expect(all.filter(\.hasCollation).map(\.name) == ["collated"])
    #expect(all.filter(\.isClustered).map(\.name) == ["clustered"])
    try mongo.insert("plain", documents: [["_id": 1], ["_id": 2]])
    #expect(try mongo.estimatedCount("plain") == 2)
    #expect(try mongo.estimatedCount("view") == 2)
    #expect(try mongo.estimatedCount("absent") == 0)
  }

  @Test("write helpers replace, update, delete and drop")
  func writes() throws {
    let database = try TestDatabase()
    let mongo = database.connection
    try mongo.insert("c", documents: [["_id": 1, "n": 1], ["_id": 2, "n": 1]])
    try mongo.replace("c", id: 1, with: ["n": 5])
    try mongo.replace("c", id: 3, with: ["n": 6])
    #expect(try mongo.update("c", filter: ["n": ["$gt": 4]], ["$inc": ["n": 1]]) == 2)
    #expect(try mongo.deleteOne("c", filter: ["_id": 2]))
    #expect(try !mongo.deleteOne("c", filter: ["_id": 2]))
    let cursor = try mongo.find("c", options: ["sort": ["_id": 1]])
    var found: [BSONDocument] = []
    while let bytes = try cursor.next() { found.append(try #require(BSONDocument(copying: bytes))) }
    #expect(found == [["_id": 1, "n": 6], ["_id": 3, "n": 7]])
    try mongo.drop("c")
    try mongo.drop("c")
  }

  @Test("a duplicate key is told without its value", arguments: [true, false])
  func duplicateKey(byInsert: Bool) throws {
    let database = try TestDatabase()
    let mongo = database.connection
    try mongo.run(
      command: [
        "createIndexes": "c", "indexes": [["key": ["email": 1], "name": "by_email", "unique": true]],
      ])
    try mongo.insert("c", documents: [["_id": 1, "email": "ada@example.org"]])
    let error = #expect(throws: MongoError.self) {
      if byInsert {
        try mongo.insert("c", documents: [["_id": 2], ["_id": 3, "email": "ada@example.org"], ["_id": 4]])
      } else {
        try mongo.replace("c", id: 9, with: ["email": "ada@example.org"])
      }
    }
    #expect(error?.isDuplicateKey == true, "\(String(describing: error))")
    #expect(error?.description.contains("by_email") == true)
    #expect(error?.description.contains("ada@") == false)
    #expect(try mongo.estimatedCount("c") == (byInsert ? 2 : 1))
  }
}
