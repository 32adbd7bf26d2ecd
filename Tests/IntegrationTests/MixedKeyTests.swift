import Audit
import Backfill
import Catalog
import Codec
import Mongo
import TestSupport
import Testing

/// Keys of every type in chunks of a few records: nothing is lost, nothing comes twice.
@Suite("Keys of mixed types")
struct MixedKeyTests {
  private static let identifiers: [BSONValue] = [
    .minKey, .int32(-3), .int32(0), .int64(1 << 40), .double(0.5), .double(-1e300), .double(.nan),
    .double(.infinity), .decimal(15, exponent: -1), "", "a", "Z", "é", "0123456789abcdef01234567",
    ["a": 1], ["a": 1, "b": 2], ["b": nil], .bytes([]), .bytes([1, 2]), .bytes([1], subtype: 4),
    .bytes([1], subtype: 5),
    .id("0123456789abcdef01234567"), .id("ffffffffffffffffffffffff"), .bool(false), .bool(true), .at(-1),
    .at(0),
    .timestamp(1 << 32), .maxKey,
  ]

  private static let mapping = """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields:
      id: { from: _id, type: jsonb, transforms: [ejson] }
      n: integer
    """

  @Test("every _id lands exactly once, whatever the size of the chunks", arguments: [1, 2, 3, 7, 1000])
  func everyKey(chunkSize: Int) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let documents = Self.identifiers.enumerated().map {
      BSONDocument([("_id", $0.element), ("n", BSONValue($0.offset))])
    }
    try mongo.insert("things", documents)
    let engine = try Engine(mongo: mongo, into: target, Self.mapping)
    let count = Self.identifiers.count
    let report = try engine.backfill { $0.chunkSize = chunkSize }
    #expect(report.counts("things") == [count, count, 0, 0, 0])
    expectEqual(try target.rows("SELECT n FROM core.things ORDER BY n"), (0..<count).map(String.init))
    expectEqual(
      try target.rows("SELECT id FROM core.things WHERE n IN (0, 6, 27, 28) ORDER BY n"),
      [
        "{\"$minKey\": 1}", "{\"$numberDouble\": \"NaN\"}", "{\"$timestamp\": {\"i\": 0, \"t\": 1}}",
        "{\"$maxKey\": 1}",
      ])
    // Chunks don't overlap, and none is larger than asked for, but for the one that ends with MaxKey.
    expectEqual(try target.value("SELECT max(read) <= \(chunkSize + 1) FROM kedge.chunks"), "t")
    expectEqual(try target.value("SELECT sum(read) FROM kedge.chunks"), "\(count)")
    let second = try engine.backfill { $0.chunkSize = chunkSize }
    #expect(second.counts("things") == [count, 0, count, 0, 0])
    let audit = try engine.audit()
    #expect(audit.differences == [])
    #expect(audit.tally("things")?.matching == count)
  }

  @Test("a record with any _id is quarantined whole, and found again by replay")
  func quarantineOfEveryKey() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let documents = Self.identifiers.map { BSONDocument([("_id", $0), ("n", "no number")]) }
    try mongo.insert("things", documents)
    let engine = try Engine(mongo: mongo, into: target, Self.mapping)
    let count = documents.count
    expectEqual(try engine.backfill { $0.chunkSize = 3 }.counts("things"), [count, 0, 0, count, 0])
    let kept = try engine.quarantine().map(\.record)
    #expect(Set(kept) == Set(documents.map(\.bytes)))
    try mongo.connection.update("things", filter: [:], ["$set": ["n": 1]])
    let outcome = try engine.replay("things")
    #expect(outcome.landed == count)
    #expect(outcome.gone == 0)
    expectEqual(try engine.refusals(), [])
    expectEqual(try target.value("SELECT count(*) FROM core.things WHERE n = 1"), "\(count)")
  }

  @Test("two keys that become one: the first lands, the others are quarantined", arguments: [1, 100])
  func collidingKeys(chunkSize: Int) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "things",
      [["_id": 1, "n": 1], ["_id": "1", "n": 2], ["_id": true, "n": 3], ["_id": "true", "n": 4]])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields: { id: { from: _id, type: text, transforms: [text] }, n: integer }
      """)
    let report = try engine.backfill {
      $0.chunkSize = chunkSize
      $0.workers = 1
    }
    #expect(report.counts("things") == [4, 2, 0, 2, 0])
    expectEqual(try target.rows("SELECT id FROM core.things ORDER BY id"), ["1", "true"])
    let digest = try target.digest("core.things")
    expectEqual(try engine.quarantine().map(\.reason), ["duplicate_key", "duplicate_key"])
    // Whatever else the chunks are now, which of the two has the row stays as it is.
    for size in [1, 100, 2] {
      let again = try engine.backfill { $0.chunkSize = size }
      #expect(again.counts("things") == [4, 0, 2, 2, 0])
    }
    expectEqual(try target.digest("core.things"), digest)
  }
}
