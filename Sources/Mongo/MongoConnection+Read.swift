internal import CMongoC
public import Codec

extension MongoConnection {
  /// Starts reading the documents that match.
  ///
  /// Ranges by `min` (inclusive) and `max` (exclusive) go through ids of all types in the index's own order, which
  /// `$gte` and `$lt` don't: these see one type alone. A range with `min` and without `max` still leaves out the id
  /// `MaxKey`, as the server takes it for the bound: read that one by the filter `{_id: MaxKey}`.
  ///
  /// - Parameters:
  ///   - collection: A collection or view of the settings' database.
  ///   - filter: A query; empty for every document.
  ///   - options: What the `find` command takes beside the filter: `sort`, `projection`, `min` and `max` (with `hint`),
  ///     `limit`, `skip`, `batchSize`, `readConcern`, `collation`, `noCursorTimeout`.
  ///   - readsAhead: Whether a thread of the cursor's own reads on while documents are worked on, a megabyte ahead at
  ///     most. Worth it for thousands of documents. Other calls of the connection wait for that thread's turn to end.
  /// - Throws: `MongoError`. The server may be asked only at the cursor's first `next`.
  public func find(
    _ collection: String, filter: BSONDocument = [:], options: BSONDocument = [:], readsAhead: Bool = false
  ) throws -> MongoCursor {
    guard readsAhead else { return MongoCursor(try open(collection, filter, options, kedge_find)) }
    // Set here, as an Int64: the driver can't change another later.
    let batch = max(1, options["batchSize"]?.integer ?? Self.firstBatch)
    let others = options.pairs.filter { $0.key != "batchSize" }.map { ($0.key, $0.value) }
    let all = BSONDocument(others + [("batchSize", .int64(Int64(batch)))])
    let handle = try open(collection, filter, all, kedge_find)
    return MongoCursor(handle, readingAhead: batch)
  }

  /// Starts reading the results of an aggregation.
  ///
  /// - Parameter options: What the `aggregate` command takes beside the pipeline, such as `allowDiskUse`, `batchSize`.
  /// - Throws: `MongoError`. The server may be asked only at the cursor's first `next`.
  public func aggregate(
    _ collection: String, pipeline: [BSONDocument], options: BSONDocument = [:]
  ) throws -> MongoCursor {
    let stages = BSONDocument(pipeline.enumerated().map { (String($0.offset), .document($0.element)) })
    return MongoCursor(try open(collection, stages, options, kedge_aggregate))
  }

  /// Documents that a cursor that reads ahead asks for at first, before it knows how large they are.
  private static let firstBatch = 1000

  private typealias Opening = (
    OpaquePointer?, UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int,
    UnsafeMutablePointer<kedge_failure>?
  ) -> OpaquePointer?

  private func open(
    _ collection: String, _ request: BSONDocument, _ options: BSONDocument, _ opening: Opening
  ) throws -> MongoCursorHandle {
    let action = "read collection \"\(collection)\" of database \"\(settings.database)\""
    var failure = kedge_failure()
    let cursor = try withCollection(collection) { handle in
      request.bytes.withUnsafeBufferPointer { request in
        options.bytes.withUnsafeBufferPointer { options in
          alone {
            opening(handle, request.baseAddress, request.count, options.baseAddress, options.count, &failure)
          }
        }
      }
    }
    guard let cursor else { throw MongoError(failure, action: action, settings: settings) }
    // Options that contradict each other are found here, before anything is sent.
    let opened = MongoCursorHandle(stealing: cursor, connection: self, action: action)
    try opened.check()
    return opened
  }
}
