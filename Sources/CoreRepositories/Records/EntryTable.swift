internal import Database
internal import Guardrails

/// What the repositories of reference data have in common: few rows, by a key that somebody chose.
struct EntryTable<Entity: CoreEntity, Content: RecordContent>: Sendable where Entity.Target == PostgresStore {
  typealias Item = Entry<Content, String>

  let gate: CoreGate<Entity>
  let table: String
  let key: String

  init(_ context: CoreContext, as writer: String, _ table: String, key: String = "id") {
    gate = CoreGate(context, as: writer)
    self.table = table
    self.key = key
  }

  var columns: String { ([key] + Content.columns).joined(separator: ", ") }

  func entry(_ row: Row) throws -> Item { Item(id: try row[key], content: try Content(row: row)) }

  func find(_ id: String) async throws -> Item? { try await find(where: "\(key) = $1", [id]) }

  func find(where condition: String, _ values: [(any DatabaseEncodable)?]) async throws -> Item? {
    try await gate.reading.selectOne("\(columns) FROM \(table) WHERE \(condition)", values).map(entry)
  }

  func all(_ rest: String, _ values: [(any DatabaseEncodable)?] = []) async throws -> [Item] {
    try await gate.reading.select("\(columns) FROM \(table) \(rest)", values).map(entry)
  }

  /// Adds the row, or writes over the one with this key.
  func put(_ id: String, _ content: Content) async throws -> Item {
    let places = (1...Content.columns.count + 1).map { "$\($0)" }.joined(separator: ", ")
    let changes = Content.columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    let values: [(any DatabaseEncodable)?] = [id] + content.values
    return try await gate.write(.upsert) { transaction in
      let row = try await transaction.one(
        "INSERT INTO \(table) (\(columns)) VALUES (\(places)) ON CONFLICT (\(key)) DO UPDATE SET \(changes)"
          + " RETURNING \(columns)", values)
      guard let row else { throw RepositoryError.notFound(entity: Entity.entityName, key: id) }
      return try entry(row)
    }
  }

  /// Writes some columns of one row, whatever the others hold.
  func set(_ assignments: String, _ values: [(any DatabaseEncodable)?], of id: String) async throws -> Item {
    try await gate.write(.update) { transaction in
      let row = try await transaction.one(
        "UPDATE \(table) SET \(assignments) WHERE \(key) = $\(values.count + 1) RETURNING \(columns)",
        values + [id])
      guard let row else { throw RepositoryError.notFound(entity: Entity.entityName, key: id) }
      return try entry(row)
    }
  }

  func delete(_ id: String) async throws -> Bool {
    try await gate.write(.delete) { transaction in
      try await transaction.run("DELETE FROM \(table) WHERE \(key) = $1", [id]) > 0
    }
  }
}
