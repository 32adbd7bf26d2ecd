import Codec
import Mongo

/// Code from before the mapping set: it asks no guard.
public struct Legacy {
  let database: MongoConnection

  public init(_ database: MongoConnection) { self.database = database }

  /// Nobody has declared this collection yet. The baseline of the tests knows.
  public func note(_ text: String) throws {
    try database.insert(collection("audit_trail"), documents: [["text": .string(text)]])
  }

  /// Writes the old copy of a user, which Postgres owns by now.
  public func rename(_ id: String, to email: String) throws {
    try database.update(
      collection("users"), filter: ["_id": .string(id)], ["$set": ["email": .string(email)]])
  }
}
