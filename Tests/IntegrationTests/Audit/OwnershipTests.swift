import Audit
import Backfill
import Codec
import Mongo
import TestSupport
import Testing

/// What isn't where, or as, the mapping says.
@Suite("Ownership drift")
struct OwnershipTests {
  private static func users(_ phase: String = "legacy") -> String {
    """
    entity: users
    owner: core
    phase: \(phase)
    source: { store: app, collection: users }
    key: [id]
    fields: { id: { from: _id, type: text, transforms: [text] }, name: text, mail: { type: text, unique: true }, boss: text }
    references: [{ columns: boss, entity: users }]
    """
  }
  private static let drafts = """
    entity: drafts
    owner: feature
    source: { store: app, collection: flowDrafts }
    """

  private func kinds(_ report: AuditReport) -> [String] {
    report.ownership.map { "\($0.kind.rawValue) \($0.store) \($0.object) \($0.isDrift)" }.sorted()
  }

  @Test("tables and collections that no entity declares are named; what they are is the set's to say")
  func undeclared() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let file = try TestSQLite(
      "CREATE TABLE notes (id INTEGER PRIMARY KEY); CREATE TABLE other (a); CREATE VIEW v AS SELECT 1")
    try mongo.insert("users", [["_id": "u1", "mail": "a"]])
    try mongo.insert("flowDrafts", [["_id": 1]])
    try mongo.insert("logs", [["_id": 1]])
    let notes = """
      entity: notes
      owner: feature
      source: { store: file, table: notes }
      """
    let engine = try Engine(mongo: mongo, sqlite: file, into: target, Self.users(), Self.drafts, notes)
    try engine.backfill()
    try target.execute("CREATE TABLE core.leftover (a int); CREATE VIEW core.some_view AS SELECT 1")
    try target.execute("CREATE TABLE core.parted (a int) PARTITION BY LIST (a)")
    try target.execute("CREATE TABLE core.part PARTITION OF core.parted FOR VALUES IN (1)")
    try target.execute("CREATE TABLE public.elsewhere (a int)")
    let report = try engine.audit()
    #expect(
      kinds(report) == [
        "undeclared app logs false", "undeclared file other false", "undeclared postgres core.leftover false",
        "undeclared postgres core.parted false",
      ])
    #expect(!report.hasDrift)
    let strict = try Engine(
      mongo: mongo, sqlite: file, into: target, Self.users(), Self.drafts, notes, undeclared: "drift")
    let drifted = try strict.audit()
    #expect(drifted.ownership.map(\.isDrift) == [true, true, true, true])
    #expect(drifted.hasDrift)
    let silent = try Engine(
      mongo: mongo, sqlite: file, into: target, Self.users(), Self.drafts, notes, undeclared: "ignore")
    #expect(try silent.audit().ownership.isEmpty)
  }

  @Test("data of a feature store that appears in Postgres is drift, as soon as there are rows")
  func featureData() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", [["_id": "u1"]])
    try mongo.insert("flowDrafts", [["_id": 1]])
    let engine = try Engine(mongo: mongo, into: target, Self.users(), Self.drafts)
    try engine.backfill()
    try target.execute("CREATE TABLE core.flow_drafts (a int)")
    #expect(kinds(try engine.audit()) == ["undeclared postgres core.flow_drafts false"])
    try target.execute("INSERT INTO core.flow_drafts VALUES (1)")
    let report = try engine.audit()
    #expect(kinds(report) == ["feature-data-in-core postgres core.flow_drafts true"])
    #expect(report.ownership.first?.entity == "drafts")
    #expect(report.hasDrift)
  }

  @Test("in phase core the old store must stand still, and rows may differ from it")
  func writtenInOldStore() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", (1...20).map { ["_id": .string("u\($0)"), "name": "x"] })
    try Engine(mongo: mongo, into: target, Self.users()).backfill()
    let core = try Engine(mongo: mongo, into: target, Self.users("core"))
    let first = try core.audit()
    #expect(!first.hasDrift && first.ownership.isEmpty)
    #expect(
      first.entities.first?.note
        == "Postgres owns it: the collection \"users\" of the store \"app\" has 20 records, and nothing may change there from now on"
    )
    // The owner goes on.
    try target.execute("DELETE FROM core.users WHERE id = 'u1'; UPDATE core.users SET name = 'y'")
    let second = try core.audit()
    #expect(!second.hasDrift && second.ownership.isEmpty)
    #expect(second.tally("users")?.compared == 0)
    expectEqual(second.entities.first?.note?.contains("is as it was at"), true)
    // One field of one record, one record more.
    try mongo.update("users", id: "u2", ["$set": ["name": "z"]])
    let young = BSONValue.objectID(try #require(ObjectID("f0000000aaaaaaaaaaaaaaaa")))
    try mongo.insert("users", [["_id": "new"], ["_id": young]])
    let third = try core.audit()
    #expect(kinds(third) == ["written-in-old-store app users true"])
    #expect(third.hasDrift)
    let message = try #require(third.ownership.first?.message)
    for part in [
      "it had 20 records and has 22", "changes are in 3 of 256 parts",
      "1 of its records were made since: f0000000aaaaaaaaaaaaaaaa",
      "without a row: f0000000aaaaaaaaaaaaaaaa, new",
    ] {
      #expect(message.contains(part), "\(message)")
    }
    // It stays found until somebody accepts it.
    #expect(try core.audit().hasDrift)
    #expect(!(try core.audit { $0.takesBaselines = true }).hasDrift)
    #expect(!(try core.audit().hasDrift))
    try mongo.delete("users", id: "new")
    #expect(try core.audit().hasDrift)
    // Back in an earlier phase, the baseline is gone: the next switch takes a new one.
    try Engine(mongo: mongo, into: target, Self.users("shadow")).audit()
    expectEqual(try target.value("SELECT count(*) FROM kedge.audit_baselines"), "0")
    #expect(!(try core.audit().hasDrift))
  }

  @Test("the baseline of a SQLite table sees a change of any column, mapped or not")
  func writtenInSQLite() throws {
    let target = try TestPostgres()
    let file = try TestSQLite(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT); INSERT INTO t VALUES (1, 'x', 'y')")
    func entity(_ phase: String) -> String {
      """
      entity: t
      owner: core
      phase: \(phase)
      source: { store: file, table: t }
      key: [id]
      fields: { id: bigint, a: text }
      """
    }
    try Engine(sqlite: file, into: target, entity("legacy")).backfill()
    let core = try Engine(sqlite: file, into: target, entity("core"))
    #expect(!(try core.audit().hasDrift))
    #expect(!(try core.audit().hasDrift))
    try file.execute("UPDATE t SET b = 'z'")
    #expect(kinds(try core.audit()) == ["written-in-old-store file t true"])
  }

  @Test("a retired entity's old collection has to be gone")
  func retired() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", [["_id": "u1"]])
    try Engine(mongo: mongo, into: target, Self.users()).backfill()
    let retired = try Engine(mongo: mongo, into: target, Self.users("retired"))
    #expect(kinds(try retired.audit()) == ["written-in-old-store app users true"])
    try mongo.connection.drop("users")
    let report = try retired.audit()
    #expect(!report.hasDrift && report.ownership.isEmpty)
  }

  @Test("what differs from the mapping in Postgres is named: constraints, indexes, triggers, columns")
  func schema() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", [["_id": "u1", "name": "n"], ["_id": "u2", "name": "n"]])
    let engine = try Engine(mongo: mongo, into: target, Self.users())
    try engine.backfill()
    #expect(try engine.audit().ownership.isEmpty)
    try target.execute(
      """
      ALTER TABLE core.users ADD COLUMN extra text, DROP CONSTRAINT users_mail_key;
      DROP INDEX core.users_boss_idx;
      ALTER TABLE core.users DISABLE TRIGGER ALL;
      ALTER TABLE core.users ALTER COLUMN name SET NOT NULL
      """)
    // A unique index that can't be built stays behind, invalid.
    #expect(throws: (any Error).self) {
      try target.execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON core.users (name)")
    }
    let report = try engine.audit()
    let found = report.ownership.map { "\($0.isDrift) \($0.message)" }.sorted()
    #expect(
      found == [
        "false column core.users.name is NOT NULL; the mapping doesn't say required: true",
        "false no field fills the column extra, and no audit compares it",
        "false no index begins with the referring columns (boss)",
        "true foreign key users_boss_fkey is switched off; switch it on with ALTER TABLE … ENABLE TRIGGER",
        "true index broken is invalid: a build of it failed; drop it and build it again",
        "true nothing keeps mail unique, as the mapping says that it is",
      ])
    #expect(report.hasDrift)
    try target.execute(
      "ALTER TABLE core.users ENABLE TRIGGER ALL; ALTER TABLE core.users DROP CONSTRAINT users_boss_fkey; DROP INDEX core.broken"
    )
    #expect(
      try engine.audit().ownership.map(\.message).contains(
        "foreign key users_boss_fkey on core.users doesn't exist"))
  }
}
