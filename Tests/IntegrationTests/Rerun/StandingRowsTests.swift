import Audit
import Backfill
import Catalog
import Codec
import Mongo
import TestSupport
import Testing

/// Moving onto rows that are there: what is alike is found by reading both sides, and everything is as if all of it had been
/// staged and merged.
@Suite("Rows that are there already")
struct StandingRowsTests {
  private static let teams = """
    entity: teams
    owner: core
    source: { store: app, collection: teams }
    key: [id]
    fields: { id: { from: _id, type: integer }, name: { type: text, unique: true } }
    """

  private static let people = """
    entity: people
    owner: core
    source: { store: app, collection: people }
    key: [id]
    fields:
      id: { from: _id, type: text, transforms: [text] }
      name: varchar(8)
      balance: numeric(12,4)
      details: jsonb
      tags: "text[]"
      at: timestamptz
      score: double precision
      team: integer
    references:
      - { columns: [team], entity: teams }
    children:
      addresses:
        fields: { zip: text }
        children:
          phones: { fields: { number: { from: "@", type: text } } }
    """

  /// The tables whose contents must not depend on the way.
  private static let tables = [
    "core.teams", "core.people", "core.people_addresses", "core.people_addresses_phones",
  ]

  private static let count = 900

  private static func person(_ id: Int, _ random: inout SeededRandom) -> BSONDocument {
    let addresses = (0..<random.below(3)).map { place -> BSONValue in
      ["zip": .string("z\(place)"), "phones": BSONValue((0..<random.below(3)).map { .string("p\($0)") })]
    }
    return [
      "_id": .id(hex(id)), "name": .string("n\(random.below(50))"),
      "balance": .decimal(UInt64(random.below(1000)), exponent: -random.below(5)),
      "details": ["b": BSONValue(random.below(9)), "a": ["deep": .string("x\(random.below(9))")]],
      "tags": random.below(4) == 0 ? .null : ["one", .string("t\(random.below(9))")],
      "at": .at(Int64(random.below(1_000_000_000))), "score": .double(Double(random.below(100)) / 8),
      "team": random.below(5) == 0 ? .null : BSONValue(random.below(20)),
      "addresses": BSONValue(addresses),
    ]
  }

