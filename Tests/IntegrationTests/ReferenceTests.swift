import Audit
import Backfill
import Catalog
import Codec
import Mongo
import TestSupport
import Testing

/// References: orphans are kept out and named, whatever the order in which records come, and however often.
@Suite("References")
struct ReferenceTests {
  private static let users = """
    entity: users
    owner: core
    source: { store: app, collection: users }
    key: [id]
    fields: { id: { from: _id, type: integer }, boss: integer }
    references:
      - { columns: [boss], entity: users }
    """
  private static func orders(_ rule: String = "") -> String {
    """
    entity: orders
    owner: core
    source: { store: app, collection: orders }
    key: [id]
    fields: { id: { from: _id, type: integer }, user: integer }
    references:
      - { columns: [user], entity: users\(rule) }
    """
  }

  @Test("references to later records of the same table hold, in chunks of any size", arguments: [1, 3, 100])
  func selfReferences(chunkSize: Int) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "users", (1...20).map { ["_id": BSONValue($0), "boss": $0 == 20 ? nil : BSONValue($0 + 1)] })
    let engine = try Engine(mongo: mongo, into: target, Self.users)
    expectEqual(try engine.backfill { $0.chunkSize = chunkSize }.counts("users"), [20, 20, 0, 0, 0])
    expectEqual(
      try target.value("SELECT count(*) FROM core.users u JOIN core.users b ON b.id = u.boss"), "19")
    // Once more, where the foreign key is there from the beginning, and with rows that come before what they name.
    try mongo.insert(
      "users", (21...40).map { ["_id": BSONValue($0), "boss": $0 == 40 ? 1 : BSONValue($0 + 1)] })
    let second = try engine.backfill { $0.chunkSize = chunkSize }
    #expect(second.counts("users") == [40, 20, 20, 0, 0])
    expectEqual(try engine.backfill { $0.chunkSize = chunkSize }.counts("users"), [40, 0, 40, 0, 0])
    expectEqual(try engine.audit().tally("users")?.matching, 40)
  }

  @Test("a long chain whose every record comes before the one that it names", .timeLimit(.minutes(10)))
  func longChain() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", [["_id": 0]])
    let engine = try Engine(mongo: mongo, into: target, Self.users)
    try engine.backfill()
    try mongo.insert(
      "users", (1...1000).map { ["_id": BSONValue($0), "boss": BSONValue($0 == 1000 ? 0 : $0 + 1)] })
    expectEqual(try engine.backfill { $0.chunkSize = 100 }.counts("users"), [1001, 1000, 1, 0, 0])
    expectEqual(
      try target.value("SELECT count(*) FROM core.users u JOIN core.users b ON b.id = u.boss"), "1000")
  }

  @Test("a chain of references that ends nowhere is kept out whole", arguments: [1, 100])
  func chain(chunkSize: Int) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert(
      "users",
      [
        ["_id": 1, "boss": 99], ["_id": 2, "boss": 1], ["_id": 3, "boss": 2], ["_id": 4],
        ["_id": 5, "boss": 4],
      ])
    let engine = try Engine(mongo: mongo, into: target, Self.users)
    expectEqual(try engine.backfill { $0.chunkSize = chunkSize }.counts("users"), [5, 2, 0, 3, 0])
    expectEqual(try target.rows("SELECT id, boss FROM core.users ORDER BY id"), ["4 | ∅", "5 | 4"])
    expectEqual(
      try engine.refusals(), ["1 reference - boss", "2 reference - boss", "3 reference - boss"])
    // Its end appears: everything lands.
    try mongo.insert("users", [["_id": 99]])
    expectEqual(try engine.backfill { $0.chunkSize = chunkSize }.counts("users"), [6, 4, 2, 0, 0])
    expectEqual(try engine.refusals(), [])
  }

  @Test("orphans are quarantined before and after the foreign key exists, and land once they can")
  func acrossEntities() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", [["_id": 1], ["_id": 2]])
    try mongo.insert(
      "orders", [["_id": 1, "user": 1], ["_id": 2, "user": 9], ["_id": 3], ["_id": 4, "user": nil]])
    let engine = try Engine(mongo: mongo, into: target, Self.orders(), Self.users)
    expectEqual(try engine.backfill().counts("orders"), [4, 3, 0, 1, 0])
    expectEqual(try engine.refusals("orders"), ["2 reference - user"])
    expectEqual(
      try target.rows(
        "SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' AND connamespace = 'core'::regnamespace ORDER BY 1"
      ),
      ["orders_user_fkey | t", "users_boss_fkey | t"])
    // The key is there now.
    try mongo.insert("orders", [["_id": 5, "user": 8], ["_id": 6, "user": 2]])
    expectEqual(try engine.backfill().counts("orders"), [6, 1, 3, 2, 0])
    expectEqual(try engine.refusals("orders"), ["2 reference - user", "5 reference - user"])
    expectEqual(try engine.audit().tally("orders")?.drift, 0)
    try mongo.insert("users", [["_id": 8], ["_id": 9]])
    expectEqual(try engine.backfill().counts("users"), [4, 2, 2, 0, 0])
    let outcome = try engine.replay("orders")
    #expect([outcome.landed, outcome.stillQuarantined, outcome.gone] == [0, 0, 0])
    expectEqual(try engine.refusals(), [])
    expectEqual(
      try target.rows("SELECT * FROM core.orders ORDER BY id"),
      ["1 | 1", "2 | 9", "3 | ∅", "4 | ∅", "5 | 8", "6 | 2"])
  }

  @Test("orphans of references that only an audit keeps are drift; those that are only counted aren't")
  func enforcement() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", [["_id": 1]])
    try mongo.insert("orders", [["_id": 1, "user": 1], ["_id": 2, "user": 9]])
    let audited = try Engine(mongo: mongo, into: target, Self.orders(", enforce: audit"), Self.users)
    expectEqual(try audited.backfill().counts("orders"), [2, 2, 0, 0, 0])
    let report = try audited.audit()
    #expect(report.differences == ["orders orphan 2 [\"user\"]"])
    #expect(report.hasDrift)
    let counted = try Engine(mongo: mongo, into: target, Self.orders(", enforce: none"), Self.users)
    let tolerated = try counted.audit()
    #expect(!tolerated.hasDrift)
    #expect(tolerated.tally("orders")?.toleratedOrphans == 1)
    // The row that was missing is no orphan's target any more once it is there.
    try mongo.insert("users", [["_id": 9]])
    expectEqual(try audited.audit(repairs: true).tally("orders")?.drift, 0)
    #expect(!(try audited.audit().hasDrift))
  }

  @Test("records that stay in their own store and name rows that aren't there are orphans across stores")
  func acrossStores() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let file = try TestSQLite(
      "CREATE TABLE notes (id INTEGER PRIMARY KEY, author INTEGER); INSERT INTO notes VALUES (1, 1), (2, 7), (3, NULL), (4, 7)"
    )
    try mongo.insert("users", [["_id": 1]])
    let engine = try Engine(
      mongo: mongo, sqlite: file, into: target, Self.users,
      """
      entity: notes
      owner: feature
      source: { store: file, table: notes }
      key: [id]
      fields: { id: bigint, author: integer }
      references:
        - { columns: [author], entity: users }
      """)
    try engine.backfill()
    let report = try engine.audit()
    #expect(report.differences == ["notes orphan 2 [\"author\"]", "notes orphan 4 [\"author\"]"])
    #expect(report.tally("notes")?.orphans == 2)
    #expect(report.hasDrift)
    try mongo.insert("users", [["_id": 7]])
    try engine.backfill()
    #expect(!(try engine.audit().hasDrift))
  }

  @Test("a second move into an emptied table counts as the first did, though its orphans are known")
  func emptiedTarget() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", [["_id": 1, "boss": 2], ["_id": 3]])
    let engine = try Engine(mongo: mongo, into: target, Self.users)
    expectEqual(try engine.backfill().counts("users"), [2, 1, 0, 1, 0])
    try target.execute("TRUNCATE core.users CASCADE")
    try mongo.insert("users", [["_id": 2]])
    expectEqual(try engine.backfill().counts("users"), [3, 3, 0, 0, 0])
    expectEqual(try engine.refusals(), [])
  }
}
