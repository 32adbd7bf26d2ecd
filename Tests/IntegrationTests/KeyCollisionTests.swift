import Audit
import Backfill
import Catalog
import Codec
import Mongo
import TestSupport
import Testing

/// Records of different chunks whose keys become one in the target: never does one take another one's row in silence.
@Suite("Keys that collide across chunks")
struct KeyCollisionTests {
  /// Two records that claim one row: the first in the order of locators, and the other.
  struct Pair: Sendable, CustomTestStringConvertible {
    var name: String
    /// The key column's type and transforms.
    var key: String
    var first: BSONValue
    var other: BSONValue
    var testDescription: String { name }
  }

  static let mongoPairs: [Pair] = [
    Pair(name: "an integer and its digits", key: "type: text, transforms: [text]", first: 7, other: "7"),
    Pair(
      name: "a double and a decimal", key: "type: numeric", first: .decimal(1, exponent: -1),
      other: .double(0.1)),
    Pair(
      name: "an ObjectId and its digits", key: "type: text, transforms: [text]",
      first: "0123456789abcdef01234567",
      other: .id("0123456789abcdef01234567")),
    Pair(name: "two spellings", key: "type: citext", first: "Ada", other: "ada"),
    Pair(name: "a text and bytes", key: "type: bytea", first: "a", other: .bytes([0x61])),
    Pair(
      name: "binaries of two subtypes", key: "type: bytea", first: .bytes([1]), other: .bytes([1], subtype: 5)
    ),
    Pair(
      name: "documents with their fields in another order", key: "type: jsonb", first: ["a": 1, "b": 2],
      other: ["b": 2, "a": 1]),
    Pair(
      name: "one instant in two time zones", key: "type: timestamptz, transforms: [date]",
      first: "2020-01-01T00:00:00Z", other: "2020-01-01T01:00:00+01:00"),
    Pair(
      name: "two forms of a UUID", key: "type: uuid, transforms: [uuid]",
      first: "01234567-89ab-cdef-0123-456789abcdef", other: "0123456789ABCDEF0123456789abcdef"),
    Pair(
      name: "an empty text that has a value", key: "type: text, empty: { value: x }", first: "", other: "x"),
  ]

  private static func mongoMapping(_ key: String) -> String {
    """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields: { id: { from: _id, \(key) }, n: integer }
    """
  }

  /// Records with keys of their own that sort around the pair, so that the two are never in one chunk.
  private func filler(_ pair: Pair) -> [BSONDocument] {
    switch pair.name {
    case "a double and a decimal": [["_id": 5, "n": 10], ["_id": 6, "n": 11]]
    case "one instant in two time zones": [["_id": "1999-01-01T00:00:00Z", "n": 10]]
    case "two forms of a UUID": [["_id": "fedcba98-89ab-cdef-0123-456789abcdef", "n": 10]]
    case "documents with their fields in another order": [["_id": ["a": 5], "n": 10]]
    default: [["_id": "aaa", "n": 10], ["_id": "zzz", "n": 11]]
    }
  }

  private func prepare(_ target: TestPostgres) throws {
    try target.execute("CREATE EXTENSION IF NOT EXISTS citext")
  }