  private static func hex(_ id: Int) -> String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: 24 - digits.count) + digits
  }

  /// A source that was moved once, and both have changed since.
  private struct Scene {
    let mongo: TestMongo
    let target: TestPostgres
    var engine: Engine
    var random: SeededRandom

    init(seed: UInt64) throws {
      random = SeededRandom(seed: seed, stream: 7)
      (mongo, target) = (try TestMongo(), try TestPostgres())
      try mongo.insert("teams", (0..<20).map { ["_id": BSONValue($0), "name": .string("team \($0)")] })
      var documents: [BSONDocument] = []
      for id in 0..<count where id % 7 != 3 { documents.append(person(id, &random)) }
      try mongo.insert("people", documents)
      // Too long, an orphan: they wait from the first run on.
      try mongo.insert("people", [["_id": .id(hex(count)), "name": "much too long"]])
      try mongo.insert("people", [["_id": .id(hex(count + 1)), "team": 77]])
      engine = try Engine(mongo: mongo, into: target, teams, people)
      try engine.backfill { $0.chunkSize = 400 }
    }

    /// - Parameter share: of the records, in percent, that change at the source.
    mutating func change(_ share: Int) throws {
      for id in 0..<count where id % 7 == 3 && random.below(3) == 0 {
        try mongo.insert("people", [person(id, &random)])
      }
      for id in 0..<count where id % 7 != 3 && random.below(100) < share {
        let key = BSONValue.id(hex(id))
        switch random.below(8) {
        case 0: try mongo.update("people", id: key, ["$set": ["name": "other"]])
        case 1: try mongo.update("people", id: key, ["$set": ["name": "much too long"]])
        case 2: try mongo.update("people", id: key, ["$set": ["team": random.below(2) == 0 ? 3 : 99]])
        case 3: try mongo.update("people", id: key, ["$set": ["addresses": [["zip": "new"]]]])
        case 4: try mongo.update("people", id: key, ["$unset": ["addresses": ""]])
        case 5: try mongo.update("people", id: key, ["$set": ["details": ["a": nil]]])
        case 6: try mongo.update("people", id: key, ["$set": ["score": .double(-0.0)]])
        default: try mongo.delete("people", id: key)
        }
      }
      // What waited may land now, is alike by now, or waits again.
      try mongo.update("people", id: .id(hex(count)), ["$set": ["name": "short"]])
      try mongo.update("teams", id: 4, ["$set": ["name": "team 5"]])
      try mongo.update("teams", id: 5, ["$set": ["name": "team 4"]])
      try target.execute(
        """
        DELETE FROM core.people WHERE right(id, 2) = '0a';
        UPDATE core.people SET name = name || '!' WHERE right(id, 2) = '1b' AND length(name) < 8;
        UPDATE core.people SET balance = 0.0 WHERE right(id, 2) = '2c';
        INSERT INTO core.people (id, name) VALUES ('zzz', 'extra'), ('000', 'extra');
        DELETE FROM core.people_addresses_phones WHERE right(people_id, 2) = '3d';
        INSERT INTO core.people_addresses (people_id, position, zip)
          SELECT id, 9, 'more' FROM core.people WHERE right(id, 2) = '4e';
        UPDATE core.people_addresses SET zip = NULL WHERE right(people_id, 2) = '5f'
        """)
    }

    /// An engine onto a copy of the target. Nothing is compared first where a constraint might not hold.
    func copy(comparing: Bool) throws -> (TestPostgres, Engine) {
      let copy = try TestPostgres(copying: target)
      if !comparing {
        for table in tables {
          try copy.execute("ALTER TABLE \(table) ADD CONSTRAINT never_asked CHECK (true) NOT VALID")
        }
      }
      return (copy, try Engine(mongo: mongo, into: copy, teams, people))
    }
  }

  /// What a run leaves, in a form that can be compared.
  private static func outcome(_ target: TestPostgres, _ engine: Engine, _ report: BackfillReport) throws
    -> [String]
  {
    var lines: [String] = []
    for entity in ["teams", "people"] {
      lines.append("\(entity) \(report.counts(entity) ?? []) \(report.unmapped(entity))")
      for entry in try engine.quarantine(entity) {
        lines.append(
          "\(entry.locator) \(entry.reason) \(entry.column ?? "-") \(entry.sqlState ?? "-")"
            + " \(entry.attempts) \(entry.run)")
      }
    }
    for table in tables { lines.append("\(table) \(try target.digest(table))") }
    return lines.sorted()
  }

  @Test(
    "the tallies, rows and quarantine are those of staging everything",
    arguments: [(1, 1), (2, 8), (3, 40), (4, 100)] as [(UInt64, Int)])
  func sameAsStaging(seed: UInt64, share: Int) throws {
    var scene = try Scene(seed: seed)
    try scene.change(share)
    // The second copy is made of the first one's template, which nobody may be connected to.
    let (staged, stagedEngine) = try scene.copy(comparing: false)
    let (compared, comparedEngine) = try scene.copy(comparing: true)
    for chunkSize in [173, 5000] {
      let expected = try stagedEngine.backfill { $0.chunkSize = chunkSize }
      let found = try comparedEngine.backfill { $0.chunkSize = chunkSize }
      expectEqual(
        try Self.outcome(compared, comparedEngine, found), try Self.outcome(staged, stagedEngine, expected))
    }
    let audit = try comparedEngine.audit().tally("people")
    #expect(audit?.missing == 0 && audit?.different == 0)
  }

  /// Where each row stands, and who wrote or locked it last.
  private static let marks =
    "SELECT md5(string_agg(concat_ws(' ', id, ctid, xmin, xmax), ',' ORDER BY id)) FROM core.people"

  @Test("what is alike isn't even locked")
  func nothingIsTouched() throws {
    let scene = try Scene(seed: 5)
    let (staged, stagedEngine) = try scene.copy(comparing: false)
    let (compared, comparedEngine) = try scene.copy(comparing: true)
    let before = try compared.value(Self.marks)
    expectEqual(try staged.value(Self.marks), before)
    expectEqual(
      try comparedEngine.backfill().counts("people"), try stagedEngine.backfill().counts("people"))
    expectEqual(try compared.value(Self.marks), before)
    #expect(try staged.value(Self.marks) != before)
  }

  private static let items = """
    entity: items
    owner: core
    source: { store: file, table: items }
    key: [code]
    fields: { code: text, n: bigint, note: text }
    """

  @Test(
    "from SQLite, whatever the order of keys beside that of rows",
    arguments: ["ordered", "reversed", "shuffled"])
  func orders(_ order: String) throws {
    let codes =
      switch order {
      case "ordered": "printf('%05d', n)"
      case "reversed": "printf('%05d', 99999 - n)"
      default: "printf('%05d', (n * 7919) % 99991)"
      }
    let file = try TestSQLite(
      """
      CREATE TABLE items (code TEXT PRIMARY KEY NOT NULL, n INTEGER, note TEXT);
      WITH RECURSIVE c (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 4000)
      INSERT INTO items SELECT \(codes), n, 'note ' || n FROM c;
      """)
    let target = try TestPostgres()
    let engine = try Engine(sqlite: file, into: target, Self.items)
    try engine.backfill { $0.chunkSize = 1500 }
    try target.execute("UPDATE core.items SET note = note || '.' WHERE n % 100 = 1")
    try target.execute("DELETE FROM core.items WHERE n % 100 = 2")
    expectEqual(try engine.backfill { $0.chunkSize = 1500 }.counts("items"), [4000, 80, 3920, 0, 0])
    expectEqual(try engine.audit().tally("items")?.matching, 4000)
    expectEqual(try engine.backfill { $0.chunkSize = 700 }.counts("items"), [4000, 0, 4000, 0, 0])
  }
}
