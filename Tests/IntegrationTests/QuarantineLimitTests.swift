import Audit
import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// Limits that end a run early, and what waits by reason.
@Suite("Quarantine limits and groups")
struct QuarantineLimitTests {
  private static func items(_ rule: String) -> String {
    """
    entity: items
    owner: core
    source: { store: app, collection: items }
    key: [id]
    fields: { id: { from: _id, type: integer }, amount: integer, name: varchar(3) }
    children: { addresses: { fields: { zip: integer } } }
    \(rule)
    """
  }

  private func fill(_ mongo: TestMongo, _ count: Int, bad: (Int) -> Bool) throws {
    for start in stride(from: 0, to: count, by: 1000) {
      try mongo.insert(
        "items",
        (start..<min(start + 1000, count)).map { ["_id": BSONValue($0), "amount": bad($0) ? "none" : 1] })
    }
  }

  @Test(
    "a wrong mapping stops long before the chunk's end, by number and by share", arguments: ["100", "\"1%\""])
  func early(limit: String) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try fill(mongo, 20_000) { _ in true }
    let engine = try Engine(mongo: mongo, into: target, Self.items("quarantine: { limit: \(limit) }"))
    let error = #expect(throws: BackfillError.self) { try engine.backfill { $0.chunkSize = 20_000 } }
    #expect("\(try #require(error))".contains("more than its limit of \(limit.filter { $0 != "\"" })"))
    let waiting = try engine.quarantine().count
    #expect(waiting >= 1000 && waiting <= 2000)
  }

  @Test("a share means nothing before a thousand records, and is judged at the end")
  func share() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    // Of the first ten records half are bad, of all 1500 a third of a percent.
    try fill(mongo, 1500) { $0 < 5 }
    let mild = try Engine(mongo: mongo, into: target, Self.items("quarantine: { limit: \"0.5%\" }"))
    expectEqual(try mild.backfill { $0.chunkSize = 10 }.counts("items"), [1500, 1495, 0, 5, 0])
    let small = try TestMongo()
    try fill(small, 20) { $0 == 3 }
    let strict = try Engine(
      mongo: small, into: try TestPostgres(), Self.items("quarantine: { limit: \"1%\" }"))
    let error = #expect(throws: BackfillError.self) { try strict.backfill { $0.chunkSize = 5 } }
    #expect(
      "\(try #require(error))".contains("1 records are quarantined, more than its limit of 1%, after 20"))
    // Mended and tried again, the same run ends well.
    try small.update("items", id: 3, ["$set": ["amount": 1]])
    expectEqual(try strict.replay("items").landed, 1)
    expectEqual(try strict.backfill { $0.chunkSize = 5 }.counts("items"), [20, 20, 0, 0, 0])
  }

  @Test("a run that stopped at its limit goes on when the source is mended, and counts right")
  func mended() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try fill(mongo, 30) { $0 % 3 == 0 }
    let engine = try Engine(mongo: mongo, into: target, Self.items("quarantine: { limit: 2 }"))
    #expect(throws: BackfillError.self) { try engine.backfill { $0.chunkSize = 6 } }
    for id in stride(from: 0, to: 30, by: 3) {
      try mongo.update("items", id: BSONValue(id), ["$set": ["amount": 2]])
    }
    let report = try engine.backfill { $0.chunkSize = 6 }
    #expect(report.isResumed)
    let left = try engine.quarantine().count
    let counts = try #require(report.counts("items"))
    #expect(counts[0] == 30 && counts[3] == left && left <= 2)
    _ = try engine.replay("items")
    expectEqual(try engine.quarantine().count, 0)
    expectEqual(try target.value("SELECT count(*) FROM core.items"), "30")
    expectEqual(try engine.audit().tally("items")?.drift, 0)
  }

  /// What a run that stops at its limit says, up to what is to be done; nil where it ends well.
  private func stop(_ run: () throws -> BackfillReport) throws -> String? {
    do {
      _ = try run()
      return nil
    } catch let error as BackfillError {
      return "\(error)".split(separator: ";").first.map(String.init)
    }
  }

  @Test(
    "a dry run stops where a backfill stops, and says the same",
    arguments: [
      ("2", 30, 3, 10), ("100", 1_500, 1, 20_000), ("\"1%\"", 1_500, 50, 20_000), ("\"1%\"", 20, 20, 7),
      ("\"1%\"", 1_200, 100, 500), ("\"2%\"", 1_200, 100, 500), ("0", 10, 100, 10), ("10", 30, 3, 10),
    ])
  func dryRun(limit: String, records: Int, each: Int, chunk: Int) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try fill(mongo, records) { $0 % each == 0 }
    let engine = try Engine(mongo: mongo, into: target, Self.items("quarantine: { limit: \(limit) }"))
    let dry = try stop { try engine.dryRun { $0.chunkSize = chunk } }
    let real = try stop {
      try engine.backfill {
        $0.chunkSize = chunk
        $0.workers = 1
      }
    }
    #expect(dry?.replacing(" would be quarantined", with: " are quarantined") == real)
  }

  @Test("what waits is counted by entity, reason and field, with an example of each")
  func groups() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "items",
      [
        ["_id": 1, "amount": "x"], ["_id": 2, "amount": "y"], ["_id": 3, "amount": true],
        ["_id": 4, "name": "long"],
        ["_id": 5, "addresses": [["zip": 1], ["zip": "x"]]],
        ["_id": 6, "addresses": [["zip": 1], ["zip": 1], ["zip": "x"]]],
      ])
    let engine = try Engine(mongo: mongo, into: target, Self.items(""))
    try engine.backfill()
    let groups = try Catalog(target.connection).quarantineGroups(set: "test")
    expectEqual(
      groups.map {
        "\($0.count) \($0.reason) \($0.field ?? "-") \($0.found) \($0.expected ?? "-") \($0.examplePath ?? "-")"
      },
      [
        "3 wrong_type amount [\"bool\", \"string\"] integer amount",
        "2 wrong_type addresses[].zip [\"string\"] integer addresses[1].zip",
        "1 too_long name [\"string\"] varchar(3) name",
      ])
    expectEqual(try engine.quarantine().last?.path, "addresses[2].zip")
    #expect(try engine.quarantine().allSatisfy { !$0.lastSeen.isEmpty && $0.lastSeen >= $0.firstSeen })
  }
}
