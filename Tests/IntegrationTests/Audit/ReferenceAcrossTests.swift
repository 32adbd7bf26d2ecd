import Audit
import Backfill
import Codec
import Mongo
import TestSupport
import Testing

/// References across stores, both ways, of single fields, of arrays and of elements.
@Suite("References across stores")
struct ReferenceAcrossTests {
  private static let users = """
    entity: users
    owner: core
    source: { store: app, collection: users }
    key: [id]
    fields: { id: { from: _id, type: text, transforms: [text] } }
    """
  private static let rooms = """
    entity: rooms
    owner: feature
    source: { store: app, collection: rooms }
    key: [id]
    fields: { id: { from: _id, type: text, transforms: [text] } }
    """

  private func members(_ references: String, _ rest: String = "") -> String {
    """
    entity: members
    owner: core
    source: { store: app, collection: members }
    key: [id]
    fields: { id: { from: _id, type: integer }, room: { type: text, transforms: [text] }, "rooms": { type: "text[]", transforms: [text] } }
    references: [\(references)]
    \(rest)
    """
  }

  /// `evidence` of the orphans that an audit wrote down, with their references.
  private func evidence(_ target: TestPostgres, _ run: Int) throws -> [String] {
    try target.rows(
      "SELECT entity, array_to_string(key, ','), evidence, reference FROM kedge.audit_differences WHERE run = \(run)"
        + " ORDER BY entity, key, evidence::text")
  }

