import Audit
import Backfill
import Catalog
import Codec
import TestSupport
import Testing

/// The forms that a key may take, each with a reference that is translated by the same rule.
@Suite("Forms of keys")
struct KeyFormTests {
  private static func set(type: String, transforms: String) -> (String, String) {
    let rule = "type: \(type), transforms: [\(transforms)]"
    return (
      """
      entity: users
      owner: core
      source: { store: app, collection: users }
      key: [id]
      fields: { id: { from: _id, \(rule) }, name: text }
      """,
      """
      entity: posts
      owner: core
      source: { store: app, collection: posts }
      key: [id]
      fields:
        id: { from: _id, \(rule) }
        author: { \(rule) }
      references: [{ columns: author, entity: users }]
      """
    )
  }

  @Test(
    "an ObjectId as text, bytes or a derived UUID, and references to it",
    arguments: [
      ("text", "text", "507f1f77bcf86cd799439011"), ("bytea", "", "\\x507f1f77bcf86cd799439011"),
      ("uuid", "uuid", "507f1f77-bcf8-8000-8000-6cd799439011"),
      ("char(24)", "text", "507f1f77bcf86cd799439011"),
      ("jsonb", "ejson", "{\"$oid\": \"507f1f77bcf86cd799439011\"}"),
    ])
  func objectIDs(type: String, transforms: String, shown: String) throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    let (one, two): (BSONValue, BSONValue) = (
      .id("507f1f77bcf86cd799439011"), .id("507f1f77bcf86cd799439012")
    )
    try mongo.insert("users", [["_id": one, "name": "Ada"], ["_id": two, "name": "Bo"]])
    try mongo.insert(
      "posts", [["_id": one, "author": two], ["_id": two, "author": .id("ffffffffffffffffffffffff")]])
    let (users, posts) = Self.set(type: type, transforms: transforms)
    let engine = try Engine(mongo: mongo, into: target, users, posts)
    let report = try engine.backfill()
    #expect(report.counts("users") == [2, 2, 0, 0, 0])
    #expect(report.counts("posts") == [2, 1, 0, 1, 0])
    expectEqual(try target.rows("SELECT id, name FROM core.users ORDER BY id")[0], "\(shown) | Ada")
    expectEqual(
      try target.rows("SELECT u.name FROM core.posts p JOIN core.users u ON u.id = p.author"), ["Bo"])
    #expect(try engine.backfill().counts("users") == [2, 0, 2, 0, 0])
    #expect(try engine.audit().differences == [])
  }

  @Test("a document as key: by its paths, and whole as jsonb")
  func documents() throws {
    let (mongo, target) = (try TestMongo(), try TestPostgres())
    func id(_ a: Int32, _ b: String) -> BSONValue { ["a": .int32(a), "b": .string(b)] }
    try mongo.insert(
      "things",
      [["_id": id(2, "x"), "v": "1"], ["_id": id(1, "y"), "v": "2"], ["_id": id(1, "x"), "v": "3"]])
    let engine = try Engine(
      mongo: mongo, into: target,
      """
      entity: things
      owner: core
      source: { store: app, collection: things }
      key: [a, b]
      fields: { a: { from: _id.a, type: integer }, b: { from: _id.b, type: text }, v: text }
      """,
      """
      entity: whole
      owner: core
      source: { store: app, collection: things }
      key: [id]
      fields: { id: { from: _id, type: jsonb }, v: text }
      """)
    #expect(try engine.backfill().total.landed == 6)
    #expect(try engine.backfill().total.unchanged == 6)
    expectEqual(
      try target.rows("SELECT a, b, v FROM core.things ORDER BY 1, 2"),
      ["1 | x | 3", "1 | y | 2", "2 | x | 1"])
    expectEqual(
      try target.rows("SELECT id FROM core.whole ORDER BY v"),
      ["{\"a\": 2, \"b\": \"x\"}", "{\"a\": 1, \"b\": \"y\"}", "{\"a\": 1, \"b\": \"x\"}"])
    let audit = try engine.audit()
    #expect(audit.differences == [])
    #expect(audit.tally("things")?.matching == 3 && audit.tally("whole")?.matching == 3)
  }
}
