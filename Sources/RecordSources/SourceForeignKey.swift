public import Codec
public import Mapping
internal import SQLite

/// A foreign key that a source itself declares between its tables.
public struct SourceForeignKey: Sendable, Equatable {
  /// The table that refers.
  public var table: String
  public var columns: [String]
  /// The table referred to.
  public var target: String
  public var targetColumns: [String]
}

extension RecordWriter {
  /// A document store has none.
  public func foreignKeys() throws -> [SourceForeignKey] { [] }

  /// A document store has none.
  public func referred(
    by key: SourceForeignKey, to entity: Entity, from locators: [BSONDocument]?,
    _ body: (BSONDocument) throws -> Void
  ) throws {}
}

extension SQLiteRecordWriter {
  func foreignKeys() throws -> [SourceForeignKey] {
    let tables = try connection.tables()
    return tables.filter { $0.kind == .table }.flatMap { table in
      table.foreignKeys.compactMap { key in
        guard let target = tables.first(where: { $0.name.equalsIgnoringASCIICase(key.table) }),
          !key.columns.isEmpty, key.columns.count == key.referencedColumns.count
        else { return nil }
        return SourceForeignKey(
          table: table.name, columns: key.columns, target: target.name, targetColumns: key.referencedColumns)
      }
    }
  }

  func referred(
    by key: SourceForeignKey, to entity: Entity, from locators: [BSONDocument]?,
    _ body: (BSONDocument) throws -> Void
  ) throws {
    let target = try rows.table(entity)
    let names = rows.locator(target).map { "p.\($0)" }
    guard !names.isEmpty else { return }
    // The left side's collation compares: that of the column referred to, as SQLite's own check does.
    let match = zip(key.columns, key.targetColumns).map {
      "p.\(quotedIdentifier($1)) = c.\(quotedIdentifier($0))"
    }.joined(separator: " AND ")
    var condition = match
    var bindings: [[SQLiteValue]] = [[]]
    if let locators {
      guard let table = try connection.tables().first(where: { $0.name == key.table }) else { return }
      let columns = rows.locator(table)
      guard !columns.isEmpty else { return }
      condition += columns.map { " AND c.\($0) = ?" }.joined()
      bindings = locators.map { rows.bindings($0, columns) }
    }
    let statement = try connection.prepare(
      "SELECT \(names.joined(separator: ", ")) FROM \(quotedIdentifier(target.name)) p WHERE EXISTS"
        + " (SELECT 1 FROM \(quotedIdentifier(key.table)) c WHERE \(condition))")
    for values in bindings {
      try statement.bind(values)
      while try statement.step() {
        var out = ByteBuffer(capacity: 64)
        SQLiteRecordCursor.appendLocator(statement, from: 0, count: names.count, to: &out)
        try body(try BSONDocument(bytes: Array(out.bytes)))
      }
    }
  }
}
