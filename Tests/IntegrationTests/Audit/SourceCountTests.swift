import Audit
import Codec
import RecordSources
import TestSupport
import Testing

/// When an audit that shows no progress asks a source how many records it has: some read a whole table for the answer.
@Suite("Counts that an audit asks for")
struct SourceCountTests {
  /// What is asked of a source of 20 records, in chunks of one, while all of it is compared.
  private func asked(collation: String, _ change: (inout AuditOptions) -> Void = { _ in }) throws -> (
    counts: [String], ranges: Int
  ) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", (10..<30).map { ["_id": .string("a\($0)"), "n": BSONValue($0)] })
    try target.execute(
      "CREATE SCHEMA core; CREATE TABLE core.things (id text COLLATE \"\(collation)\" PRIMARY KEY, n integer)"
    )
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields: { id: { from: _id, type: text }, n: integer }
      """)
    try engine.backfill()
    try target.execute("UPDATE core.things SET n = 0 WHERE id = 'a21'")
    let (counts, ranges) = (Seen<String>(), Seen<ChunkRange>())
    let report = try engine.watched(.init(onRead: { ranges.add($0) }, onCount: { counts.add($0) })).audit {
      $0.chunkSize = 1
      change(&$0)
    }
    expectEqual(report.differences, ["things different a21 [\"n\"]"])
    #expect(report.tally("things")?.compared == 20)
    return (counts.all, ranges.all.count)
  }

  @Test("none, where nobody wants to know")
  func none() throws {
    let asked = try asked(collation: "C")
    expectEqual(asked.counts, [])
    #expect(asked.ranges >= 20)
  }

  @Test("one, where the time may end and a share is to be told")
  func budget() throws {
    expectEqual(try asked(collation: "C") { $0.budget = 600 }.counts, ["things"])
  }

  @Test("one, where each range walks over the whole table, and there are few for it")
  func unindexed() throws {
    let asked = try asked(collation: "en-x-icu")
    expectEqual(asked.counts, ["things"])
    #expect(asked.ranges > 1 && asked.ranges <= 8, "\(asked.ranges)")
  }
}
