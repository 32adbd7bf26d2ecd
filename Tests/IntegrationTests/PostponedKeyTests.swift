import Backfill
import Catalog
import Codec
import Executors
import Mapping
import Postgres
import TestSupport
import Testing

/// Primary keys and indexes that are built after the rows: what stands in between, who may do what, and that the end is the same.
@Suite("Postponed keys")
struct PostponedKeyTests {
  private static let things = """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields: { id: { from: _id, type: integer }, v: { type: integer }, w: text }
    """

  private func scene(_ count: Int = 10, _ mapping: String = things) throws -> (
    TestMongo, TestPostgres, Engine
  ) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("things", (1...count).map { ["_id": BSONValue($0), "v": BSONValue($0), "w": "w"] })
    return (mongo, target, try Engine(mongo: mongo, into: target, mapping))
  }

  private func postponing(_ options: inout BackfillOptions) {
    options.postponesKeysFrom = 1
    options.chunkSize = 3
  }

  /// Begins a run that ends before it has read anything: the key is away by then.
  private func begin(_ engine: Engine) throws {
    let stop = StopFlag()
    stop.set()
    #expect(throws: BackfillError.self) { try engine.backfill(stop: stop, postponing) }
  }

  private let shape = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'core.things'::regclass
    UNION ALL SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'core.things'::regclass
    UNION ALL SELECT tgname, 'trigger' FROM pg_trigger WHERE tgrelid = 'core.things'::regclass ORDER BY 1, 2
    """

  private let all = "SELECT id, v FROM core.things ORDER BY id"

  private let away = "SELECT table_name, name, kind, definition FROM kedge.postponed_keys ORDER BY name"

  /// A table as somebody else has made it, with everything that has to come back.
  private func makeTable(_ target: TestPostgres) throws {
    try target.execute(
      """
      CREATE SCHEMA core;
      CREATE TABLE core.things (id integer NOT NULL, v integer, w text UNIQUE, CONSTRAINT "the key" PRIMARY KEY (id));
      CREATE INDEX "by V" ON core.things USING btree (v DESC NULLS LAST, w COLLATE "C" text_pattern_ops);
      CREATE INDEX half ON core.things (v) WHERE v > 3;
      CREATE INDEX lower_w ON core.things (lower(w))
      """)
  }

  @Test("key and indexes are away while rows come, and the same as before at the end")
  func whole() throws {
    let (mongo, target, engine) = try scene()
    for id in 1...10 {
      try mongo.update("things", id: BSONValue(id), ["$set": ["w": BSONValue(stringLiteral: "w\(id)")]])
    }
    try makeTable(target)
    let before = try target.rows(shape)
    try begin(engine)
    expectEqual(
      try target.rows(away),
      [
        "\"core\".\"things\" | by V | index | CREATE INDEX \"by V\" ON core.things USING btree (v DESC NULLS LAST, w COLLATE \"C\" text_pattern_ops)",
        "\"core\".\"things\" | the key | primary key | PRIMARY KEY (id)",
      ])
    let during = try target.rows(shape)
    #expect(during.count == before.count - 2 && during.contains("kedge_key_is_away | trigger"), "\(during)")
    let report = try engine.backfill(postponing)
    #expect(report.isResumed)
    #expect(report.counts("things") == [10, 10, 0, 0, 0])
    expectEqual(try target.rows(shape), before)
    expectEqual(try target.rows(away), [])
    expectEqual(try target.rows(all), (1...10).map { "\($0) | \($0)" })
    expectEqual(try engine.backfill(postponing).counts("things"), [10, 0, 10, 0, 0])
  }

  @Test("nobody else writes meanwhile, in whatever way, and is told why")
  func writers() throws {
    let (_, target, engine) = try scene()
    try begin(engine)
    for statement in [
      "INSERT INTO core.things VALUES (77)", "UPDATE core.things SET v = 1", "DELETE FROM core.things",
      "TRUNCATE core.things",
      "SET session_replication_role TO replica; INSERT INTO core.things VALUES (77)",
      "SET kedge.writer TO kedge; INSERT INTO core.things VALUES (77)",
      "SET kedge.load TO '2'; INSERT INTO core.things VALUES (77)",
    ] {
      let error = #expect(throws: PostgresError.self) { try target.execute(statement) }
      #expect(
        error?.message
          == "table core.things takes rows of backfill 1 alone, which builds the primary key after them",
        "\(statement)")
      #expect(error.map { "\($0)" }?.contains("kedge backfill") == true)
    }
    expectEqual(try target.rows(all), [])
    #expect(try engine.backfill(postponing).counts("things") == [10, 10, 0, 0, 0])
    try target.execute("SET session_replication_role TO origin; INSERT INTO core.things VALUES (77)")
  }

  @Test("two rows with one key: everything is read again, with the key in place")
  func repeated() throws {
    let (_, target, engine) = try scene()
    try begin(engine)
    // What a source never promises to do, and a defect might.
    try target.execute(
      "SET kedge.load TO '1'; INSERT INTO core.things VALUES (4, 44), (77, 77); RESET kedge.load")
    let report = try engine.backfill(postponing)
    #expect(report.counts("things") == [10, 10, 0, 0, 0])
    expectEqual(try target.rows(all), (1...10).map { "\($0) | \($0)" })
    expectEqual(try target.rows(away), [])
    expectEqual(
      try target.rows("SELECT is_fresh, is_recount, is_done FROM kedge.run_entities"), ["t | t | t"])
    #expect(try target.rows(shape).contains("things_pkey | PRIMARY KEY (id)"))
  }

  @Test("a value that is too large for an index is found, and its record alone waits")
  func tooLarge() throws {
    let (mongo, target, engine) = try scene(10)
    try target.execute(
      "CREATE SCHEMA core; CREATE TABLE core.things (id integer PRIMARY KEY, v integer, w text); CREATE INDEX w ON core.things (w)"
    )
    var random = SeededRandom(seed: 7, stream: 0)
    let long = String(
      (0..<9000).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement(using: &random) ?? "x" })
    try mongo.update("things", id: 5, ["$set": ["w": BSONValue(stringLiteral: long)]])
    // Refused in the first reading already: it counts once.
    try mongo.update("things", id: 6, ["$set": ["v": "no number"]])
    #expect(try engine.backfill(postponing).counts("things") == [10, 8, 0, 2, 0])
    expectEqual(try target.rows(all), [1, 2, 3, 4, 7, 8, 9, 10].map { "\($0) | \($0)" })
    let refused = try target.rows("SELECT run, reason, sqlstate FROM kedge.quarantine ORDER BY id")
    #expect(
      refused.count == 2 && refused.allSatisfy { $0.hasPrefix("1 | ") }
        && refused.contains { $0.hasSuffix("54000") }, "\(refused)")
    #expect(try target.rows(shape).contains { $0.hasPrefix("core.w | ") })
  }

  @Test("a run that is given up leaves its tables with their keys")
  func givenUp() throws {
    let (_, target, engine) = try scene()
    try begin(engine)
    try target.execute(
      "SET kedge.load TO '1'; INSERT INTO core.things VALUES (4, 44), (77, 77); RESET kedge.load")
    let report = try engine.backfill { $0.isNew = true }
    #expect(report.counts("things") == [10, 9, 1, 0, 0] || report.counts("things") == [10, 10, 0, 0, 0])
    expectEqual(try target.rows(all), (1...10).map { "\($0) | \($0)" } + ["77 | 77"])
    expectEqual(try target.rows(away), [])
    #expect(
      try target.rows(shape) == [
        "core.things_pkey | CREATE UNIQUE INDEX things_pkey ON core.things USING btree (id)",
        "things_pkey | PRIMARY KEY (id)",
      ])
  }

  @Test("work that needs the key either makes it first or says what to do")
  func others() throws {
    let (_, target, engine) = try scene()
    try begin(engine)
    let refusal = #expect(throws: KeysAreAway.self) { try engine.audit() }
    #expect(refusal?.run == 1 && refusal?.tables == ["\"core\".\"things\""])
    // As replay, phase set and reset do once they have the set's lock.
    try target.execute(
      "SET kedge.load TO '1'; INSERT INTO core.things VALUES (4, 44), (4, 45); RESET kedge.load")
    try KeyMaking.finish(set: "test", Catalog(target.connection))
    expectEqual(try target.rows(away), [])
    expectEqual(try target.rows(all), [])
    #expect(try engine.backfill(postponing).counts("things") == [10, 10, 0, 0, 0])
    expectEqual(try target.rows(all), (1...10).map { "\($0) | \($0)" })
    #expect(try engine.audit().differences == [])
  }

  @Test("a table that was opened to other writers by hand isn't gone on with")
  func meddled() throws {
    let (_, target, engine) = try scene()
    try begin(engine)
    try target.execute("DROP TRIGGER kedge_key_is_away ON core.things")
    let error = #expect(throws: CatalogError.self) { try engine.backfill(postponing) }
    #expect(
      error.map { "\($0)" }?.contains("the trigger kedge_key_is_away was dropped") == true,
      "\(String(describing: error))")
    #expect(try engine.backfill { $0.isNew = true }.counts("things") == [10, 10, 0, 0, 0])
    expectEqual(try target.rows(away), [])
  }

  @Test("rows that may be others' are never taken out for a key that they don't allow")
  func othersRows() throws {
    let (_, target, engine) = try scene()
    try begin(engine)
    try target.execute(
      "ALTER TABLE core.things DISABLE TRIGGER kedge_key_is_away; INSERT INTO core.things VALUES (77, 1), (77, 2)"
    )
    #expect(throws: CatalogError.self) { try engine.backfill(postponing) }
    let refusal = #expect(throws: WritersWereLetIn.self) { try engine.backfill { $0.isNew = true } }
    #expect(refusal?.table == "\"core\".\"things\"")
    expectEqual(try target.rows("SELECT id, v FROM core.things ORDER BY v"), ["77 | 1", "77 | 2"])
    try target.execute("DELETE FROM core.things WHERE v = 1")
    #expect(try engine.backfill { $0.isNew = true }.counts("things") == [10, 10, 0, 0, 0])
    expectEqual(try target.rows(all), (1...10).map { "\($0) | \($0)" } + ["77 | 2"])
    expectEqual(try target.rows(away), [])
  }

  @Test("a table whose key something relies on keeps it", arguments: Reliance.allCases)
  func kept(_ reliance: Reliance) throws {
    let (_, target, engine) = try scene(
      10,
      reliance == .claims
        ? Self.things.replacing("type: integer }, v", with: "type: text, transforms: [text] }, v")
        : Self.things)
    try target.execute(
      "CREATE SCHEMA core; CREATE TABLE core.things (id \(reliance == .claims ? "text COLLATE \"C\"" : "integer") PRIMARY KEY, v integer, w text)"
    )
    for statement in reliance.statements { try target.execute(statement) }
    let before = try target.rows(shape)
    try begin(engine)
    expectEqual(try target.rows(away), [])
    expectEqual(try target.rows(shape), before)
    if reliance == .reader { try target.execute("COMMIT") }
    let landed = reliance == .rows ? [10, 9, 1, 0, 0] : [10, 10, 0, 0, 0]
    #expect(try engine.backfill(postponing).counts("things") == landed)
    expectEqual(try target.rows(shape), before)
  }

  /// What stands in the way.
  enum Reliance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case reference, view, trigger, publication, reader, clustered, rows, comment, claims
    var testDescription: String { rawValue }

    var statements: [String] {
      switch self {
      case .reference: ["CREATE TABLE other (thing integer REFERENCES core.things)"]
      case .view: ["CREATE VIEW sums AS SELECT id, v, w FROM core.things GROUP BY id"]
      case .trigger:
        [
          "CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
          "CREATE TRIGGER pass BEFORE INSERT ON core.things FOR EACH ROW EXECUTE FUNCTION pass()",
        ]
      case .publication: ["CREATE PUBLICATION everything FOR TABLE core.things"]
      case .reader: ["BEGIN", "SELECT FROM core.things"]
      case .clustered: ["ALTER TABLE core.things CLUSTER ON things_pkey"]
      case .rows: ["INSERT INTO core.things VALUES (3, 3, 'w')"]
      case .comment: ["COMMENT ON CONSTRAINT things_pkey ON core.things IS 'mind this'"]
      case .claims: []
      }
    }
  }
}
