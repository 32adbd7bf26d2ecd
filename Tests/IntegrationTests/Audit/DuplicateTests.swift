import Audit
import Backfill
import Codec
import Foundation
import TestSupport
import Testing

/// Several records with the key of one row.
@Suite("Duplicates in an audit")
struct DuplicateTests {
  private let mapping = """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields: { id: { from: _id, type: text, transforms: [text] }, n: integer }
    """

  /// Of the two records, in the source's order, the first or the second has the row; others may make the audit join.
  @Test(
    "in a merge and in a join, whichever record the row belongs to", arguments: [true, false], [true, false])
  func duplicate(firstLands: Bool, joins: Bool) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let both: [BSONDocument] = [["_id": 7, "n": 1], ["_id": "7", "n": 2]]
    try mongo.insert("things", [both[firstLands ? 0 : 1], ["_id": "8", "n": 3]])
    // As texts, 10 comes before 9.
    if joins { try mongo.insert("things", [["_id": 9, "n": 4], ["_id": 10, "n": 5]]) }
    let engine = try Engine(mongo: mongo, into: target, mapping)
    try engine.backfill()
    try mongo.insert("things", [both[firstLands ? 1 : 0]])
    let report = try engine.audit()
    expectEqual(report.differences, ["things duplicate 7 [\"id\"]"])
    let (seven, text) = (#"{"_id": 7}"#, #"{"_id": "7"}"#)
    let evidence = report.entities[0].differences[0].columns[0]
    #expect(
      evidence
        == ColumnEvidence(column: "id", source: firstLands ? text : seven, target: firstLands ? seven : text))
    let tally = try #require(report.tally("things"))
    let others = joins ? 3 : 1
    expectEqual(
      [tally.compared, tally.matching, tally.duplicates, tally.drift, tally.inFlight],
      [2 + others, 1 + others, 1, 1, 0])
    expectEqual(
      try target.value("SELECT bool_or(is_join) FROM kedge.audit_chunks"), joins ? "t" : "f")
    // The backfill quarantines it: then it is known.
    try engine.backfill()
    let known = try engine.audit()
    expectEqual(known.differences, [])
    #expect(known.tally("things")?.quarantined == 1)
  }

  @Test("none of them has landed")
  func missing() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", [["_id": "8", "n": 3]])
    let engine = try Engine(mongo: mongo, into: target, mapping)
    try engine.backfill()
    try mongo.insert("things", [["_id": 7, "n": 1], ["_id": "7", "n": 2]])
    expectEqual(try engine.audit().differences, ["things duplicate 7 [\"id\"]", "things missing 7 []"])
  }

  @Test("the locators of personal keys are digests")
  func personal() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", [["_id": 7, "n": 1]])
    let engine = try Engine(
      mongo: mongo, into: target,
      mapping.replacingOccurrences(of: "transforms: [text] }", with: "transforms: [text], personal: true }"))
    try engine.backfill()
    try mongo.insert("things", [["_id": "7", "n": 1]])
    let columns = try engine.audit().entities[0].differences[0].columns
    #expect(columns.count == 1)
    for text in [columns[0].source, columns[0].target] {
      #expect(text?.hasPrefix("sha256:") == true && text?.count == 19)
    }
  }
}
