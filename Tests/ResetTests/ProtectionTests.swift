import Backfill
import Catalog
import Codec
import Executors
import Mapping
import Mongo
import Postgres
import Reset
import TestSupport
import Testing

/// When a reset does nothing at all, and how one that was stopped goes on.
@Suite("Refused and unfinished resets")
struct ProtectionTests {
  private static let users = """
    entity: users
    owner: core
    source: { store: app, collection: users }
    key: [id]
    fields: { id: { from: _id, type: text, transforms: [text] }, tier: text }
    references: [{ columns: tier, entity: tiers }]
    reset: { keep: { id: [u1] } }
    """
  private static let tiers = """
    entity: tiers
    owner: core
    source: { store: app, collection: tiers }
    key: [id]
    fields: { id: { from: _id, type: text, transforms: [text] } }
    """

  private func fill(_ mongo: TestMongo) throws {
    try mongo.insert(
      "users", (1...20).map { ["_id": .string("u\($0)"), "tier": .string($0 == 1 ? "t1" : "t2")] })
    try mongo.insert("tiers", [["_id": "t1"], ["_id": "t2"], ["_id": "t3"]])
  }

  @Test("a protected store is refused before anything is asked or done, unless all of it stays")
  func protected() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try fill(mongo)
    let scene = try ResetScene(mongo: mongo, into: target, store: ", protected: true", Self.users, Self.tiers)
    let refusal = #expect(throws: ResetRefusal.self) { try scene.reset { _ in Issue.record("asked") } }
    #expect(
      refusal?.description
        == "the store \"app\" is marked \"protected: true\" in set.yaml, so a reset doesn't empty it; nothing was changed"
    )
    #expect(throws: ResetRefusal.self) { try scene.dryRun() }
    #expect(try scene.ids("users").count == 20)
    #expect(try target.value("SELECT to_regnamespace('kedge') IS NULL") == "t")
    // In phase core the old store keeps its copy: it isn't emptied.
    var owned = try ResetScene(
      mongo: mongo, into: target, store: ", protected: true", Self.users, Self.tiers)
    for index in owned.set.entities.indices { owned.set.entities[index].phase = .core }
    try target.execute(
      "CREATE SCHEMA core; CREATE TABLE core.tiers (id text PRIMARY KEY); INSERT INTO core.tiers VALUES ('x')"
    )
    let report = try owned.reset()
    #expect(report.figures == ["core.core.tiers: 1/0"])
    #expect(
      report.notes == [
        "users: PostgreSQL owns it; its old copy, users in the store \"app\", stays as it is",
        "tiers: PostgreSQL owns it; its old copy, tiers in the store \"app\", stays as it is",
      ])
    #expect(try scene.ids("tiers").count == 3)
  }

  @Test("whoever says no changes nothing; nobody else may be at work")
  func refused() throws {
    struct No: Error {}
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try fill(mongo)
    let scene = try ResetScene(mongo: mongo, into: target, Self.users, Self.tiers)
    try scene.backfill()
    #expect(throws: No.self) { try scene.reset { _ in throw No() } }
    #expect(try scene.ids("users").count == 20)
    #expect(try target.value("SELECT count(*) FROM kedge.resets") == "0")
    let other = Catalog(try PostgresConnection(target.settings))
    try other.lockShared(set: "test")
    #expect(throws: CatalogError.self) { try scene.reset() }
    other.connection.close()
    // While one asks, a second one is told.
    try scene.reset { _ in
      let busy = #expect(throws: CatalogError.self) { try scene.reset() }
      #expect("\(busy.map(String.init(describing:)) ?? "")".contains("wait until it ends"))
    }
    #expect(try scene.ids("users") == ["u1"])
  }

  @Test("one that was stopped goes on by what was decided, and another one isn't begun over it")
  func resumed() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try fill(mongo)
    let scene = try ResetScene(mongo: mongo, into: target, Self.users, Self.tiers)
    try scene.backfill()
    // The table of tiers, which is the last, refuses: everything before it is gone by then.
    try target.execute(
      """
      CREATE FUNCTION core.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'not today'; END$$;
      CREATE TRIGGER refuse BEFORE DELETE ON core.tiers FOR EACH ROW EXECUTE FUNCTION core.refuse();
      """)
    #expect(throws: PostgresError.self) { try scene.reset() }
    #expect(try scene.ids("users") == ["u1"])
    #expect(try target.rows("SELECT id FROM core.tiers") == ["t1", "t2", "t3"])
    try target.execute("DROP TRIGGER refuse ON core.tiers")
    // A new decision would keep another tier; this one was made when the reset began.
    try target.execute(
      "ALTER TABLE core.users DROP CONSTRAINT users_tier_fkey; UPDATE core.users SET tier = 't3'")
    let other = try ResetScene(
      mongo: mongo, into: target, Self.users.replacing("[u1]", with: "[u2]"), Self.tiers)
    let problem = #expect(throws: ResetProblem.self) { try other.reset() }
    #expect("\(problem.map(String.init(describing:)) ?? "")".contains("isn't finished, and the mapping"))
    #expect(try Catalog(target.connection).unfinishedReset(of: "test") != nil)
    let rest = try scene.dryRun()
    #expect(rest.isResumed)
    #expect(
      rest.figures == ["app.tiers: 0/1", "app.users: 0/1", "core.core.tiers: 2/1", "core.core.users: 0/1"])
    let report = try scene.reset()
    #expect(report.isResumed)
    #expect(
      report.figures == [
        "app.tiers: 2/1", "app.users: 19/1", "core.core.tiers: 2/1", "core.core.users: 19/1",
      ])
    #expect(try target.rows("SELECT id FROM core.tiers") == ["t1"])
    #expect(try Catalog(target.connection).unfinishedReset(of: "test") == nil)
  }

  @Test("a stop is heard before anything goes; what was stopped can be decided anew")
  func stopped() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try fill(mongo)
    let scene = try ResetScene(mongo: mongo, into: target, Self.users, Self.tiers)
    try scene.backfill()
    let stop = StopFlag()
    #expect(throws: ResetInterrupted(isBegun: false)) { try scene.reset(stop: stop) { _ in stop.set() } }
    #expect(try scene.ids("users").count == 20)
    try target.execute(
      """
      CREATE FUNCTION core.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'not today'; END$$;
      CREATE TRIGGER refuse BEFORE DELETE ON core.tiers FOR EACH ROW EXECUTE FUNCTION core.refuse();
      """)
    #expect(throws: PostgresError.self) { try scene.reset() }
    try target.execute("DROP TRIGGER refuse ON core.tiers")
    let other = try ResetScene(
      mongo: mongo, into: target, Self.users.replacing("[u1]", with: "[u2]"), Self.tiers)
    let report = try other.reset(restarts: true)
    #expect(!report.isResumed)
    #expect(report.idleRules == ["users.id: u2"])
    #expect(try target.rows("SELECT state FROM kedge.resets ORDER BY id") == ["given up", "done"])
    #expect(try target.value("SELECT count(*) FROM core.tiers") == "0")
  }

  @Test(
    "a reset that begins gives up what was running, so that a backfill reads everything that is there again")
  func thenBackfill() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try fill(mongo)
    let scene = try ResetScene(mongo: mongo, into: target, Self.users, Self.tiers)
    // A run that isn't finished, with finished chunks.
    try scene.backfill { $0.chunkSize = 4 }
    try target.execute(
      "UPDATE kedge.runs SET state = 'interrupted'; UPDATE kedge.run_entities SET is_done = false WHERE entity = 'users'"
    )
    try scene.reset()
    try mongo.insert("users", (2...9).map { ["_id": .string("u\($0)"), "tier": "t1"] })
    try scene.backfill { $0.chunkSize = 4 }
    #expect(try target.rows("SELECT id FROM core.users ORDER BY id") == (1...9).map { "u\($0)" })
    #expect(try target.rows("SELECT id FROM core.tiers") == ["t1"])
    #expect(
      try target.rows("SELECT kind, state FROM kedge.runs ORDER BY id") == [
        "backfill (given up) | failed", "backfill | done",
      ])
  }
}
