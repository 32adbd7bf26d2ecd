public import Codec
public import Mongo

/// A MongoDB database of one test's own.
public struct TemporaryMongo: Sendable {
  /// Its URI, with the database.
  public let uri: String
  /// Its name.
  public let name: String

  /// A new connection, into this database.
  public func connect() throws -> MongoConnection { try MongoConnection(MongoSettings(url: uri)) }

  /// Puts documents into a collection.
  ///
  /// - Throws: `MongoError`.
  public func insert(_ collection: String, _ documents: [BSONDocument]) throws {
    try connect().insert(collection, documents: documents)
  }

  /// All documents of a collection, by `_id`.
  ///
  /// - Throws: `MongoError`.
  public func documents(_ collection: String) throws -> [BSONDocument] {
    let cursor = try connect().find(collection, options: ["sort": ["_id": 1]])
    var found: [BSONDocument] = []
    while let bytes = try cursor.next() {
      if let document = BSONDocument(copying: bytes) { found.append(document) }
    }
    return found
  }
}
