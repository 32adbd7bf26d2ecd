import Backfill
import Codec
import Executors
import Postgres
import Progress
import TestSupport
import Testing

@testable import Audit

/// A difference is shown with both values, and tells nothing that is personal.
@Suite("Evidence of an audit")
struct EvidenceTests {
  private static let people = """
    entity: people
    owner: core
    source: { store: app, collection: people }
    key: [id]
    fields:
      id: { from: _id, type: bigint }
      name: text
      email: { type: text, personal: true }
      score: numeric
      data: jsonb
    children:
      phones:
        from: phones[]
        fields:
          number: { type: text, personal: true }
          kind: text
    """

  private func scene() throws -> (TestMongo, TestPostgres, Engine) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "people",
      (1...5).map { number -> BSONDocument in
        [
          "_id": BSONValue(number), "name": .string(String(repeating: "x", count: 300) + "\(number)"),
          "email": .string("p\(number)@example.com"), "score": .double(1.5), "data": ["a": 1],
          "phones": [["number": "1", "kind": "home"], ["number": "2", "kind": "work"]],
        ]
      })
    let engine = try Engine(mongo: mongo, into: target, Self.people)
    try engine.backfill()
    return (mongo, target, engine)
  }

  @Test("both values of each column, long ones cut, personal ones as digests")
  func columns() throws {
    let (_, target, engine) = try scene()
    try target.execute(
      """
      UPDATE core.people SET name = left(name, 300) || '!', email = 'other@example.com' WHERE id = 1;
      UPDATE core.people SET score = 1.51, data = NULL WHERE id = 2;
      UPDATE core.people_phones SET number = '3' WHERE people_id = 3 AND position = 1;
      DELETE FROM core.people_phones WHERE people_id = 4 AND position = 0
      """)
    func digest(_ text: String) throws -> String {
      "sha256:" + (try target.value("SELECT left(encode(sha256('\(text)'), 'hex'), 12)"))
    }
    let shown = String(repeating: "x", count: 200) + "… (301 characters, "
    let long = String(repeating: "x", count: 300)
    let report = try engine.audit()
    let found = report.entities[0].differences.sorted { $0.key[0] < $1.key[0] }.map(\.columns)
    expectEqual(
      found,
      [
        [
          ColumnEvidence(
            column: "name", source: shown + (try digest(long + "1")) + ")",
            target: shown + (try digest(long + "!")) + ")"),
          ColumnEvidence(
            column: "email", source: try digest("p1@example.com"), target: try digest("other@example.com")),
        ],
        [
          ColumnEvidence(column: "score", source: "1.5", target: "1.51"),
          ColumnEvidence(column: "data", source: #"{"a": 1}"#, target: nil),
        ],
        [
          ColumnEvidence(
            column: "people_phones", source: "1: number=\(try digest("2")), kind=work",
            target: "1: number=\(try digest("3")), kind=work")
        ],
        [
          ColumnEvidence(
            column: "people_phones", source: "0: number=\(try digest("1")), kind=home", target: nil)
        ],
      ])
    let kept = try target.rows("SELECT evidence::text FROM kedge.audit_differences").joined()
    #expect(!kept.contains("example.com"))
  }

  @Test("named records alone are looked at, and what was found is looked at again")
  func targeted() throws {
    let (mongo, target, engine) = try scene()
    try target.execute(
      "UPDATE core.people SET score = 2 WHERE id = 1; DELETE FROM core.people WHERE id = 2; INSERT INTO core.people (id) VALUES (9)"
    )
    try mongo.delete("people", id: .int32(5))
    try engine.audit()
    let plan = try engine.plan("people")
    let context = BackfillContext(
      set: engine.set, plans: [plan], sources: engine.sources, target: target.settings,
      progress: ProgressReporter(mode: .quiet), stop: StopFlag())
    let audit = try TargetedAudit(plan, context: context, run: 0, connection: target.connection)
    let states = try audit.look(at: (1...5).map { ["_id": BSONValue($0)] }).map(\.state)
    #expect(states == [.differs(.different), .differs(.missing), .matching, .matching, .gone])
    let ids = try target.rows("SELECT id FROM kedge.audit_differences ORDER BY kind, key").compactMap {
      Int($0)
    }
    // Different 1, extra 5 and 9, missing 2.
    #expect(ids.count == 4)
    try target.execute(
      "UPDATE core.people SET score = 1.5 WHERE id = 1; DELETE FROM core.people WHERE id = 9")
    let again = try audit.look(again: ids)
    let expected: [LookedAt.State] = [.matching, .differs(.extra), .gone, .differs(.missing)]
    #expect(ids.map { id in again.first { $0.id == id }?.state } == expected)
    // Within a transaction it sees what that has written.
    try target.connection.transaction {
      try target.execute("UPDATE core.people SET score = 7 WHERE id = 1")
      #expect(try audit.look(at: [["_id": 1]]).map(\.state) == [.differs(.different)])
      #expect(
        try audit.look(at: [["_id": 1]])[0].sourceDigest != audit.look(at: [["_id": 1]])[0].targetDigest)
    }
  }

  @Test("a table of more than a hundred columns")
  func wide() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let names = (0..<150).map { "c\($0)" }
    try mongo.insert(
      "wide",
      (1...3).map { number in BSONDocument([("_id", BSONValue(number))] + names.map { ($0, .int32(1)) }) })
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: wide
      owner: core
      source: { store: app, collection: wide }
      key: [id]
      fields:
        id: { from: _id, type: bigint }
      \(names.map { "  \($0): integer" }.joined(separator: "\n"))
      """)
    try engine.backfill()
    try target.execute("UPDATE core.wide SET c149 = 2, c0 = NULL WHERE id = 2")
    expectEqual(try engine.audit().differences, ["wide different 2 [\"c0\", \"c149\"]"])
  }
}
