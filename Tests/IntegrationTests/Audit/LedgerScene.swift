import Audit
import Backfill
import Codec
import TestSupport

/// Numbered records `1…count` of a MongoDB collection, moved, with child rows for some.
struct LedgerScene {
  let mongo: TestMongo
  let target: TestPostgres
  let engine: Engine
  static let mapping = """
    entity: things
    owner: core
    source: { store: app, collection: things }
    key: [id]
    fields:
      id: { from: _id, type: bigint }
      n: integer
      note: text
    children:
      tags:
        from: tags[]
        fields: { tag: { from: "@", type: text } }
    """

  init(_ count: Int, mapping: String = Self.mapping, step: Int = 10) throws {
    mongo = try TestMongo()
    target = try TestPostgres()
    if count > 0 {
      try mongo.insert("things", (1...count).map { Self.document($0 * step) })
    } else {
      try mongo.insert("things", [Self.document(1)])
    }
    engine = try Engine(mongo: mongo, into: target, mapping)
    try engine.backfill()
    if count == 0 { try mongo.delete("things", id: .int64(1)) }
  }

  static func document(_ number: Int) -> BSONDocument {
    let tags: [BSONValue] = (0..<(number / 10 % 3)).map { .string("t\($0)") }
    return ["_id": .int64(Int64(number)), "n": BSONValue(number), "note": "", "tags": BSONValue(tags)]
  }

  func insertRow(_ id: Int) throws { try target.execute("INSERT INTO core.things VALUES (\(id), 0, '')") }
  func changeRow(_ id: Int) throws { try target.execute("UPDATE core.things SET n = -1 WHERE id = \(id)") }
  func deleteRow(_ id: Int) throws { try target.execute("DELETE FROM core.things WHERE id = \(id)") }
}
