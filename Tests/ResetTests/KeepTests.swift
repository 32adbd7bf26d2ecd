import Codec
import Mapping
import Postgres
import Reset
import TestSupport
import Testing

/// What stays: what the rules name, and all that it refers to.
@Suite("What a reset keeps")
struct KeepTests {
  private static let users = """
    entity: users
    owner: core
    source: { store: app, collection: users }
    key: [id]
    fields:
      id: { from: _id, type: text, transforms: [text] }
      email: { type: text, transforms: [trim, lower], unique: true, missing: quarantine }
      age: integer
      tier: { type: text, transforms: [text] }
      boss: { type: text, transforms: [text] }
    children:
      addresses: { table: user_addresses, fields: { city: text } }
    references:
      - { columns: tier, entity: tiers, on-delete: restrict }
      - { columns: boss, entity: users, on-delete: cascade, enforce: audit }
    reset: { keep: { email: ["  ADMIN@x.y"] } }
    """
  private static let tiers = """
    entity: tiers
    owner: core
    source: { store: app, collection: tiers }
    key: [id]
    fields: { id: { from: _id, type: text, transforms: [text] }, family: text }
    references: [{ columns: family, entity: families, enforce: audit }]
    """
  private static let families = """
    entity: families
    owner: feature
    source: { store: app, collection: families }
    key: [name]
    fields: { name: text }
    """
  private static let rooms = """
    entity: rooms
    owner: feature
    source: { store: app, collection: rooms }
    key: [id]
    fields: { id: { from: _id, type: integer }, name: text, members: "text[]" }
    children:
      lines:
        fields: { author: text }
        references: [{ columns: author, entity: users }]
    references: [{ columns: members, entity: users }]
    reset: { keep: { name: [lobby], secret: ["1"] } }
    """

  private func people(_ mongo: TestMongo) throws {
    try mongo.insert(
      "families", [["_id": 1, "name": "paid"], ["_id": 2, "name": "free"], ["_id": 3, "name": "odd"]])
    try mongo.insert(
      "tiers", [["_id": "t1", "family": "paid"], ["_id": "t2", "family": "free"], ["_id": "t3"]])
    try mongo.insert(
      "users",
      [
        ["_id": "u1", "email": "a@x.y", "tier": "t2"],
        [
          "_id": "u2", "email": " Admin@X.y ", "tier": "t1", "boss": "u5",
          "addresses": [["city": "Rome"], ["city": "Oslo"]],
        ],
        ["_id": "u3", "email": "c@x.y", "tier": "t3", "boss": "u2", "addresses": [["city": "Bonn"]]],
        ["_id": "u4", "email": "d@x.y"], ["_id": "u5", "email": "e@x.y", "tier": "t1"],
        ["_id": "u6", "email": "f@x.y"], ["_id": "u7", "email": "g@x.y"],
      ])
    try mongo.insert(
      "rooms",
      [
        ["_id": 1, "name": "lobby", "members": ["u4", "u9"]],
        ["_id": 2, "name": "attic", "members": ["u7"]],
        ["_id": 3, "name": "cellar", "secret": 1, "lines": [["author": "u6"], ["author": nil]]],
      ])
    try mongo.insert("extras", [["_id": 1]])
  }

  @Test("the rule's rows, what they refer to in either store, and nothing else; old store and copy alike")
  func references() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try people(mongo)
    let scene = try ResetScene(
      mongo: mongo, into: target, Self.users, Self.tiers, Self.families, Self.rooms)
    try scene.backfill()
    try target.execute("CREATE TABLE core.notes (id int); INSERT INTO core.notes VALUES (1)")
    let kept = try target.rows("SELECT * FROM core.users WHERE id IN ('u2', 'u4', 'u5', 'u6') ORDER BY id")

