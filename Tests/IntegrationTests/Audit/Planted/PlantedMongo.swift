import Codec
import Mongo
import TestSupport

/// The two records of one plant in a Mongo source.
struct PlantedMongo {
  let database: TestMongo
  let entity: String
  let first: Int
  let second: Int

  func id(_ number: Int) -> BSONValue {
    switch entity {
    case "labels": number % 2 == 0 ? .string("k\(number)") : BSONValue(number)
    case "pairs": BSONValue(number)
    default: .int64(Int64(number) * 10)
    }
  }

  /// Changes a field of the first record; nil takes it away.
  func set(_ field: String, _ value: BSONValue?, of number: Int? = nil) throws {
    let change: BSONDocument =
      if let value { ["$set": [field: value]] } else { ["$unset": [field: 1]] }
    try database.update(entity, id: id(number ?? first), change)
  }

  func delete(_ number: Int? = nil) throws { try database.delete(entity, id: id(number ?? first)) }

  func document(_ number: Int? = nil) throws -> BSONDocument {
    let cursor = try database.connection.find(entity, filter: ["_id": id(number ?? first)])
    guard let raw = try cursor.next(), let document = BSONDocument(copying: raw) else {
      throw UnexpectedResult(description: "\(entity) has no record \(number ?? first)")
    }
    return document
  }

  /// Puts the first record under another `_id`.
  func rename(to id: BSONValue) throws {
    var copy = try document()
    copy["_id"] = id
    try delete()
    try database.insert(entity, [copy])
  }
}
