import Audit
import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// What can't land waits with its reason and its whole value, and lands once it can.
@Suite("Quarantine")
struct QuarantineTests {
  @Test("every reason that a document can give is given, and the whole document is kept")
  func everyReason() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let good: [(String, BSONValue)] = [
      ("need", 1), ("short", "abc"), ("tiny", 1), ("word", "a"), ("when", "2024-01-01"), ("doc", "{}"),
      ("full", "x"),
    ]
    func with(_ id: Int, _ changes: [String: BSONValue]) -> BSONDocument {
      var document = BSONDocument([("_id", BSONValue(id))] + good)
      for (name, value) in changes { document[name] = value }
      return document
    }
    let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
    let documents: [BSONDocument] = [
      BSONDocument([("_id", 1)] + good.dropFirst()), with(2, ["need": .null]), with(3, ["full": ""]),
      with(4, ["need": "x"]),
      with(5, ["tiny": 40000]), with(6, ["tiny": 1.5]), with(7, ["short": .invalidUTF8(.string, [0xC3])]),
      with(8, ["short": "\u{0}"]), with(9, ["short": "abcd"]), with(10, ["word": "b"]),
      with(11, ["when": "soon"]),
      with(12, ["doc": "{"]), with(13, ["doc": .string(deep)]), with(15, [:]),
    ]
    try mongo.insert("things", documents)
    let twice = BSONDocument([("_id", 14)] + good + [("need", 2)])
    try mongo.insertRaw("things", twice.bytes)
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields:
        id: { from: _id, type: integer }
        need: { type: integer, required: true }
        short: varchar(3)
        tiny: smallint
        word: { type: text, transforms: [{ enum: { a: alpha } }] }
        when: { type: date, transforms: [date] }
        doc: { type: jsonb, transforms: [json] }
        full: { type: text, empty: quarantine }
      """)
    expectEqual(try engine.backfill { $0.chunkSize = 4 }.counts("things"), [15, 1, 0, 14, 0])
    expectEqual(
      try target.rows("SELECT * FROM core.things"), ["15 | 1 | abc | 1 | alpha | 2024-01-01 | {} | x"])
    expectEqual(
      try engine.refusals(),
      [
        "1 missing need need", "10 not_in_enum word word", "11 invalid_text when when",
        "12 invalid_json doc doc",
        "13 too_deep doc doc", "14 duplicate_field - -", "2 null need need", "3 empty full full",
        "4 wrong_type need need", "5 out_of_range tiny tiny", "6 not_exact tiny tiny",
        "7 invalid_utf8 short short",
        "8 contains_nul short short", "9 too_long short short",
      ])
    let kept = Set(try engine.quarantine().map(\.record))
    #expect(kept == Set((documents.dropLast() + [twice]).map(\.bytes)))
    for entry in try engine.quarantine() {
      #expect(entry.message.count > 20)
      expectEqual(
        try BSONDocument(bytes: entry.locator),
        ["_id": try #require(try BSONDocument(bytes: entry.record)["_id"])])
    }
  }

  private static let accounts = """
    entity: accounts
    owner: core
    source: { store: app, collection: accounts }
    key: [id]
    fields:
      id: { from: _id, type: integer }
      email: { type: text, unique: true, personal: true }
      balance: { type: integer, missing: { value: "0" } }
    """

  @Test(
    "what only the database refuses is found among its neighbours, record by record", arguments: [2, 100])
  func databaseRefusals(chunkSize: Int) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let engine = try Engine(mongo: mongo, into: target, Self.accounts)
    try mongo.insert("accounts", [["_id": 0, "email": "zero@example.com"]])
    try engine.backfill()
    try target.execute("ALTER TABLE core.accounts ADD CONSTRAINT positive CHECK (balance >= 0)")
    try mongo.insert(
      "accounts",
      (1...20).map { id -> BSONDocument in
        [
          "_id": BSONValue(id), "email": .string(id == 7 ? "zero@example.com" : "u\(id)@example.com"),
          "balance": id == 13 ? -1 : 5,
        ]
      })
    let report = try engine.backfill { $0.chunkSize = chunkSize }
    #expect(report.counts("accounts") == [21, 18, 1, 2, 0])
    expectEqual(
      try target.rows("SELECT id FROM core.accounts ORDER BY id"),
      (0...20).filter { $0 != 7 && $0 != 13 }.map(String.init))
    expectEqual(try engine.refusals(), ["13 database - -", "7 database - -"])
    expectEqual(try engine.quarantine().map { $0.sqlState ?? "" }.sorted(), ["23505", "23514"])
    // Personal values stay out of the reasons, also of those that come from the server.
    for entry in try engine.quarantine() {
      #expect(entry.isPersonal)
      #expect(!entry.message.contains("zero@example.com"))
      #expect(!(entry.found ?? "").contains("zero@example.com"))
    }
  }

  @Test("a quarantine lets go of what was mended at the source, and of what is gone from it")
  func replay() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let engine = try Engine(mongo: mongo, into: target, Self.accounts)
    try mongo.insert(
      "accounts", (1...4).map { ["_id": BSONValue($0), "email": .string("u\($0)"), "balance": "none"] })
    expectEqual(try engine.backfill().counts("accounts"), [4, 0, 0, 4, 0])
    try mongo.update("accounts", id: 1, ["$set": ["balance": 10]])
    try mongo.update("accounts", id: 2, ["$set": ["balance": 1.5]])
    try mongo.delete("accounts", id: 3)
    let outcome = try engine.replay("accounts")
    #expect([outcome.landed, outcome.stillQuarantined, outcome.gone] == [1, 2, 1])
    expectEqual(try target.rows("SELECT * FROM core.accounts"), ["1 | u1 | 10"])
    expectEqual(try engine.refusals(), ["2 not_exact balance balance", "4 wrong_type balance balance"])
    expectEqual(try engine.audit().tally("accounts")?.drift, 0)

    // A whole pass over the source does the same.
    try mongo.update("accounts", id: 2, ["$set": ["balance": 2]])
    try mongo.delete("accounts", id: 4)
    expectEqual(try engine.backfill().counts("accounts"), [2, 1, 1, 0, 0])
    expectEqual(try engine.refusals(), [])
    expectEqual(try target.rows("SELECT * FROM core.accounts ORDER BY id"), ["1 | u1 | 10", "2 | u2 | 2"])
  }

  @Test("more refusals than the limit fail the run, which says so and shows them; a higher limit goes on")
  func limit() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "accounts",
      (1...10).map {
        ["_id": BSONValue($0), "email": .string("u\($0)"), "balance": $0 % 2 == 0 ? 1 : "none"]
      })
    let strict = try Engine(mongo: mongo, into: target, Self.accounts + "\nquarantine: { limit: 3 }")
    let error = #expect(throws: BackfillError.self) { try strict.backfill { $0.chunkSize = 100 } }
    #expect("\(try #require(error))".contains("5 records are quarantined, more than its limit of 3"))
    expectEqual(try target.value("SELECT count(*) FROM core.accounts"), "0")
    expectEqual(try strict.quarantine().count, 5)
    expectEqual(try target.rows("SELECT state FROM kedge.runs"), ["failed"])
    let exact = try Engine(mongo: mongo, into: target, Self.accounts + "\nquarantine: { limit: 5 }")
    expectEqual(try exact.backfill { $0.chunkSize = 3 }.counts("accounts"), [10, 5, 0, 5, 0])
  }

  @Test("a record that landed and can't land any more waits in quarantine; its old row is no drift")
  func turnedBad() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let engine = try Engine(mongo: mongo, into: target, Self.accounts)
    try mongo.insert(
      "accounts", [["_id": 1, "email": "a", "balance": 1], ["_id": 2, "email": "b", "balance": 2]])
    try engine.backfill()
    try mongo.update("accounts", id: 2, ["$set": ["balance": "lost"]])
    expectEqual(try engine.backfill().counts("accounts"), [2, 0, 1, 1, 0])
    let tally = try engine.audit().tally("accounts")
    #expect(tally?.quarantined == 1)
    #expect(tally?.matching == 1)
    #expect(tally?.drift == 0)
  }
}
