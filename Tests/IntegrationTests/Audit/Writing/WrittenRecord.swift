import Codec
import TestSupport

/// A record of the tests that write while an audit runs, as both stores have to hold it.
struct WrittenRecord: Sendable, Equatable {
  var id: Int
  var version: Int
  var flag: Bool
  var name: String
  var tags: [String]

  init(id: Int, version: Int = 0, tags: [String] = ["new"]) {
    (self.id, self.version, flag, self.tags) = (id, version, id % 2 == 0, tags)
    name = "Zoé \(id)"
  }

  /// Changes some of it.
  mutating func change(_ random: inout SeededRandom) {
    version += 1
    switch random.below(4) {
    // A flag that goes back and forth looks as it did before, although it changed.
    case 0:
      version -= 1
      flag.toggle()
    case 1: name = "Zoé \(id), \(random.below(1000))"
    case 2: tags.append("t\(random.below(10))")
    default: if !tags.isEmpty { tags.remove(at: random.below(tags.count)) }
    }
    if tags.count > 5 { tags = [] }
  }

  static func mapping(_ store: PlantedStore) -> String {
    """
    entity: items
    owner: core
    source: \(store == .mongo ? "{ store: app, collection: items }" : "{ store: file, table: items }")
    key: [id]
    fields:
      id: \(store == .mongo ? "{ from: _id, type: bigint }" : "bigint")
      version: integer
      flag: { type: boolean\(store == .mongo ? "" : ", transforms: [boolean]") }
      name: text
    \(store == .mongo ? "" : "json-text: [tags]")
    children:
      tags: { fields: { tag: { from: "@", type: text } } }
    """
  }

  static let sqliteTable = "CREATE TABLE items (id INTEGER PRIMARY KEY, version, flag, name, tags)"

  var document: BSONDocument {
    [
      "_id": .int64(Int64(id)), "version": BSONValue(version), "flag": .bool(flag), "name": .string(name),
      "tags": BSONValue(tags.map { .string($0) }),
    ]
  }

  /// A statement of SQLite that inserts or replaces it.
  var sqlite: String {
    let list = tags.map { "\"\($0)\"" }.joined(separator: ",")
    return "INSERT OR REPLACE INTO items VALUES (\(id), \(version), \(flag ? 1 : 0), '\(name)', '[\(list)]')"
  }

  /// Statements of Postgres that insert or replace it, with its children.
  var postgres: String {
    let row = "(\(id), \(version), \(flag), '\(name)')"
    let children = tags.enumerated().map { "(\(id), \($0.offset), '\($0.element)')" }.joined(separator: ", ")
    return """
      INSERT INTO core.items (id, version, flag, name) VALUES \(row)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, flag = excluded.flag, name = excluded.name;
      DELETE FROM core.items_tags WHERE items_id = \(id)
      """ + (tags.isEmpty ? "" : "; INSERT INTO core.items_tags VALUES \(children)")
  }
}
