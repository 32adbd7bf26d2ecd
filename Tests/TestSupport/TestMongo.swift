public import Codec
internal import Foundation
public import Mongo

/// A Mongo database of its own for one test, dropped with the last reference to it.
public final class TestMongo {
  /// Its URI, with the database.
  public let uri: String
  /// A connection into it.
  public let connection: MongoConnection

  /// Names a database on the server that `KEDGE_TEST_MONGODB_URI` names.
  public init() throws {
    uri = withDatabase(uniqueName(), in: try MissingServer.mongo.url())
    connection = try MongoConnection(try MongoSettings(url: uri))
  }

  deinit {
    do {
      try connection.dropDatabase()
    } catch {
      print("The test's database \(connection.settings.database) is left behind: \(error)")
    }
  }

  /// Puts documents into a collection.
  public func insert(_ collection: String, _ documents: [BSONDocument]) throws {
    try connection.insert(collection, documents: documents)
  }

  /// Puts one document into a collection that may have fields the type `BSONDocument` refuses to write twice.
  public func insertRaw(_ collection: String, _ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try connection.insertRaw(collection, $0) }
  }

  /// Changes the one document with this `_id`.
  public func update(_ collection: String, id: BSONValue, _ change: BSONDocument) throws {
    let changed = try connection.update(collection, filter: ["_id": id], change)
    guard changed == 1 else {
      throw UnexpectedResult(description: "\(changed) documents of \(collection) were changed instead of one")
    }
  }

  /// Removes the one document with this `_id`.
  public func delete(_ collection: String, id: BSONValue) throws {
    guard try connection.deleteOne(collection, filter: ["_id": id]) else {
      throw UnexpectedResult(description: "no document of \(collection) was deleted")
    }
  }
}
