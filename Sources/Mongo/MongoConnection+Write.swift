internal import CMongoC
public import Codec

extension MongoConnection {
  /// Inserts documents in their order, in as few requests as the server takes.
  ///
  /// - Throws: `MongoError` at the first document that is refused; those before it are in.
  public func insert(_ collection: String, documents: [BSONDocument]) throws {
    try insert(collection) { add in
      for document in documents { try document.withRaw(add) }
    }
  }

  /// Inserts documents that lie one after another, as mongodump writes them.
  ///
  /// - Throws: `MongoError` at the first document that is refused or isn't BSON; those before it may be in.
  public func insertRaw(_ collection: String, _ documents: UnsafeRawBufferPointer) throws {
    try insert(collection) { add in
      var offset = 0
      while offset < documents.count {
        let rest = documents.count - offset
        let length =
          rest < 5
          ? 0 : Int(Int32(littleEndian: documents.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        guard length >= 5, length <= rest else {
          throw MongoError(
            domain: .driver, message: "the document at byte \(offset) is cut off or isn't BSON",
            action: "insert into collection \"\(collection)\"")
        }
        try add(UnsafeRawBufferPointer(rebasing: documents[offset..<(offset + length)]))
        offset += length
      }
    }
  }

  /// Replaces the document with this `_id`, or inserts it if there is none.
  ///
  /// - Throws: `MongoError`.
  public func replace(_ collection: String, id: BSONValue, with document: BSONDocument) throws {
    let update: BSONDocument = ["q": ["_id": id], "u": .document(document), "upsert": true]
    try run(command: ["update": .string(collection), "updates": [.document(update)]])
  }

  /// Changes the documents that match.
  ///
  /// - Returns: How many matched.
  /// - Throws: `MongoError`.
  @discardableResult
  public func update(_ collection: String, filter: BSONDocument, _ change: BSONDocument) throws -> Int {
    let update: BSONDocument = ["q": .document(filter), "u": .document(change), "multi": true]
    return try run(command: ["update": .string(collection), "updates": [.document(update)]])["n"]?.integer
      ?? 0
  }

  /// Deletes one document that matches.
  ///
  /// - Returns: Whether there was one.
  /// - Throws: `MongoError`.
  @discardableResult
  public func deleteOne(_ collection: String, filter: BSONDocument) throws -> Bool {
    let delete: BSONDocument = ["q": .document(filter), "limit": 1]
    return try run(command: ["delete": .string(collection), "deletes": [.document(delete)]])["n"]?.integer
      == 1
  }

  /// Drops a collection; one that isn't there is fine.
  ///
  /// - Throws: `MongoError`.
  public func drop(_ collection: String) throws {
    do {
      try run(command: ["drop": .string(collection)])
    } catch let error as MongoError where error.isNotFound {
      return
    }
  }

  /// Drops the settings' database.
  ///
  /// - Throws: `MongoError`.
  public func dropDatabase() throws { try run(command: ["dropDatabase": 1]) }

  /// How many bytes are gathered before they are sent, so that memory doesn't grow with the input.
  private static var gathered: Int { 32 * 1024 * 1024 }

  private func insert(
    _ collection: String, _ produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let action = "insert into collection \"\(collection)\" of database \"\(settings.database)\""
    try withCollection(collection) { handle in
      var bulk: OpaquePointer?
      var waiting = 0
      defer { if bulk != nil { mongoc_bulk_operation_destroy(bulk) } }
      func send() throws {
        guard let full = bulk else { return }
        bulk = nil
        waiting = 0
        defer { mongoc_bulk_operation_destroy(full) }
        var failure = kedge_failure()
        var answer: OpaquePointer?
        let done = alone { kedge_bulk_execute(full, &answer, &failure) }
        let reply = Self.take(answer)
        guard done else { throw MongoError(failure, reply: reply, action: action, settings: settings) }
      }
      try produce { document in
        if waiting + document.count > Self.gathered { try send() }
        if bulk == nil { bulk = kedge_bulk_new(handle) }
        var failure = kedge_failure()
        guard
          kedge_bulk_insert(
            bulk, document.bindMemory(to: UInt8.self).baseAddress, document.count, &failure)
        else { throw MongoError(failure, action: action, settings: settings) }
        waiting += document.count
      }
      try send()
    }
  }
}
