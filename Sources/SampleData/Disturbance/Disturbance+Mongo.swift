internal import Codec
public import Mongo

extension Disturbance {
  /// Changes one user, deletes one entry of usage and adds one counter in a sendfx database: a record each that nothing
  /// else refers to, from the middle of its collection, so that other hands at either end don't meet it.
  ///
  /// - Throws: `MongoError`; `SampleError` where the database doesn't hold the sample.
  public static func disturb(_ mongo: MongoConnection, seed: UInt64) throws -> [Disturbance] {
    var random = SplitMix64(seed: seed, collection: "disturbance", index: 0)

    let user = try middle("users", [:], mongo)
    try mongo.update(
      "users", filter: ["_id": user.id],
      ["$set": ["locale": .string("xx-\(random.hex(4))")], "$unset": ["profile.locale": 1]])

    // Dry runs aren't moved, so that nobody would miss one.
    let usage = try middle("openaiusages", ["dryRun": ["$exists": false]], mongo)
    try mongo.deleteOne("openaiusages", filter: ["_id": usage.id])

    let workspace = try middle("workspaces", [:], mongo)
    let added = ObjectID(high: 0x6FFF_FFFF << 32 | random.next() >> 32, low: UInt32(random.below(1 << 32)))
    try mongo.insert(
      "usagecounters",
      documents: [
        [
          "_id": .objectID(added), "workspaceId": workspace.id, "metric": "contacts", "period": "2025-06",
          "count": .int32(Int32(random.below(1000))), "createdAt": .date(Moment.opening.milliseconds),
        ]
      ])
    return [
      Disturbance(.changed, "users", user.text, field: "locale"),
      Disturbance(.deleted, "openaiusages", usage.text),
      Disturbance(.added, "usagecounters", added.description),
    ]
  }

  /// The `_id` of the record in the middle of those that match.
  private static func middle(
    _ collection: String, _ filter: BSONDocument, _ mongo: MongoConnection
  ) throws -> (id: BSONValue, text: String) {
    let half = try mongo.estimatedCount(collection) / 2
    let options: BSONDocument = [
      "sort": ["_id": 1], "skip": BSONValue(half), "limit": 1, "projection": ["_id": 1],
    ]
    let cursor = try mongo.find(collection, filter: filter, options: options)
    guard let bytes = try cursor.next(), let found = BSONDocument(copying: bytes)?["_id"],
      case .objectID(let identifier) = found
    else {
      throw SampleError(
        "Collection \(collection) of database \(mongo.settings.database) doesn't hold the sample: run kedge-samples sendfx first."
      )
    }
    return (found, identifier.description)
  }
}
