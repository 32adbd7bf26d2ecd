internal import Database
internal import Foundation
internal import Guardrails

/// What the repositories of Postgres' tables have in common: finding, paging, creating, updating and deleting rows by one key.
struct RecordTable<
  Entity: CoreEntity, Content: RecordContent, ID: DatabaseEncodable & DatabaseDecodable & Hashable
>: Sendable where Entity.Target == PostgresStore {
  typealias Record = Stored<Content, ID>

  let gate: CoreGate<Entity>
  let layout: RecordLayout

  init(_ context: CoreContext, as writer: String, _ layout: RecordLayout) {
    gate = CoreGate(context, as: writer)
    self.layout = layout
  }

  /// How the table stands in the backend, where that isn't as in Postgres.
  var old: OldForm? { gate.backend == .sqlite ? layout.old : nil }

  /// All columns of a record.
  var columns: String {
    let names = [layout.key, layout.createdAt] + [layout.updatedAt].compactMap { $0 } + Content.columns
    guard let old else { return names.joined(separator: ", ") }
    return names.map { "\(old.read($0)) AS \($0)" }.joined(separator: ", ")
  }

  /// What keeps rows out that are there, but not for the application; stands behind a condition.
  var existing: String { old.map { $0.condition == "true" ? "" : " AND \($0.condition)" } ?? "" }

  /// A column in a condition or an order.
  func column(_ name: String) -> String { old?.read(name) ?? name }

  /// A value as the backend's column holds it.
  func value(_ column: String, _ value: any DatabaseEncodable) -> DatabaseValue {
    old?.value(column, value.databaseValue) ?? value.databaseValue
  }

  func record(_ row: Row) throws -> Record {
    Record(
      id: try row[layout.key], content: try Content(row: row), createdAt: try row[layout.createdAt],
      updatedAt: try layout.updatedAt.flatMap { try row[$0, as: Date?.self] })
  }

  func find(_ id: ID) async throws -> Record? { try await find(where: "\(column(layout.key)) = $1", [id]) }

  func find(where condition: String, _ values: [(any DatabaseEncodable)?]) async throws -> Record? {
    try await gate.reading.selectOne("\(columns) FROM \(layout.table) WHERE \(condition)\(existing)", values)
      .map(record)
  }

  func all(_ rest: String, _ values: [(any DatabaseEncodable)?] = []) async throws -> [Record] {
    try await gate.reading.select("\(columns) FROM \(layout.table) \(rest)", values).map(record)
  }

  func count(where condition: String, _ values: [(any DatabaseEncodable)?]) async throws -> Int {
    try await gate.reading.selectOne(
      "count(*) AS n FROM \(layout.table) WHERE \(condition)\(existing)", values)?["n"]
      ?? 0
  }

  /// The newest rows first.
  ///
  /// - Parameters:
  ///   - condition: with placeholders from `$1`.
  ///   - limit: at most this many, from 1 to 1000.
  func page(
    where condition: String = "true", _ values: [(any DatabaseEncodable)?] = [], after cursor: PageCursor?,
    limit: Int
  ) async throws -> Page<Record> where ID == String {
    try await page(where: condition, values, after: cursor, limit: limit) { $0 }
  }

  func page(
    where condition: String = "true", _ values: [(any DatabaseEncodable)?] = [], after cursor: PageCursor?,
    limit: Int, _ key: (String) -> ID?
  ) async throws -> Page<Record> {
    let limit = min(max(limit, 1), 1000)
    var condition = condition + existing
    var values = values
    let time = old.map { $0.name(layout.createdAt) } ?? layout.createdAt
    if let cursor {
      guard let id = key(cursor.key) else { throw RepositoryError.invalidCursor }
      condition +=
        " AND (\(time), \(column(layout.key))) < ($\(values.count + 1)\(old == nil ? "::timestamptz" : ""),"
        + " $\(values.count + 2))"
      values += [value(layout.createdAt, cursor.time), id]
    }
    // One more than asked for says whether there is a next page.
    let rows = try await all(
      "WHERE \(condition) ORDER BY \(time) DESC, \(column(layout.key)) DESC LIMIT \(limit + 1)", values)
    let items = Array(rows.prefix(limit))
    let next = rows.count > limit ? items.last.map { PageCursor($0.createdAt, "\($0.id)") } : nil
    return Page(items: items, next: next)
  }

  /// Columns without a value get the table's defaults.
  func create(_ content: Content, id: ID? = nil, createdAt: Date? = nil) async throws -> Record {
    let sql = insertion(content, id: id, createdAt: createdAt)
    return try await gate.write(.insert) { transaction in
      try record(try await transaction.one(sql.text + " RETURNING \(columns)", sql.values))
    }
  }

  /// Creates the row, or updates the one that has the same natural key.
  ///
  /// - Parameter key: the columns of a unique index.
  func upsert(_ content: Content, by key: [String], id: ID? = nil) async throws -> Record {
    let sql = insertion(content, id: id, createdAt: nil)
    var changes = Content.columns.filter { !key.contains($0) }.map { "\($0) = excluded.\($0)" }
    // What the insertion leaves to defaults is NULL in the contents, and becomes so.
    changes = changes.filter { change in sql.columns.contains { change.hasPrefix("\($0) = ") } }
    changes += zip(Content.columns, content.values).filter { $1 == .null && !key.contains($0) }.map {
      "\($0.0) = NULL"
    }
    if let touch = touch { changes.append(touch) }
    return try await gate.write(.upsert) { transaction in
      try record(
        try await transaction.one(
          "\(sql.text) ON CONFLICT (\(key.joined(separator: ", "))) DO UPDATE SET \(changes.joined(separator: ", "))"
            + " RETURNING \(columns)", sql.values))
    }
  }

  /// Writes the contents, if the row is as it was when it was read.
  func update(_ record: Record) async throws -> Record {
    var changes = Content.columns.enumerated().map { "\(old?.name($1) ?? $1) = $\($0 + 1)" }
    if let touch { changes.append(touch) }
    var values: [(any DatabaseEncodable)?] = zip(Content.columns, record.content.values).map { value($0, $1) }
    values.append(record.id)
    var condition = "\(column(layout.key)) = $\(values.count)\(existing)"
    if let updatedAt = layout.updatedAt {
      values.append(record.updatedAt)
      condition += " AND \(updatedAt) IS NOT DISTINCT FROM $\(values.count)::timestamptz"
    }
    return try await gate.write(.update) { transaction in
      let row = try await transaction.one(
        "UPDATE \(layout.table) SET \(changes.joined(separator: ", ")) WHERE \(condition) RETURNING \(columns)",
        values)
      if let row { return try self.record(row) }
      let isThere = try await transaction.one(
        "SELECT 1 FROM \(layout.table) WHERE \(column(layout.key)) = $1", [record.id])
      throw isThere == nil
        ? RepositoryError.notFound(entity: layout.entity, key: "\(record.id)")
        : RepositoryError.changedMeanwhile(entity: layout.entity, key: "\(record.id)")
    }
  }

  /// Writes some columns of one row, whatever the others hold.
  func set(_ assignments: String, _ values: [(any DatabaseEncodable)?], of id: ID) async throws -> Record {
    let sql =
      "UPDATE \(layout.table) SET \(assignments)\(touch.map { ", " + $0 } ?? "") WHERE \(layout.key) = $\(values.count + 1)"
      + " RETURNING \(columns)"
    return try await gate.write(.update) { transaction in
      guard let row = try await transaction.one(sql, values + [id]) else {
        throw RepositoryError.notFound(entity: layout.entity, key: "\(id)")
      }
      return try record(row)
    }
  }

  /// Deletes a row, and what the foreign keys take along.
  ///
  /// - Returns: whether it was there.
  func delete(_ id: ID) async throws -> Bool {
    try await gate.write(.delete) { transaction in
      try await transaction.run("DELETE FROM \(layout.table) WHERE \(column(layout.key)) = $1", [id]) > 0
    }
  }

  /// A later time with each change, also of two within one transaction.
  var touch: String? {
    layout.updatedAt.map {
      "\($0) = greatest(clock_timestamp(), \(layout.table).\($0) + interval '1 microsecond')"
    }
  }

  func insertion(
    _ content: Content, id: ID?, createdAt: Date?
  ) -> (text: String, columns: [String], values: [(any DatabaseEncodable)?]) {
    var parts: [(String, any DatabaseEncodable)] = zip(Content.columns, content.values).filter { $1 != .null }
    if let id { parts.insert((layout.key, id), at: 0) }
    if let createdAt { parts.append((layout.createdAt, createdAt)) }
    parts = parts.map { (old?.name($0) ?? $0, value($0, $1)) }
    let columns = parts.map(\.0)
    let places = (1...max(parts.count, 1)).map { "$\($0)" }.joined(separator: ", ")
    return (
      "INSERT INTO \(layout.table) (\(columns.joined(separator: ", "))) VALUES (\(places))", columns,
      parts.map(\.1)
    )
  }

  func record(_ row: Row?) throws -> Record {
    guard let row else { throw RepositoryError.notFound(entity: layout.entity, key: "") }
    return try record(row)
  }
}
