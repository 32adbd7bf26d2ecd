import Audit
import Backfill
import Codec
import Executors
import Mapping
import Mongo
import Progress
import RecordSources
import SQLite
import TestSupport
import Testing

/// What `kedge clean` does to orphans, and to nothing else.
@Suite("Cleaning orphans")
struct CleanTests {
  private static let users = """
    entity: users
    owner: core
    phase: core
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

  private func documents(_ mongo: TestMongo, _ collection: String) throws -> [String] {
    let cursor = try mongo.connection.find(collection, options: ["sort": ["_id": 1]])
    var found: [String] = []
    while let bytes = try cursor.next() {
      found.append(try shown(BSONDocument(bytes: Array(bytes))))
    }
    return found
  }

  private func shown(_ document: BSONDocument) throws -> String {
    var out = ByteBuffer()
    var scratch = ByteBuffer()
    try document.withRaw { bytes throws(Refusal) in
      try CanonicalJSON.append(RawValue(kind: .document, bytes: bytes), scratch: &scratch, to: &out)
    }
    return String(decoding: out.bytes, as: UTF8.self)
  }

  private func outcome(_ report: CleanReport) -> [String] {
    report.references.map { "\($0.name) \($0.action.rawValue) \($0.orphans) \($0.cleaned)" }
  }

  private func log(_ target: TestPostgres, _ run: Int) throws -> [String] {
    try target.rows(
      "SELECT table_name, key, action, before, after FROM kedge.audit_repairs WHERE run = \(run) ORDER BY table_name, key, id"
    )
  }

  @Test("documents: set-null, cascade and elements, each logged; a dry run changes nothing")
  func documentsOfMongo() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", [["_id": "u1"], ["_id": "u2"]])
    try mongo.insert(
      "chats",
      [
        ["_id": 1, "user": "u1", "by": "u9", "members": ["u1", "u8", "u2", "u8"]],
        [
          "_id": 2, "user": "u7", "members": [],
          "lines": [
            ["author": "u1", "t": 1], ["author": "u6", "t": 2], ["author": "u6", "t": 3], ["t": 4],
          ],
        ],
        ["_id": 3, "user": nil, "by": "u2", "labels": [["ids": ["u1", "u5"]], ["ids": ["u4"]]]],
        ["_id": 4, "user": "u5", "by": "u1"],
      ])
    let chats = """
      entity: chats
      owner: feature
      source: { store: app, collection: chats }
      key: [id]
      fields: { id: { from: _id, type: integer }, user: text, by: text, members: "text[]" }
      references:
        - { columns: by, entity: users, on-delete: set-null }
        - { columns: members, entity: users, on-delete: set-null }
        - { columns: user, entity: users, on-delete: restrict }
      children:
        lines:
          fields: { author: text }
          references: [{ columns: author, entity: users, on-delete: cascade }]
        labels:
          children:
            ids:
              fields: { id: { from: "@", type: text } }
              references: [{ columns: id, entity: users, on-delete: set-null }]
      """
    try Engine(mongo: mongo, into: target, Self.users.replacing("phase: core", with: "phase: legacy"))
      .backfill()
    let engine = try Engine(mongo: mongo, into: target, Self.users, chats)
    let before = try documents(mongo, "chats")
    let dry = try engine.clean()
    #expect(
      outcome(dry) == [
        "chats.by → users.id nullify 1 0", "chats.members[] → users.id take-out 2 0",
        "chats.user → users.id none 2 0", "chats.lines.author → users.id take-out 2 0",
        "chats.labels.ids.id → users.id nullify 2 0",
      ])
    #expect(try documents(mongo, "chats") == before)
    expectEqual(try log(target, dry.run), [])

    let report = try engine.clean { $0.applies = true }
    #expect(report.references.map(\.cleaned) == [1, 2, 0, 2, 2])
    #expect(report.references[2].reason == "on-delete is restrict: a person decides")
    expectEqual(
      try documents(mongo, "chats"),
      [
        "{\"by\": null, \"_id\": 1, \"user\": \"u1\", \"members\": [\"u1\", \"u2\"]}",
        "{\"_id\": 2, \"user\": \"u7\", \"lines\": [{\"t\": 1, \"author\": \"u1\"}, {\"t\": 4}], \"members\": []}",
        "{\"by\": \"u2\", \"_id\": 3, \"user\": null, \"labels\": [{\"ids\": [\"u1\", null]}, {\"ids\": [null]}]}",
        "{\"by\": \"u1\", \"_id\": 4, \"user\": \"u5\"}",
      ])
    let entries = try log(target, report.run)
    #expect(entries.count == 4)
    #expect(
      entries.first
        == "app.chats | {1} | nullify | \(before[0]) | {\"by\": null, \"_id\": 1, \"user\": \"u1\", \"members\": [\"u1\", \"u8\", \"u2\", \"u8\"]}"
    )
    // What a person decides is still there; nothing else is.
    let again = try engine.clean { $0.applies = true }
    #expect(again.orphans == 2 && again.cleaned == 0)
    expectEqual(try log(target, again.run), [])

    let cascading = try Engine(
      mongo: mongo, into: target, Self.users, chats.replacing("restrict", with: "cascade"))
    let last = try cascading.clean {
      $0.applies = true; $0.batch = 1
    }
    #expect(last.cleaned == 2)
    expectEqual(try documents(mongo, "chats").count, 2)
    expectEqual(
      try target.rows(
        "SELECT key, action, after FROM kedge.audit_repairs WHERE run = \(last.run) ORDER BY id"),
      ["{2} | delete | ∅", "{4} | delete | ∅"])
    #expect(try cascading.clean().orphans == 0)
  }

  @Test("rows: set-null, cascade, arrays and child tables, in batches, each logged")
  func rowsOfPostgres() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("rooms", [["_id": "r1"], ["_id": "r2"]])
    try mongo.insert(
      "members",
      (1...5).map {
        [
          "_id": BSONValue($0), "room": $0 == 3 ? "r9" : "r1", "last": $0 > 3 ? "r8" : "r2",
          "rooms": ["r1", .string("x\($0)"), nil, "r2"], "seats": [["room": "r1"], ["room": "r7"]],
        ]
      })
    let members = """
      entity: members
      owner: core
      phase: legacy
      source: { store: app, collection: members }
      key: [id]
      fields: { id: { from: _id, type: integer }, room: text, last: text, rooms: "text[]" }
      references:
        - { columns: room, entity: rooms, on-delete: cascade }
        - { columns: last, entity: rooms, on-delete: set-null }
        - { columns: rooms, entity: rooms, on-delete: cascade }
      children:
        seats:
          fields: { room: text }
          references: [{ columns: room, entity: rooms, on-delete: cascade }]
      """
    let legacy = try Engine(mongo: mongo, into: target, Self.rooms, members)
    try legacy.backfill()
    // The old store would bring everything back.
    let refused = try legacy.clean { $0.applies = true }
    #expect(refused.cleaned == 0 && refused.orphans == 13)
    #expect(refused.references[0].reason?.contains("is in phase legacy") == true)
    #expect(throws: CleanRefusal.self) { try legacy.clean { $0.entities = ["members"] } }

    let engine = try Engine(
      mongo: mongo, into: target, Self.rooms, members.replacing("legacy", with: "core"))
    let report = try engine.clean {
      $0.applies = true; $0.batch = 2
    }
    #expect(
      outcome(report) == [
        "members.room → rooms.id delete 1 1", "members.last → rooms.id nullify 2 2",
        "members.rooms[] → rooms.id take-out 5 4", "members.seats.room → rooms.id take-out 5 4",
      ])
    expectEqual(
      try target.rows("SELECT id, room, last, rooms FROM core.members ORDER BY id"),
      [
        "1 | r1 | r2 | {r1,NULL,r2}", "2 | r1 | r2 | {r1,NULL,r2}", "4 | r1 | ∅ | {r1,NULL,r2}",
        "5 | r1 | ∅ | {r1,NULL,r2}",
      ])
    expectEqual(
      try target.rows("SELECT members_id, position, room FROM core.members_seats ORDER BY 1, 2"),
      ["1 | 0 | r1", "2 | 0 | r1", "4 | 0 | r1", "5 | 0 | r1"])
    #expect(report.references.map(\.gone) == [0, 0, 1, 1] && report.left == 0)
    let entries = try log(target, report.run)
    #expect(entries.count == 1 + 2 + 4 + 4)
    #expect(
      entries.contains(
        "core.members | {4} | nullify | {\"id\": 4, \"last\": \"r8\", \"room\": \"r1\", \"rooms\": [\"r1\", \"x4\", null, \"r2\"]} | {\"id\": 4, \"last\": null, \"room\": \"r1\", \"rooms\": [\"r1\", \"x4\", null, \"r2\"]}"
      ))
    #expect(
      entries.contains(
        "core.members_seats | {2} | delete | {\"room\": \"r7\", \"position\": 1, \"members_id\": 2} | ∅"))
    #expect(try engine.clean().orphans == 0)
  }

  @Test("rows of a SQLite store: set-null and cascade, with the file's own foreign keys in force")
  func rowsOfSQLite() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let file = try TestSQLite(
      """
      CREATE TABLE notes (id INTEGER PRIMARY KEY, author TEXT, editor TEXT);
      CREATE TABLE lines (id INTEGER PRIMARY KEY, note INTEGER REFERENCES notes ON DELETE CASCADE);
      INSERT INTO notes VALUES (1, 'u1', 'u9'), (2, 'u8', 'u1'), (3, NULL, NULL);
      INSERT INTO lines VALUES (1, 1), (2, 2);
      """)
    try mongo.insert("users", [["_id": "u1"]])
    try Engine(mongo: mongo, into: target, Self.users.replacing("phase: core", with: "phase: legacy"))
      .backfill()
    let engine = try Engine(
      mongo: mongo, sqlite: file, into: target, Self.users,
      """
      entity: notes
      owner: feature
      source: { store: file, table: notes }
      key: [id]
      fields: { id: bigint, author: text, editor: text }
      references:
        - { columns: author, entity: users, on-delete: cascade }
        - { columns: editor, entity: users, on-delete: set-null }
      """)
    let report = try engine.clean { $0.applies = true }
    #expect(
      outcome(report) == ["notes.author → users.id delete 1 1", "notes.editor → users.id nullify 1 1"])
    #expect(
      try file.connection.query("SELECT id, author, editor FROM notes ORDER BY id") == [
        [1, "u1", nil], [3, nil, nil],
      ])
    #expect(try file.connection.query("SELECT id FROM lines") == [[1]])
    expectEqual(
      try log(target, report.run),
      [
        "file.notes | {1} | nullify | {\"id\": 1, \"author\": \"u1\", \"editor\": \"u9\"} | {\"id\": 1, \"author\": \"u1\", \"editor\": null}",
        "file.notes | {2} | delete | {\"id\": 2, \"author\": \"u8\", \"editor\": \"u1\"} | ∅",
      ])
  }

  @Test("a document that changes between the look and the write keeps what it has now")
  func changedMeanwhile() throws {
    let mongo = try TestMongo()
    try mongo.insert("chats", [["_id": 1, "user": "u9", "members": ["u1", "u8"], "n": 1]])
    let entity = try #require(
      try MappingSet.parse(files: [
        ("set.yaml", "set: t\nstores: { app: { kind: mongo, environment: A } }"),
        (
          "chats.yaml",
          "entity: chats\nowner: feature\nsource: { store: app, collection: chats }\nkey: id\nfields: { id: { from: _id, type: integer }, user: text }"
        ),
      ]).entities.first)
    let plan = try EntityPlan(referencesOf: entity, source: .mongo)
    let writer = try MongoSource(mongo.connection.settings).openWriter()
    let id: BSONDocument = ["_id": 1]
    _ = try writer.begin(plan, [id], into: RecordEncoder(plan: plan.record))
    let user = GuardedValue(path: ValuePath(field: "user"), value: "u9")
    try mongo.update("chats", id: 1, ["$set": ["user": "u1", "n": 2]])
    #expect(try !writer.apply(.setNull([user]), to: id, of: entity))
    #expect(try !writer.apply(.delete([user]), to: id, of: entity))
    try mongo.update("chats", id: 1, ["$set": ["members": ["u1"]]])
    #expect(try !writer.apply(.pull(from: ValuePath(field: "members"), ["u8"]), to: id, of: entity))
    expectEqual(
      try documents(mongo, "chats"), ["{\"n\": 2, \"_id\": 1, \"user\": \"u1\", \"members\": [\"u1\"]}"])
  }

  @Test("what becomes right between the two looks was in flight")
  func inFlight() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    try mongo.insert("users", [["_id": "u1"]])
    try mongo.insert(
      "chats", [["_id": 1, "user": "u1"], ["_id": 2, "user": "u2"], ["_id": 3, "user": "u3"]])
    let chats = """
      entity: chats
      owner: feature
      source: { store: app, collection: chats }
      key: [id]
      fields: { id: { from: _id, type: integer }, user: text }
      references: [{ columns: user, entity: users, on-delete: cascade }]
      """
    let legacy = Self.users.replacing("phase: core", with: "phase: legacy")
    try Engine(mongo: mongo, into: target, legacy).backfill()
    let engine = try Engine(mongo: mongo, into: target, Self.users, chats)
    // The row of u2 arrives after the documents were read once.
    let source = try #require(engine.sources["app"])
    let late = LateSource(source) { try target.execute("INSERT INTO core.users VALUES ('u2')") }
    let report = try engine.audit(sources: ["app": late])
    #expect(report.differences == ["chats orphan 3 [\"user\"]"])
    #expect(report.tally("chats")?.inFlight == 1)
    #expect(report.references.map(\.orphans) == [1])
  }
}
