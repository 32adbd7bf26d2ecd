internal import Codec
internal import Foundation
internal import Guardrails
public import Mapping
internal import Mongo

extension TemporaryMongo: WriteObservable {
  public var kind: Store.Kind { .mongo }

  /// Watches by a change stream of the database, from this moment on: it tells of every client's writes, those of transactions
  /// when they are committed, and of none that changed nothing.
  public func observeWrites() throws -> any WriteObservation {
    let reply = try connect().run(command: ["ping": 1])
    guard case .timestamp(let now)? = reply["operationTime"] else {
      throw TestServerError(
        "The MongoDB server says no time of its operations, so that it isn't a replica set, and writes can't be watched. "
          + "Name a replica set in KEDGE_TEST_MONGODB_URI, or unset it.")
    }
    // The next moment after the last operation that was there.
    return MongoObservation(database: self, start: now + 1)
  }
}

private struct MongoObservation: WriteObservation {
  /// A collection that is written to at the end, to know that all before has been seen.
  private static let end = "kedge_testing_end"

  let database: TemporaryMongo
  let start: UInt64

  func finish() throws -> [DatabaseWrite] {
    let connection = try database.connect()
    try connection.insert(Self.end, documents: [["_id": 1]])
    let stage: BSONDocument = ["$changeStream": .document(["startAtOperationTime": .timestamp(start)])]
    var reply = try connection.run(command: [
      "aggregate": 1, "pipeline": [.document(stage)], "cursor": .document(BSONDocument()),
    ])
    var writes: [DatabaseWrite] = []
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
      let cursor = reply["cursor"]?.document ?? [:]
      for event in (cursor["firstBatch"] ?? cursor["nextBatch"])?.elements ?? [] {
        let name = event.document?["ns"]?.document?["coll"]?.string ?? ""
        if name == Self.end {
          try connection.run(command: ["drop": .string(Self.end)])
          return summed(writes)
        }
        if let operation = Self.operation(event.document?["operationType"]?.string) {
          writes.append(DatabaseWrite(collection: name, operation: operation, count: 1))
        }
      }
      guard case .int64(let id)? = cursor["id"], id != 0 else { break }
      reply = try connection.run(command: [
        "getMore": .int64(id), "collection": "$cmd.aggregate", "maxTimeMS": 1000,
      ])
    }
    throw TestServerError("The change stream of \(database.name) didn't come to its end within 30 seconds.")
  }

  /// A collection that is dropped, or takes another's place (as `$out` does it), is emptied.
  private static func operation(_ word: String?) -> WriteOperation? {
    switch word {
    case "insert": .insert
    case "update", "replace": .update
    case "delete": .delete
    case "drop", "rename": .truncate
    default: nil
    }
  }
}