  @Test("rows that name a document which isn't there are orphans, whatever the documents' keys are made of")
  func rowsToDocuments() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let hex = "0102030405060708090a0b0c"
    let id = BSONValue.objectID(try #require(ObjectID(hex)))
    try mongo.insert("rooms", [["_id": id, "big": "x"], ["_id": 7], ["_id": "lobby"], ["_id": 2.5]])
    try mongo.insert(
      "members",
      [
        ["_id": 1, "room": .string(hex)], ["_id": 2, "room": 7], ["_id": 3, "room": "lobby"],
        ["_id": 4, "room": "7.0"], ["_id": 5, "room": "Lobby"], ["_id": 6], ["_id": 7, "room": nil],
        ["_id": 8, "room": 2.5],
      ])
    let engine = try Engine(
      mongo: mongo, into: target, Self.rooms, members("{ columns: room, entity: rooms }"))
    try engine.backfill()
    let report = try engine.audit()
    #expect(
      report.differences == ["members orphan 4 [\"room\"]", "members orphan 5 [\"room\"]"])
    #expect(
      report.references == [
        ReferenceFinding(
          name: "members.room → rooms.id", entity: "members", refersTo: "rooms", isAcrossStores: true,
          checked: 6, orphans: 2, isEnforced: true)
      ])
    #expect(report.hasDrift)
    expectEqual(
      try evidence(target, report.run),
      [
        "members | 4 | {\"room\": {\"target\": \"7.0\"}} | members.room → rooms.id",
        "members | 5 | {\"room\": {\"target\": \"Lobby\"}} | members.room → rooms.id",
      ])
    try mongo.insert("rooms", [["_id": "7.0"], ["_id": "Lobby"]])
    let healed = try engine.audit()
    #expect(!healed.hasDrift)
    #expect(healed.references.map(\.orphans) == [0])
  }

  @Test("each element of an array is a reference, and evidence names its place; personal values are digests")
  func arrays() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", [["_id": "u1"], ["_id": "u2"]])
    try mongo.insert("rooms", [["_id": "r1"]])
    try mongo.insert(
      "members", [["_id": 1, "rooms": ["r1", "r9", nil, "r1", "r8"]], ["_id": 2, "rooms": []], ["_id": 3]])
    try mongo.insert(
      "teams",
      [["_id": 1, "people": ["u1", "u9", "u2"]], ["_id": 2, "people": ["u2"]], ["_id": 3, "people": nil]])
    let engine = try Engine(
      mongo: mongo, into: target, Self.users, Self.rooms,
      members("{ columns: rooms, entity: rooms, enforce: none }"),
      """
      entity: teams
      owner: feature
      source: { store: app, collection: teams }
      key: [id]
      fields: { id: { from: _id, type: integer }, people: { type: "text[]", personal: true } }
      references: [{ columns: people, entity: users }]
      """)
    try engine.backfill()
    let report = try engine.audit()
    #expect(report.references.map(\.name) == ["members.rooms[] → rooms.id", "teams.people[] → users.id"])
    #expect(report.references.map(\.checked) == [4, 4])
    #expect(report.references.map(\.orphans) == [2, 1])
    #expect(report.references.map(\.isEnforced) == [false, true])
    #expect(report.tally("members")?.toleratedOrphans == 2)
    #expect(report.tally("members")?.orphans == 0)
    #expect(report.tally("teams")?.orphans == 1)
    #expect(report.tally("teams")?.compared == 3)
    #expect(report.tally("teams")?.matching == 2)
    // The digest is sha256 of u9.
    expectEqual(
      try evidence(target, report.run),
      [
        "teams | 1 | {\"people[1]\": {\"source\": \"sha256:\(try digest(target, "u9"))\"}} | teams.people[] → users.id"
      ])
  }

  private func digest(_ target: TestPostgres, _ text: String) throws -> String {
    try target.value("SELECT left(encode(sha256('\(text)'), 'hex'), 12)")
  }

  @Test("child tables and arrays inside documents refer, at any depth")
  func children() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", [["_id": "u1"], ["_id": "u2"]])
    try mongo.insert(
      "members",
      [["_id": 1, "seats": [["who": "u1"], ["who": "u7"], [:]]], ["_id": 2, "seats": [["who": "u2"]]]])
    try mongo.insert(
      "rooms",
      [
        ["_id": "r1", "log": ["lines": [["by": ["u1", "u8"]], ["by": []], ["by": ["u6"]]]]],
        ["_id": "r2"],
      ])
    let engine = try Engine(
      mongo: mongo, into: target, Self.users,
      members(
        "",
        """
        children:
          seats:
            fields: { who: text }
            references: [{ columns: who, entity: users }]
        """),
      Self.rooms + """

        children:
          lines:
            from: log.lines[]
            children:
              by:
                fields: { author: { from: "@", type: text } }
                references: [{ columns: author, entity: users }]
        """)
    try engine.backfill()
    let report = try engine.audit()
    #expect(
      report.references.map(\.name) == [
        "members.seats.who → users.id", "rooms.lines.by.author → users.id",
      ])
    #expect(report.references.map(\.checked) == [3, 3])
    expectEqual(
      try evidence(target, report.run),
      [
        "members | 1 | {\"seats[1].who\": {\"target\": \"u7\"}} | members.seats.who → users.id",
        "rooms | r1 | {\"log.lines[0].by[1]\": {\"source\": \"u8\"}} | rooms.lines.by.author → users.id",
        "rooms | r1 | {\"log.lines[2].by[0]\": {\"source\": \"u6\"}} | rooms.lines.by.author → users.id",
      ])
    #expect(report.tally("rooms")?.orphans == 2)
    #expect(report.tally("rooms")?.matching == 1)
  }

  @Test(
    "a feature store may be SQLite, and may refer to another feature store; keys may have several columns")
  func betweenFeatureStores() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let file = try TestSQLite(
      """
      CREATE TABLE notes (id INTEGER PRIMARY KEY, room TEXT, org INTEGER, place INTEGER);
      INSERT INTO notes VALUES (1, 'r1', 1, 1), (2, 'r2', 1, 2), (3, NULL, NULL, 9), (4, 'r1', 2, 9);
      CREATE TABLE places (org INTEGER, place INTEGER, PRIMARY KEY (org, place)) WITHOUT ROWID;
      INSERT INTO places VALUES (1, 1), (1, 2), (2, 1);
      """)
    try mongo.insert("rooms", [["_id": "r1"]])
    try mongo.insert("members", [["_id": 1]])
    let engine = try Engine(
      mongo: mongo, sqlite: file, into: target, Self.rooms, members(""),
      """
      entity: notes
      owner: feature
      source: { store: file, table: notes }
      key: [id]
      fields: { id: bigint, room: text, org: integer, place: integer }
      references:
        - { columns: room, entity: rooms }
        - { columns: [org, place], entity: places }
      """,
      """
      entity: places
      owner: feature
      source: { store: file, table: places }
      key: [org, place]
      fields: { org: integer, place: bigint }
      """)
    try engine.backfill()
    let report = try engine.audit()
    #expect(
      report.references.map { "\($0.name) \($0.checked) \($0.orphans) \($0.isAcrossStores)" } == [
        "notes.room → rooms.id 3 1 true", "notes.(org, place) → places.(org, place) 3 1 false",
      ])
    expectEqual(
      try evidence(target, report.run),
      [
        "notes | 2 | {\"room\": {\"source\": \"r2\"}} | notes.room → rooms.id",
        "notes | 4 | {\"org\": {\"source\": \"2\"}, \"place\": {\"source\": \"9\"}} | notes.(org, place) → places.(org, place)",
      ])
  }
}
