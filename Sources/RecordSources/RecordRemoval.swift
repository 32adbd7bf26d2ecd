internal import Codec
internal import Mapping
internal import Mongo
internal import SQLite

/// Deleting many documents in one command, each by its `_id` alone.
extension MongoRecordWriter {
  func count(of entity: Entity) throws -> Int {
    // The server's books may be off after a crash, or while shards move.
    let cursor = try connection.aggregate(
      entity.collection, pipeline: [["$group": ["_id": nil, "n": ["$sum": 1]]]])
    return try cursor.next().map { try BSONDocument(bytes: Array($0))["n"]?.integer ?? 0 } ?? 0
  }

  func remove(_ locators: [BSONDocument], of entity: Entity) throws -> Int {
    let ids = locators.compactMap { $0["_id"] }
    guard !ids.isEmpty else { return 0 }
    let statement: BSONDocument = [
      "q": ["_id": ["$in": BSONValue(ids)]], "limit": 0, "collation": .document(Self.collation),
    ]
    return try connection.run(
      command: ["delete": .string(entity.collection), "deletes": [.document(statement)]])["n"]?.integer ?? 0
  }
}

/// Deleting many rows in one transaction, each by its locator.
extension SQLiteRecordWriter {
  func count(of entity: Entity) throws -> Int {
    let rows = try connection.query("SELECT count(*) FROM \(quotedIdentifier(rows.table(entity).name))")
    if case .integer(let count)? = rows.first?.first { return Int(count) }
    return 0
  }

  func remove(_ locators: [BSONDocument], of entity: Entity) throws -> Int {
    let table = try rows.table(entity)
    let columns = rows.locator(table)
    guard !columns.isEmpty else {
      throw SourceProblem(
        entity: entity.name, message: "\"\(table.name)\" is a view, or has no key: its rows can't be deleted")
    }
    let condition = columns.map { "\($0) = ?" }.joined(separator: " AND ")
    // Foreign keys are what the caller looks after; checked here, each row would be looked for in every table that refers.
    try connection.execute("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE")
    do {
      let statement = try connection.prepare(
        "DELETE FROM \(quotedIdentifier(table.name)) WHERE \(condition) RETURNING 1")
      var count = 0
      for locator in locators {
        try statement.bind(rows.bindings(locator, columns))
        while try statement.step() { count += 1 }
      }
      statement.reset()
      try connection.execute("COMMIT")
      return count
    } catch {
      try connection.execute("ROLLBACK")
      throw error
    }
  }
}