    let dry = try scene.dryRun()
    #expect(
      dry.figures == [
        "app.families: 2/1", "app.rooms: 1/2", "app.tiers: 2/1", "app.users: 3/4", "core.core.tiers: 2/1",
        "core.core.user_addresses: 1/2", "core.core.users: 3/4",
      ])
    #expect(dry.undeclared == ["core: core.notes", "app: extras"])
    #expect(dry.idleRules == [])
    #expect(try scene.ids("users").count == 7)
    #expect(
      try target.value(
        "SELECT to_regclass('kedge.reset_keys') IS NOT NULL AND (SELECT count(*) = 0 FROM kedge.resets)")
        == "t")

    let report = try scene.reset()
    #expect(report.figures == dry.figures)
    #expect(report.database == target.settings.database)
    #expect(try scene.ids("users") == ["u2", "u4", "u5", "u6"])
    #expect(try scene.ids("rooms") == ["1", "3"])
    #expect(try scene.ids("tiers") == ["t1"])
    #expect(try scene.ids("families") == ["1"])
    #expect(try scene.ids("extras") == ["1"])
    #expect(try target.rows("SELECT * FROM core.users ORDER BY id") == kept)
    #expect(
      try target.rows("SELECT users_id, city FROM core.user_addresses ORDER BY position") == [
        "u2 | Rome", "u2 | Oslo",
      ])
    #expect(try target.rows("SELECT id FROM core.tiers") == ["t1"])
    #expect(try target.value("SELECT count(*) FROM core.notes") == "1")
    // Personal keys don't stay behind, and the second time there is nothing to do.
    #expect(try target.value("SELECT count(*) FROM kedge.reset_keys") == "0")
    #expect(try scene.reset().removed == 0)
    let order = report.order
    let place = { (name: String) in order.firstIndex(of: name) ?? -1 }
    #expect(place("app.rooms") < place("app.users"))
    #expect(place("core.core.user_addresses") < place("core.core.users"))
    #expect(place("core.core.users") < place("core.core.tiers"))
    #expect(place("core.core.tiers") < place("app.families"))
  }

  @Test(
    "a record that can't land is still asked by its own column, and rows as their application writes them")
  func oddRecords() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    // The admin's age is no number, so it never landed; nor did its tier, which is an array.
    try mongo.insert(
      "users",
      [
        ["_id": "u1", "email": "admin@x.y", "age": "old", "tier": "t1"], ["_id": "u2", "email": 5],
        ["_id": "u3", "tier": ["a"]],
      ])
    try mongo.insert("tiers", [["_id": "t1"], ["_id": "t2"]])
    let scene = try ResetScene(mongo: mongo, into: target, Self.users, Self.tiers, Self.families)
    try scene.backfill()
    #expect(try target.value("SELECT count(*) FROM kedge.quarantine") == "3")
    // Later written in Postgres by a person.
    try target.execute(
      "INSERT INTO core.users (id, email, tier) VALUES ('p1', E'\\tAdmin@X.Y ', 't2'), ('p2', 'b@x.y', 't2')")
    try scene.reset()
    #expect(try scene.ids("users") == ["u1"])
    #expect(try target.rows("SELECT id FROM core.users") == ["p1"])
    #expect(try scene.ids("tiers") == ["t1", "t2"])
    // What is left in quarantine is of the record that stays.
    #expect(try target.rows("SELECT reason FROM kedge.quarantine") == ["wrong_type"])
  }

  @Test(
    "rows of undeclared tables stay, and so does what they refer to by a foreign key; no cascade takes them")
  func undeclaredReferrers() throws {
    let target = try TestPostgres()
    try target.execute(
      """
      CREATE SCHEMA core; CREATE SCHEMA other;
      CREATE TABLE core.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
      CREATE TABLE core.orders (id bigint PRIMARY KEY, user_id bigint REFERENCES core.users ON DELETE CASCADE);
      CREATE TABLE other.trails (id bigint, user_id bigint REFERENCES core.users ON DELETE CASCADE);
      INSERT INTO core.users (name) SELECT 'n' || i FROM generate_series(1, 9) i;
      INSERT INTO core.orders SELECT i, i FROM generate_series(1, 9) i;
      INSERT INTO other.trails VALUES (1, 4), (2, 8), (3, NULL);
      """)
    let scene = try ResetScene(
      into: target,
      "entity: users\nowner: core\nkey: [id]\nfields: { id: bigint, name: text }",
      "entity: orders\nowner: core\nkey: [id]\nfields: { id: bigint, user_id: bigint }")
    let report = try scene.reset()
    #expect(report.figures == ["core.core.orders: 9/0", "core.core.users: 7/2"])
    #expect(try target.rows("SELECT id FROM core.users ORDER BY id") == ["4", "8"])
    #expect(try target.value("SELECT count(*) FROM other.trails") == "3")
    // Numbers go on where rows are left, and begin anew where none is.
    #expect(try target.value("INSERT INTO core.users (name) VALUES ('x') RETURNING id") == "10")
    try target.execute("DELETE FROM other.trails")
    try scene.reset()
    #expect(try target.value("INSERT INTO core.users (name) VALUES ('x') RETURNING id") == "1")
  }

  @Test("keep: all keeps the entity as it is, and all that it refers to")
  func keepAll() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try people(mongo)
    let scene = try ResetScene(
      mongo: mongo, into: target,
      Self.users.replacing("reset: { keep: { email: [\"  ADMIN@x.y\"] } }", with: ""), Self.tiers,
      Self.families,
      Self.rooms.replacing(
        "reset: { keep: { name: [lobby], secret: [\"1\"] } }", with: "reset: { keep: all }"))
    try scene.backfill()
    let report = try scene.reset()
    #expect(try scene.ids("rooms") == ["1", "2", "3"])
    #expect(try scene.ids("users") == ["u4", "u6", "u7"])
    #expect(try target.rows("SELECT id FROM core.users ORDER BY id") == ["u4", "u6", "u7"])
    #expect(report.figures.contains("app.rooms: 0/3"))
  }

  @Test("a rule that matches nothing is named")
  func idle() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("tiers", [["_id": "t1"]])
    let scene = try ResetScene(
      mongo: mongo, into: target, Self.tiers + "\nreset: { keep: { id: [t9] } }", Self.families)
    let dry = try scene.dryRun()
    #expect(dry.idleRules == ["tiers.id: t9"])
    #expect(dry.figures == ["app.families: 0/0", "app.tiers: 1/0"])
    // Nothing was written for a look.
    #expect(try target.value("SELECT to_regnamespace('kedge') IS NULL") == "t")
  }
}
