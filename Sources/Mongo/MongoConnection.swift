internal import CMongoC
public import Codec
internal import Foundation

/// One connection to a MongoDB, for one thread at a time, beside those of its cursors that read ahead.
///
/// For example:
/// ```swift
/// let mongo = try MongoConnection(MongoSettings(url: "mongodb://localhost:27017/shop"))
/// let cursor = try mongo.find("users", options: ["sort": ["_id": 1]])
/// while let document = try cursor.next() { … }
/// ```
public final class MongoConnection {
  /// Where it leads.
  public let settings: MongoSettings
  let client: OpaquePointer
  /// The driver's client is for one thread at a time, and a cursor that reads ahead has another than its owner's.
  private let turn = NSLock()

  /// Connects, authenticates and waits for an answer.
  ///
  /// - Throws: `MongoError` if no server answers within `serverSelectionTimeoutMS` (10 s unless the URL says otherwise),
  ///   or refuses the user.
  public init(_ settings: MongoSettings) throws {
    self.settings = settings
    let uri = try settings.makeURI()
    defer { mongoc_uri_destroy(uri) }
    var failure = kedge_failure()
    let action = "connect to \(settings.redactedURL)"
    guard let client = kedge_client_new(uri, &failure) else {
      throw MongoError(failure, action: action, settings: settings)
    }
    self.client = client
    _ = try run(command: ["ping": 1], database: nil, reads: true, action: action)
  }

  deinit { mongoc_client_destroy(client) }

  /// Runs a command; its name is the first key.
  ///
  /// - Parameters:
  ///   - database: The database to run it in; nil for the settings' own.
  ///   - reads: Whether it may run on whichever server the read preference chooses; else it runs on the primary.
  /// - Returns: The server's reply.
  /// - Throws: `MongoError`, also for a reply that is `ok` but holds write errors.
  @discardableResult
  public func run(command: BSONDocument, database: String? = nil, reads: Bool = false) throws -> BSONDocument
  {
    let name = command.keys.first ?? ""
    return try run(command: command, database: database, reads: reads, action: "run the command \(name)")
  }

  @discardableResult
  func run(command: BSONDocument, database: String?, reads: Bool = false, action: String) throws
    -> BSONDocument
  {
    var failure = kedge_failure()
    var answer: OpaquePointer?
    let done = command.withRaw { bytes in
      alone {
        kedge_run_command(
          client, database ?? settings.database, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count,
          reads, &answer, &failure)
      }
    }
    let reply = Self.take(answer)
    guard done else { throw MongoError(failure, reply: reply, action: action, settings: settings) }
    guard let reply else {
      throw MongoError(domain: .driver, message: "the reply isn't BSON", action: action)
    }
    if let error = MongoError(writeErrorsIn: reply, action: action, settings: settings) { throw error }
    return reply
  }

  /// Calls the driver while no other thread does. Not to be nested.
  func alone<Result>(_ body: () throws -> Result) rethrows -> Result {
    turn.lock()
    defer { turn.unlock() }
    return try body()
  }

  /// Copies a document of the driver's and destroys it.
  static func take(_ document: OpaquePointer?) -> BSONDocument? {
    guard let document else { return nil }
    defer { bson_destroy(document) }
    return copy(document)
  }

  /// Copies a document that stays the driver's.
  static func copy(_ document: OpaquePointer) -> BSONDocument? {
    BSONDocument(
      copying: UnsafeRawBufferPointer(start: bson_get_data(document), count: Int(kedge_length(document))))
  }

  /// Lends the handle of a collection for the time of the call.
  func withCollection<Result>(_ name: String, _ body: (OpaquePointer) throws -> Result) throws -> Result {
    guard !name.isEmpty, !name.utf8.contains(0),
      let collection = mongoc_client_get_collection(client, settings.database, name)
    else {
      throw MongoError(domain: .driver, message: "the name isn't valid", action: "use a collection")
    }
    defer { mongoc_collection_destroy(collection) }
    return try body(collection)
  }
}
