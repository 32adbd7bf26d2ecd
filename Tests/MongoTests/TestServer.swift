import Foundation
import Mongo

/// A database of its own on the test server, dropped afterwards.
final class TestDatabase {
  static let missing = "Set KEDGE_TEST_MONGODB_URI to the URI of a MongoDB replica set for tests."

  struct Unset: Error, CustomStringConvertible {
    var description: String { TestDatabase.missing }
  }

  /// The server's URI, without a database.
  static func uri() throws -> String {
    guard let uri = ProcessInfo.processInfo.environment["KEDGE_TEST_MONGODB_URI"] else { throw Unset() }
    return uri
  }

  let connection: MongoConnection

  init() throws {
    let name = "kedge_test_\(UUID().uuidString.replacing("-", with: "").lowercased())"
    connection = try MongoConnection(MongoSettings(url: Self.uri(), database: name))
  }

  deinit {
    do {
      try connection.dropDatabase()
    } catch {
      print("left behind: \(connection.settings.database): \(error)")
    }
  }
}
