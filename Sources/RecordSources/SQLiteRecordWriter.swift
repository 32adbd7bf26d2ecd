internal import Codec
internal import Mapping
internal import SQLite

/// Changes rows inside one transaction that keeps other writers out from the reading to the commit.
final class SQLiteRecordWriter: RecordWriter {
  let connection: SQLiteConnection
  let rows: SQLiteSession
  var session: any SourceSession { rows }
  private var held: [[UInt8]: BSONDocument] = [:]
  private var isOpen = false

  init(_ connection: SQLiteConnection) {
    self.connection = connection
    rows = SQLiteSession(connection)
  }

  func begin(_ plan: EntityPlan, _ locators: [BSONDocument], into encoder: RecordEncoder) throws -> (
    cursor: any RecordCursor, rest: [BSONDocument]
  ) {
    held.removeAll()
    if !isOpen {
      // The file's own rules hold for what is done here, too.
      try connection.execute("PRAGMA foreign_keys = ON; BEGIN IMMEDIATE")
      isOpen = true
    }
    for locator in locators { held[locator.bytes] = try current(locator, of: plan.entity) }
    return (try rows.fetch(plan, locators, into: encoder), [])
  }

  func record(_ locator: BSONDocument) -> BSONDocument? { held[locator.bytes] }

  func current(_ locator: BSONDocument, of entity: Entity) throws -> BSONDocument? {
    let table = try rows.table(entity)
    let names = table.columns.map(\.name)
    let statement = try connection.prepare(
      "SELECT \(names.map(quotedIdentifier).joined(separator: ", ")) FROM \(quotedIdentifier(table.name))"
        + " WHERE \(condition(table))")
    try statement.bind(rows.bindings(locator, rows.locator(table)))
    guard try statement.step() else { return nil }
    return BSONDocument(names.enumerated().map { ($1, Self.bson(statement.value($0))) })
  }

  func apply(_ change: RecordChange, to locator: BSONDocument, of entity: Entity) throws -> Bool {
    let table = try rows.table(entity)
    let sql: String
    switch change {
    case .delete: sql = "DELETE FROM \(quotedIdentifier(table.name)) WHERE \(condition(table))"
    case .setNull(let values):
      let sets = values.compactMap { value -> String? in
        guard case .field(let name)? = value.path.steps.first, value.path.steps.count == 1 else { return nil }
        return "\(quotedIdentifier(name)) = NULL"
      }
      guard sets.count == values.count else { return false }
      sql =
        "UPDATE \(quotedIdentifier(table.name)) SET \(sets.joined(separator: ", ")) WHERE \(condition(table))"
    case .pull, .pullElements: return false
    }
    let statement = try connection.prepare(sql + " RETURNING 1")
    try statement.bind(rows.bindings(locator, rows.locator(table)))
    var count = 0
    while try statement.step() { count += 1 }
    return count == 1
  }

  func end(keeping: Bool) throws {
    held.removeAll()
    guard isOpen else { return }
    isOpen = false
    try connection.execute(keeping ? "COMMIT" : "ROLLBACK")
  }

  private func condition(_ table: SQLiteTable) -> String {
    rows.locator(table).map { "\($0) = ?" }.joined(separator: " AND ")
  }

  private static func bson(_ value: SQLiteValue) -> BSONValue {
    switch value {
    case .null: .null
    case .integer(let integer): .int64(integer)
    case .real(let real): .double(real)
    case .text(let text): .string(text)
    // As quarantine keeps it: text that isn't UTF-8 is no BSON string.
    case .textBytes(let bytes): .binary(subtype: 0x80, bytes)
    case .blob(let bytes): .binary(subtype: 0, bytes)
    }
  }
}
