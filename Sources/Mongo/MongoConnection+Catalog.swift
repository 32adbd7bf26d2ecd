internal import CMongoC
public import Codec

/// What a server says about itself.
public struct MongoServerInfo: Sendable, Equatable {
  /// How servers stand together.
  public enum Topology: String, Sendable {
    case standalone
    case replicaSet
    case sharded
  }
  /// The version, such as `6.0.5`.
  public var version: String
  /// How the server stands to others.
  public var topology: Topology
  /// Whether it takes writes.
  public var isWritablePrimary: Bool
  /// The replica set's name; nil for others.
  public var replicaSetName: String?
  /// The largest document that it stores, in bytes.
  public var largestDocument: Int

  /// Whether it has change streams, sessions and transactions, which a standalone server lacks.
  public var hasChangeStreams: Bool { topology != .standalone }
}

/// A collection, a view or a time series of a database.
public struct MongoCollectionInfo: Sendable, Equatable {
  /// What it is.
  public enum Kind: String, Sendable {
    case collection
    case view
    case timeseries
  }
  /// The name inside its database.
  public var name: String
  /// What it is.
  public var kind: Kind
  /// Whether texts are compared by rules of a language by default, so that ranges of text ids mean something else.
  public var hasCollation: Bool
  /// Whether documents lie in the order of `_id`, without an index of their own on it.
  public var isClustered: Bool
  /// What it was created with, as `listCollections` gives it.
  public var options: BSONDocument
  /// What stays the same when it is renamed; nil for a view.
  public var uuid: [UInt8]?

  /// How the names begin under which Kedge's guardrails keep collections that nobody may write any more.
  public static let frozenPrefix = "kedge_frozen."
  /// Whether it is such a collection.
  public var isFrozen: Bool { kind != .view && name.hasPrefix(Self.frozenPrefix) }
  /// Whether it is the view that shows the whole of such a collection under its own name.
  public var showsFrozen: Bool {
    kind == .view && options["viewOn"]?.string?.hasPrefix(Self.frozenPrefix) == true
      && options["pipeline"]?.elements?.isEmpty == true
  }
}

extension MongoConnection {
  /// The collections, views and time series of the settings' database, by name, without the server's own.
  ///
  /// - Throws: `MongoError`.
  public func collections() throws -> [MongoCollectionInfo] {
    let action = "list the collections of database \"\(settings.database)\""
    guard let database = mongoc_client_get_database(client, settings.database) else {
      throw MongoError(domain: .driver, message: "the name isn't valid", action: action)
    }
    defer { mongoc_database_destroy(database) }
    guard let found = alone({ mongoc_database_find_collections_with_opts(database, nil) }) else {
      throw MongoError(domain: .driver, message: "the driver gave no cursor", action: action)
    }
    let cursor = MongoCursorHandle(stealing: found, connection: self, action: action)
    try cursor.check()
    var infos: [MongoCollectionInfo] = []
    while let bytes = try cursor.next() {
      guard let entry = BSONDocument(copying: bytes), let name = entry["name"]?.string else {
        throw MongoError(domain: .driver, message: "the server sent an entry without a name", action: action)
      }
      if name.hasPrefix("system.") { continue }
      let options = entry["options"]?.document ?? [:]
      let locale = options["collation"]?.document?["locale"]?.string
      infos.append(
        MongoCollectionInfo(
          name: name, kind: entry["type"]?.string.flatMap(MongoCollectionInfo.Kind.init) ?? .collection,
          hasCollation: locale != nil && locale != "simple", isClustered: options["clusteredIndex"] != nil,
          options: options, uuid: entry["info"]?.document?["uuid"]?.binary))
    }
    return infos.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// How many documents a collection has by its own books, which may be off after a crash or while shards move.
  ///
  /// - Throws: `MongoError`.
  public func estimatedCount(_ collection: String) throws -> Int {
    var failure = kedge_failure()
    var answer: OpaquePointer?
    let count = try withCollection(collection) { handle in
      alone { kedge_estimated_count(handle, &answer, &failure) }
    }
    let reply = Self.take(answer)
    guard count >= 0 else {
      throw MongoError(
        failure, reply: reply, action: "count collection \"\(collection)\"", settings: settings)
    }
    return Int(count)
  }

  /// Asks the server what it is.
  ///
  /// - Throws: `MongoError`.
  public func serverInfo() throws -> MongoServerInfo {
    let action = "ask the MongoDB server what it is"
    let build = try run(command: ["buildInfo": 1], database: "admin", reads: true, action: action)
    let hello = try self.hello(action)
    let setName = hello["setName"]?.string
    let isSharded = hello["msg"]?.string == "isdbgrid"
    return MongoServerInfo(
      version: build["version"]?.string ?? "unknown",
      topology: isSharded ? .sharded : setName == nil ? .standalone : .replicaSet,
      isWritablePrimary: (hello["isWritablePrimary"] ?? hello["ismaster"])?.bool ?? false,
      replicaSetName: setName, largestDocument: hello["maxBsonObjectSize"]?.integer ?? 16 * 1024 * 1024)
  }

  /// Servers before 4.4 know the command by its older name alone.
  private func hello(_ action: String) throws -> BSONDocument {
    do {
      return try run(command: ["hello": 1], database: "admin", reads: true, action: action)
    } catch let error as MongoError where error.domain == .server && error.code == 59 {
      return try run(command: ["isMaster": 1], database: "admin", reads: true, action: action)
    }
  }
}