  @Test(
    "MongoDB: the first stays, the other is quarantined, as in a fresh run", arguments: mongoPairs, [1, 2])
  func mongo(pair: Pair, workers: Int) throws {
    let (mongo, target, fresh) = (try TestMongo(), try TestPostgres(), try TestPostgres())
    for database in [target, fresh] { try prepare(database) }
    let filler = filler(pair)
    try mongo.insert("things", filler)
    let engine = try Engine(mongo: mongo, into: target, Self.mongoMapping(pair.key))
    let count = filler.count
    #expect(try engine.backfill { $0.chunkSize = 1 }.counts("things") == [count, count, 0, 0, 0])
    try mongo.insert("things", [["_id": pair.first, "n": 1], ["_id": pair.other, "n": 2]])

    // Into a target that is filled already, and into an empty one.
    let merged = try engine.backfill {
      $0.chunkSize = 1
      $0.workers = workers
    }
    #expect(merged.counts("things") == [count + 2, 1, count, 1, 0])
    let anew = try Engine(mongo: mongo, into: fresh, Self.mongoMapping(pair.key))
    #expect(
      try anew.backfill {
        $0.chunkSize = 1; $0.workers = workers
      }.counts("things") == [count + 2, count + 1, 0, 1, 0])
    for (one, database) in [(engine, target), (anew, fresh)] {
      expectEqual(try one.quarantine().map(\.reason), ["duplicate_key"])
      if workers == 1 {
        expectEqual(try database.rows("SELECT n FROM core.things WHERE n < 10"), ["1"])
        let kept = try one.quarantine().map { try BSONDocument(bytes: $0.record)["n"] }
        #expect(kept == [2])
      }
      let digest = try database.digest("core.things")
      // Whatever the chunks and however often, the same again.
      for size in [1, 100] {
        let again = try one.backfill { $0.chunkSize = size }
        #expect(again.counts("things") == [count + 2, 0, count + 1, 1, 0])
      }
      expectEqual(try database.digest("core.things"), digest)
      let audit = try one.audit()
      #expect(audit.differences == [])
      #expect(audit.tally("things")?.quarantined == 1)
      // Neither does another try of what waits, nor a repair, take the row.
      #expect(try one.replay("things").stillQuarantined == 1)
      try one.audit(repairs: true)
      expectEqual(try database.digest("core.things"), digest)
    }
  }

  @Test(
    "a record that is added before or after the one that has the row", arguments: [1, 100], [true, false])
  func added(chunkSize: Int, isBefore: Bool) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    // Numbers come before texts.
    try mongo.insert("things", [["_id": isBefore ? "7" : 7, "n": 1], ["_id": "8", "n": 3]])
    let engine = try Engine(mongo: mongo, into: target, Self.mongoMapping("type: text, transforms: [text]"))
    #expect(try engine.backfill().counts("things") == [2, 2, 0, 0, 0])
    try mongo.insert("things", [["_id": isBefore ? 7 : "7", "n": 2]])
    // A repair before any run: the row stays whose it is.
    #expect(try engine.audit().differences == ["things duplicate 7 [\"id\"]"])
    try engine.audit(repairs: true)
    expectEqual(try target.rows("SELECT id, n FROM core.things ORDER BY id"), ["7 | 1", "8 | 3"])
    expectEqual(try engine.quarantine().map(\.reason), ["duplicate_key"])
    for _ in 1...2 {
      let report = try engine.backfill { $0.chunkSize = chunkSize }
      #expect(report.counts("things") == [3, 0, 2, 1, 0])
      expectEqual(try target.rows("SELECT id, n FROM core.things ORDER BY id"), ["7 | 1", "8 | 3"])
    }
    #expect(try engine.audit().differences == [])
  }

  @Test("once the one that has the row is gone, the other lands", arguments: [1, 100])
  func gone(chunkSize: Int) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", [["_id": 7, "n": 1], ["_id": "7", "n": 2], ["_id": "8", "n": 3]])
    let engine = try Engine(mongo: mongo, into: target, Self.mongoMapping("type: text, transforms: [text]"))
    #expect(
      try engine.backfill {
        $0.chunkSize = chunkSize; $0.workers = 1
      }.counts("things") == [3, 2, 0, 1, 0])
    try mongo.delete("things", id: 7)
    let report = try engine.backfill { $0.chunkSize = chunkSize }
    #expect(report.counts("things") == [2, 1, 1, 0, 0])
    expectEqual(try target.rows("SELECT id, n FROM core.things ORDER BY id"), ["7 | 2", "8 | 3"])
    expectEqual(try engine.refusals(), [])
    #expect(try engine.audit().differences == [])
  }

  @Test("a run that went on after an end in the middle", arguments: [0, 1, 2, 3])
  func resumed(chunk: Int) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", [["_id": "8", "n": 3], ["_id": 5, "n": 4]])
    let engine = try Engine(mongo: mongo, into: target, Self.mongoMapping("type: text, transforms: [text]"))
    try engine.backfill()
    try mongo.insert("things", [["_id": 7, "n": 1], ["_id": "7", "n": 2]])
    // The transaction of one chunk fails at its checkpoint, as if the process had ended there.
    try target.execute(
      """
      CREATE FUNCTION kedge.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'stopped' USING ERRCODE = '57014'; END $$;
      CREATE TRIGGER stop BEFORE UPDATE ON kedge.chunks FOR EACH ROW WHEN (NEW.is_done AND NEW.chunk = \(chunk))
        EXECUTE FUNCTION kedge.stop()
      """)
    #expect(throws: (any Error).self) {
      try engine.backfill {
        $0.chunkSize = 1; $0.workers = 1
      }
    }
    try target.execute("DROP TRIGGER stop ON kedge.chunks")
    let report = try engine.backfill {
      $0.chunkSize = 1; $0.workers = 1
    }
    #expect(report.isResumed)
    #expect(report.counts("things") == [4, 1, 2, 1, 0])
    expectEqual(try target.rows("SELECT id, n FROM core.things ORDER BY id"), ["5 | 4", "7 | 1", "8 | 3"])
    expectEqual(try engine.quarantine().map(\.reason), ["duplicate_key"])
  }

  @Test("a key of another kind that comes up while a run is under way has to wait for the next one")
  func otherKind() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let id = "0123456789abcdef01234567"
    try mongo.insert(
      "things", [["_id": .id(id), "n": 1], ["_id": .id("fedcba980123456789abcdef"), "n": 3]])
    let engine = try Engine(mongo: mongo, into: target, Self.mongoMapping("type: text, transforms: [text]"))
    try engine.backfill()
    expectEqual(
      try target.rows("SELECT relname FROM pg_class WHERE relname LIKE 'keys\\_%' AND relkind = 'r'"), [])
    // A run that is left in the middle, and then goes on.
    try target.execute(
      """
      UPDATE kedge.run_entities SET is_fresh = false, is_done = false; UPDATE kedge.runs SET state = 'running';
      UPDATE kedge.chunks SET is_done = false
      """)
    try mongo.insert("things", [["_id": .string(id), "n": 2]])
    #expect(try engine.backfill().counts("things") == [3, 0, 2, 1, 0])
    expectEqual(try engine.quarantine().map(\.reason), ["key_kind"])
    #expect(try engine.replay("things").stillQuarantined == 1)
    #expect(try engine.backfill { $0.workers = 1 }.counts("things")?[0] == 3)
    expectEqual(try engine.quarantine().map(\.reason), ["duplicate_key"])
    expectEqual(try target.value("SELECT count(*) FROM core.things"), "2")
  }

  @Test("keys that can't collide are claimed nowhere")
  func nothingToClaim() throws {
    let (mongo, sqlite, target) = (
      try TestMongo(), try TestSQLite("CREATE TABLE rows (id INTEGER PRIMARY KEY, code TEXT UNIQUE, x)"),
      try TestPostgres()
    )
    try sqlite.execute("INSERT INTO rows VALUES (1, 'a', 1), (2, 'b', 2)")
    try mongo.insert("things", [["_id": 1, "n": 1], ["_id": 2, "n": 2]])
    try mongo.insert("others", [["_id": .id("0123456789abcdef01234567"), "n": 1]])
    func rows(_ name: String, _ key: String, _ type: String) -> String {
      """
      entity: \(name)
      owner: core
      source: { store: file, table: rows }
      key: [\(key)]
      fields: { \(key): \(type), x: integer }
      """
    }
    let engine = try Engine(
      mongo: mongo, sqlite: sqlite, into: target, Self.mongoMapping("type: bigint"),
      """
      entity: others
      owner: core
      source: { store: app, collection: others }
      key: [id]
      fields: { id: { from: _id, type: uuid, transforms: [uuid] }, n: integer }
      """, rows("numbers", "id", "{ type: text, transforms: [text] }"), rows("codes", "code", "text"))
    for _ in 1...2 { try engine.backfill() }
    expectEqual(
      try target.rows("SELECT relname FROM pg_class WHERE relname LIKE 'keys\\_%' AND relkind = 'r'"), [])
  }

  @Test(
    "SQLite: the first stays, the other is quarantined",
    arguments: [
      ("id PRIMARY KEY", "{ type: text, transforms: [text] }", "1", "'1'"),
      ("id PRIMARY KEY", "bytea", "'a'", "x'61'"),
      ("id TEXT PRIMARY KEY", "{ type: text, null: { value: x } }", "'x'", "NULL"),
      ("id TEXT UNIQUE", "citext", "'A'", "'a'"),
      ("id PRIMARY KEY", "numeric", "1234567890123456800", "1234567890123456768.0"),
    ])
  func sqlite(column: String, type: String, first: String, other: String) throws {
    let (sqlite, target) = (try TestSQLite("CREATE TABLE things (\(column), n)"), try TestPostgres())
    try prepare(target)
    let plain = type == "numeric" ? "5" : "'zz'"
    try sqlite.execute("INSERT INTO things VALUES (\(plain), 10)")
    let engine = try Engine(
      sqlite: sqlite, into: target,
      """
      entity: things
      owner: core
      source: { store: file, table: things }
      key: [id]
      fields: { id: \(type), n: integer }
      """)
    #expect(try engine.backfill().counts("things") == [1, 1, 0, 0, 0])
    try sqlite.execute("INSERT INTO things VALUES (\(first), 1), (\(other), 2)")
    for (round, workers) in [1, 2, 1].enumerated() {
      let report = try engine.backfill {
        $0.chunkSize = 1; $0.workers = workers
      }
      #expect(report.counts("things") == (round == 0 ? [3, 1, 1, 1, 0] : [3, 0, 2, 1, 0]))
      expectEqual(try target.rows("SELECT n FROM core.things ORDER BY n"), ["1", "10"])
      expectEqual(try engine.refusals(), ["3 duplicate_key - -"])
    }
    #expect(try engine.audit().differences == [])
  }
}
