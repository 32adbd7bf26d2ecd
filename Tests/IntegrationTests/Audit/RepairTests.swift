import Audit
import Backfill
import Catalog
import Codec
import Executors
import Foundation
import Mongo
import TestSupport
import Testing

/// Repairs of rows that others refer to, or that wait for each other.
@Suite("Repairs")
struct RepairTests {
  private static func users(_ more: String = "") -> String {
    """
    entity: users
    owner: core
    source: { store: app, collection: users }
    key: [id]
    fields:
      id: { from: _id, type: integer }
      nick: { type: text, unique: true, required: true }
      code: { type: integer, unique: true }
    \(more)
    """
  }
  private static func orders(_ more: String = "", phase: String = "legacy") -> String {
    """
    entity: orders
    owner: core
    phase: \(phase)
    source: { store: app, collection: orders }
    key: [id]
    fields:
      id: { from: _id, type: integer }
      user: integer
    references: [ { columns: [user], entity: users\(more) } ]
    """
  }

  private func scene(_ orders: String) throws -> (TestMongo, TestPostgres, Engine) {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "users", (1...10).map { ["_id": BSONValue($0), "nick": .string("u\($0)"), "code": BSONValue($0)] })
    try mongo.insert("orders", (1...10).map { ["_id": BSONValue($0), "user": BSONValue($0)] })
    let engine = try Engine(mongo: mongo, into: target, Self.users(), orders)
    try engine.backfill()
    return (mongo, target, engine)
  }

  @Test("a row that others refer to stays, with the reason; all else is repaired")
  func restricted() throws {
    let (mongo, target, engine) = try scene(Self.orders(", on-delete: restrict", phase: "core"))
    // Postgres owns the orders, and they refer to a user whom the old store has deleted.
    for number in [4, 5] { try mongo.delete("users", id: BSONValue(number)) }
    try target.execute("DELETE FROM core.orders WHERE id = 5; UPDATE core.users SET nick = 'x' WHERE id = 6")
    let report = try engine.audit(repairs: true)
    let repair = try #require(report.repair)
    #expect(repair.counts == [3, 2, 0, 0, 1, 0])
    #expect(
      repair.reasons == [
        "delete 4: rows of orders refer to it (constraint orders_user_fkey), and the target doesn't let it go before them"
      ])
    #expect(report.tally("users")?.drift == 1)
    expectEqual(
      try target.rows("SELECT id, nick FROM core.users WHERE id BETWEEN 4 AND 6"), ["4 | u4", "6 | u6"])
    // What Postgres owns isn't compared with its old store, and left alone.
    #expect(report.tally("orders")?.missing == 0)
    expectEqual(try target.value("SELECT count(*) FROM core.orders"), "9")
    expectEqual(try engine.audit().differences, ["users extra 4 []"])
  }

  @Test("rows that go with a deleted one are in the plan and in the log")
  func cascade() throws {
    let (mongo, target, engine) = try scene(Self.orders(", on-delete: cascade"))
    let folder = try TemporaryFolder()
    try mongo.delete("users", id: 4)
    try mongo.delete("orders", id: 4)
    // Known to the target alone, and to be deleted with its user.
    let report = try engine.audit { $0.plan = folder.path + "/plan" }
    #expect(report.plannedRepairs == 2)
    let text = try String(contentsOfFile: folder.path + "/plan", encoding: .utf8)
    #expect(text.contains(#""takes":[{"table":"core.orders","effect":"delete","rows":1}]"#))
    try target.execute("INSERT INTO core.orders VALUES (44, 4)")
    let application = PlanApplication(try engine.context(.init()), file: folder.path + "/plan")
    #expect(try application.run().reasons == ["delete 4: more rows would go with it than the plan says"])
    expectEqual(try target.value("SELECT count(*) FROM core.orders"), "11")
    let repaired = try engine.audit(repairs: true)
    #expect(repaired.repair?.counts == [3, 3, 0, 0, 0, 0])
    expectEqual(try target.value("SELECT count(*) FROM core.orders"), "9")
    expectEqual(
      try target.rows("SELECT table_name, action, before->>'id' FROM kedge.audit_repairs ORDER BY 1, 3"),
      ["core.orders | delete | 4", "core.orders | delete | 44", "core.users | delete | 4"])
  }

  @Test("rows of another owner don't go with a deleted one", arguments: ["cascade", "set-null"])
  func othersRows(effect: String) throws {
    let (mongo, target, engine) = try scene(Self.orders(", on-delete: \(effect)", phase: "core"))
    try mongo.delete("users", id: 4)
    let repair = try #require(try engine.audit(repairs: true).repair)
    #expect(repair.counts == [1, 0, 0, 0, 1, 0])
    #expect(repair.undone.first?.reason.contains("the old store doesn't own them") == true)
    expectEqual(try target.rows("SELECT id, \"user\" FROM core.orders WHERE id = 4"), ["4 | 4"])
  }

  @Test("references that a deletion takes away are logged with both values")
  func setNull() throws {
    let (mongo, target, engine) = try scene(Self.orders(", on-delete: set-null"))
    try mongo.delete("users", id: 4)
    try mongo.update("orders", id: 4, ["$set": ["user": nil]])
    // The order's own repair comes first, so that nothing is left for the deletion to take.
    #expect(try engine.audit(repairs: true).repair?.counts == [2, 2, 0, 0, 0, 0])
    expectEqual(try target.rows("SELECT id, \"user\" FROM core.orders WHERE id = 4"), ["4 | ∅"])
    try target.execute(
      "INSERT INTO core.users VALUES (44, 'x', 44); UPDATE core.orders SET \"user\" = 44 WHERE id = 7")
    try mongo.update("orders", id: 7, ["$set": ["user": 44]])
    // The record is as the row is: only the user is extra, and its order will be an orphan.
    #expect(try engine.audit(repairs: true).repair?.repaired == 1)
    expectEqual(
      try target.rows(
        "SELECT before->>'user', after->>'user' FROM kedge.audit_repairs WHERE action = 'nullify'"),
      ["44 | ∅"])
  }

  @Test("rows that wait for each other's unique values get them: pairs, rings, chains, new rows")
  func exchanged() throws {
    let (mongo, target, engine) = try scene(Self.orders())
    func set(_ id: Int, _ nick: String, _ code: Int?) throws {
      try mongo.update(
        "users", id: BSONValue(id),
        ["$set": ["nick": .string(nick), "code": code.map { BSONValue($0) } ?? .null]])
    }
    // Set aside first, as the application would, in a source that keeps nothing unique itself.
    try set(1, "u2", 2)
    try set(2, "u1", 1)
    try set(3, "u4", 4)
    try set(4, "u5", 5)
    try set(5, "u3", 3)
    try set(6, "u7", 6)
    try set(7, "u8", 7)
    try set(8, "free", 8)
    // A new record takes what an updated one gives up.
    try set(9, "nine", 99)
    try mongo.insert("users", [["_id": 11, "nick": "u9", "code": 9]])
    // One takes what an extra row still has.
    try mongo.delete("orders", id: 10)
    try mongo.delete("users", id: 10)
    try mongo.insert("users", [["_id": 12, "nick": "u10", "code": 10]])
    let report = try engine.audit(repairs: true)
    #expect(report.repair?.reasons == [])
    #expect(report.repair?.counts == [13, 13, 0, 0, 0, 0])
    expectEqual(
      try target.rows("SELECT id, nick, code FROM core.users ORDER BY id"),
      [
        "1 | u2 | 2", "2 | u1 | 1", "3 | u4 | 4", "4 | u5 | 5", "5 | u3 | 3", "6 | u7 | 6", "7 | u8 | 7",
        "8 | free | 8", "9 | nine | 99", "11 | u9 | 9", "12 | u10 | 10",
      ])
    expectEqual(try engine.audit().differences, [])
  }

  @Test("a value that an owned row keeps is reported, and the rows beside it are exchanged")
  func notExchanged() throws {
    let (mongo, target, engine) = try scene(Self.orders())
    try mongo.update("users", id: 1, ["$set": ["nick": "u2"]])
    try mongo.update("users", id: 2, ["$set": ["nick": "u1"]])
    // The same value twice in the source: only one of them can land.
    try mongo.update("users", id: 3, ["$set": ["nick": "u4"]])
    let repair = try #require(try engine.audit(repairs: true).repair)
    #expect(repair.counts == [3, 2, 0, 0, 1, 0])
    #expect(
      repair.reasons.first?.hasPrefix("update 3: another row has this value already in a unique column")
        == true)
    expectEqual(
      try target.rows("SELECT id, nick FROM core.users WHERE id < 5 ORDER BY id"),
      ["1 | u2", "2 | u1", "3 | u3", "4 | u4"])
    expectEqual(try engine.audit().differences, ["users different 3 [\"nick\"]"])
    expectEqual(try engine.quarantine().count, 0)
  }

  @Test("what the target refuses stays drift with its reason, and stops nothing else", arguments: [1, 40])
  func refused(bad: Int) throws {
    let scene = try RepairScene(count: 60)
    try scene.target.execute("ALTER TABLE core.people ADD CHECK (age IS DISTINCT FROM 1000)")
    for number in 1...50 {
      let age = number <= bad ? 1000 : 500
      try scene.mongo.update("people", id: .string(RepairScene.id(number)), ["$set": ["age": BSONValue(age)]])
    }
    let report = try scene.engine.audit(repairs: true)
    let repair = try #require(report.repair)
    #expect(repair.counts == [50, 50 - bad, 0, 0, bad, 0])
    #expect(repair.undone.allSatisfy { $0.reason.contains("a check of the target refuses the row") })
    #expect(report.tally("people")?.drift == bad)
    expectEqual(try scene.log().count, 50 - bad)
    expectEqual(try scene.target.value("SELECT count(*) FROM core.people WHERE age = 500"), "\(50 - bad)")
  }

  @Test("what a trigger undoes isn't called repaired")
  func trigger() throws {
    let scene = try RepairScene()
    try scene.target.execute(
      """
      CREATE FUNCTION core.older() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.age := 99; RETURN NEW; END $$;
      CREATE TRIGGER older BEFORE INSERT OR UPDATE ON core.people FOR EACH ROW WHEN (NEW.age = 4) EXECUTE FUNCTION core.older();
      DELETE FROM core.people WHERE id IN ('\(RepairScene.id(4))', '\(RepairScene.id(5))')
      """)
    let report = try scene.engine.audit(repairs: true)
    #expect(report.repair?.counts == [2, 1, 0, 0, 1, 0])
    #expect(report.repair?.undone.first?.reason.hasPrefix("written, but the two sides differ again") == true)
    #expect(report.tally("people")?.drift == 1)
  }

  @Test("records that wait in quarantine aren't touched, nor are their rows")
  func quarantined() throws {
    let scene = try RepairScene()
    let four = RepairScene.id(4)
    try scene.mongo.update("people", id: .string(four), ["$set": ["age": "four"]])
    try scene.engine.backfill()
    expectEqual(try scene.engine.quarantine().map(\.reason), ["wrong_type"])
    try scene.target.execute("UPDATE core.people SET name = 'kept' WHERE id = '\(four)'")
    let before = try scene.digests()
    #expect(try scene.engine.audit(repairs: true).repair?.counts == [0, 0, 0, 0, 0, 0])
    expectEqual(try scene.digests(), before)
    expectEqual(try scene.engine.quarantine().count, 1)
  }

  @Test(
    "an extra row stays when its record appears, whether its key can be looked up or all keys are read",
    arguments: ["type: text", "type: text, transforms: [text]", "type: citext"])
  func keys(type: String) throws {
    let scene = try RepairScene([
      RepairScene.people.replacing("{ from: _id, type: text }", with: "{ from: _id, \(type) }")
    ])
    try scene.target.execute("INSERT INTO core.people (id) VALUES ('extra'), ('other')")
    try scene.makePlan()
    try scene.mongo.insert("people", [["_id": "extra"]])
    let report = try scene.apply()
    #expect(report.counts == [2, 0, 0, 1, 0, 1])
    #expect(report.reasons == ["delete extra: the source has a record with this key again"])
    expectEqual(
      try scene.target.value("SELECT count(*) FROM core.people WHERE id IN ('extra', 'other')"), "2")
  }

  @Test("many differences are repaired in many transactions; KEDGE_REPAIR_ROWS says how many")
  func many() throws {
    let count = ProcessInfo.processInfo.environment["KEDGE_REPAIR_ROWS"].flatMap { Int($0) } ?? 1_700
    let scene = try RepairScene(count: count)
    let right = try scene.digests()
    try scene.target.execute(
      "DELETE FROM core.people WHERE id::int % 3 = 0; UPDATE core.people SET age = -1 WHERE id::int % 3 = 1")
    try scene.target.execute(
      "INSERT INTO core.people (id) SELECT 'x' || n FROM generate_series(1, \(count)) n")
    let report = try scene.engine.audit(repairs: true)
    let repair = try #require(report.repair)
    #expect(repair.repaired == repair.planned && repair.planned > count)
    #expect(!report.hasDrift)
    expectEqual(try scene.digests(), right)
    expectEqual(try scene.target.value("SELECT count(*) FROM kedge.audit_repairs"), "\(repair.planned)")
  }

  @Test("a SQLite source is read as it is when the repair looks")
  func sqlite() throws {
    let file = try TestSQLite(
      "CREATE TABLE n (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO n VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    let target = try TestPostgres()
    let engine = try Engine(
      sqlite: file, into: target,
      """
      entity: n
      owner: core
      source: { store: file, table: n }
      key: [id]
      fields: { id: bigint, v: text }
      """)
    try engine.backfill()
    try target.execute(
      "UPDATE core.n SET v = 'x' WHERE id = 1; DELETE FROM core.n WHERE id = 2; INSERT INTO core.n VALUES (9, 'z')"
    )
    let folder = try TemporaryFolder()
    let plan = folder.path + "/plan"
    try engine.audit { $0.plan = plan }
    try file.execute("INSERT INTO n VALUES (9, 'new')")
    let changed = try PlanApplication(try engine.context(.init()), file: plan).run()
    #expect(changed.counts == [3, 0, 0, 1, 0, 2])
    #expect(try engine.audit(repairs: true).repair?.counts == [3, 3, 0, 0, 0, 0])
    expectEqual(try target.rows("SELECT * FROM core.n ORDER BY id"), ["1 | a", "2 | b", "3 | c", "9 | new"])
  }
}
