internal import Codec
public import Mapping
internal import SQLite
internal import Synchronization

/// A SQLite database file as a source: opened read-only, every session reading one and the same snapshot.
public struct SQLiteSource: RecordSource {
  public let path: String
  public var kind: Store.Kind { .sqlite }
  public var identity: String { "sqlite:" + path }

  private let first = FirstFile()

  public init(path: String) { self.path = path }

  public func openSessions(_ count: Int) throws -> SessionPool {
    let group = try SQLiteSnapshotGroup(path: path, count: count, expected: first.identity.withLock { $0 })
    first.identity.withLock { $0 = group.identity }
    return SessionPool(group.connections.map { SQLiteSession($0) })
  }
}

extension SQLiteSource {
  public func openWriter() throws -> any RecordWriter {
    SQLiteRecordWriter(try SQLiteConnection(path: path, mode: .readWrite))
  }
}

/// The file that the source's first session opened: later ones read the same, or fail.
private final class FirstFile: Sendable {
  let identity = Mutex<SQLiteFileIdentity?>(nil)
}

/// One connection that reads tables by ranges of rowids, or of the primary key where there are no rowids.
///
/// A table with rowids is never chunked by its declared primary key: SQLite lets such keys hold NULL, and a range
/// comparison would lose those rows.
final class SQLiteSession: SourceSession {
  let connection: SQLiteConnection
  private var tables: [String: SQLiteTable] = [:]

  init(_ connection: SQLiteConnection) { self.connection = connection }

  func table(_ entity: Entity) throws -> SQLiteTable {
    if tables.isEmpty {
      tables = Dictionary(
        try connection.tables().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
    if let table = tables[entity.collection] { return table }
    throw SourceProblem(
      entity: entity.name,
      message: "the source has no table \"\(entity.collection)\"; correct source.table"
        + " (\(entity.location.file):\(entity.location.line)) or the source's path")
  }

  /// The columns that name a row for good: SQL expressions, already quoted. Empty for views.
  func locator(_ table: SQLiteTable) -> [String] {
    if let rowID = table.rowIDName { return [quotedIdentifier(rowID)] }
    // Compared as the key's own index compares, which may be another way than the column's: else two keys that the
    // index keeps apart could be one to a range, and a chunk would never end.
    let index = table.uniqueIndexes.first { $0.origin == .primaryKey }
    return table.primaryKey.map { name in
      guard let place = index?.columns.firstIndex(of: name), let collation = index?.collations[place] else {
        return quotedIdentifier(name)
      }
      return "\(quotedIdentifier(name)) COLLATE \(quotedIdentifier(collation))"
    }
  }

  private func rowValue(_ columns: [String], _ comparison: String) -> String {
    let places = Array(repeating: "?", count: columns.count).joined(separator: ", ")
    return "(\(columns.joined(separator: ", "))) \(comparison) (\(places))"
  }

  func bindings(_ locator: BSONDocument, _ columns: [String]) -> [SQLiteValue] {
    guard let values = locator["k"]?.elements else { return [] }
    return values.map { value in
      switch value {
      case .int64(let integer): .integer(integer)
      case .double(let real): .real(real)
      case .string(let text): .text(text)
      case .binary(let subtype, let bytes) where subtype == 0x80: .textBytes(bytes)
      case .binary(_, let bytes): .blob(bytes)
      default: .null
      }
    }
  }

  func hasRanges(_ plan: EntityPlan) throws -> Bool { try !locator(table(plan.entity)).isEmpty }

  func boundary(of plan: EntityPlan, in range: ChunkRange, size: Int) throws -> BSONDocument? {
    let table = try table(plan.entity)
    let columns = locator(table)
    guard !columns.isEmpty else { return nil }
    let (conditions, values) = bounds(range, columns)
    var sql = "SELECT \(columns.joined(separator: ", ")) FROM \(quotedIdentifier(table.name))"
    if !conditions.isEmpty { sql += " WHERE " + conditions.joined(separator: " AND ") }
    sql += " ORDER BY \(columns.joined(separator: ", ")) LIMIT 1 OFFSET \(size)"
    let statement = try connection.prepare(sql)
    try statement.bind(values)
    guard try statement.step() else { return nil }
    var out = ByteBuffer(capacity: 64)
    SQLiteRecordCursor.appendLocator(statement, from: 0, count: columns.count, to: &out)
    return try BSONDocument(bytes: Array(out.bytes))
  }

  fileprivate func bounds(_ range: ChunkRange, _ columns: [String]) -> (
    conditions: [String], values: [SQLiteValue]
  ) {
    var conditions: [String] = []
    var values: [SQLiteValue] = []
    if let lower = range.lower {
      conditions.append(rowValue(columns, ">="))
      values += bindings(lower, columns)
    }
    if let upper = range.upper {
      conditions.append(rowValue(columns, "<"))
      values += bindings(upper, columns)
    }
    return (conditions, values)
  }

  func read(_ plan: EntityPlan, _ range: ChunkRange, order: ReadOrder, into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    // A chunk is never half of one file and half of another that was put in its place.
    try connection.requireSameFile()
    let table = try table(plan.entity)
    let columns = locator(table)
    let (conditions, values) = bounds(range, columns)
    let ordering: [String] =
      switch order {
      case .locator, .any: columns
      case .key: plan.key.compactMap { plan.entity.fields[$0].paths.first }.map { expression($0, table) }
      }
    return try cursor(plan, table, conditions, values, ordering: ordering, encoder)
  }

  func fetch(_ plan: EntityPlan, _ locators: [BSONDocument], into encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    try connection.requireSameFile()
    let table = try table(plan.entity)
    let columns = locator(table)
    var values: [SQLiteValue] = []
    for locator in locators { values += bindings(locator, columns) }
    let one = "(" + Array(repeating: "?", count: columns.count).joined(separator: ", ") + ")"
    let all = Array(repeating: one, count: locators.count).joined(separator: ", ")
    return try cursor(
      plan, table, ["(\(columns.joined(separator: ", "))) IN (VALUES \(all))"], values, ordering: columns,
      encoder)
  }

  private func expression(_ path: ValuePath, _ table: SQLiteTable) -> String {
    guard case .field(let name)? = path.steps.first else { return "NULL" }
    if table.columns.contains(where: { $0.name == name }) { return quotedIdentifier(name) }
    return table.rowIDName.map(quotedIdentifier) ?? "NULL"
  }

  private func cursor(
    _ plan: EntityPlan, _ table: SQLiteTable, _ conditions: [String], _ values: [SQLiteValue],
    ordering: [String], _ encoder: RecordEncoder
  ) throws -> SQLiteRecordCursor {
    let slots = plan.slotNames.map { expression(ValuePath(field: $0), table) }
    // Everything else of the row, for the rest column and for quarantine.
    let others = table.dataColumns.filter { !plan.slotNames.contains($0) }
    let locator = locator(table)
    let all = slots + others.map(quotedIdentifier) + locator
    var sql = "SELECT \(all.joined(separator: ", ")) FROM \(quotedIdentifier(table.name))"
    if !conditions.isEmpty { sql += " WHERE " + conditions.joined(separator: " AND ") }
    if !ordering.isEmpty { sql += " ORDER BY " + ordering.joined(separator: ", ") }
    let statement = try connection.prepare(sql)
    try statement.bind(values)
    return SQLiteRecordCursor(
      statement, encoder: encoder, names: plan.slotNames + others, slotCount: slots.count,
      locatorCount: locator.count)
  }

  func estimatedCount(of entity: Entity) throws -> Int? {
    let table = try table(entity)
    let rows = try connection.query("SELECT count(*) FROM \(quotedIdentifier(table.name))", [])
    if case .integer(let count)? = rows.first?.first { return Int(count) }
    return nil
  }

  func verify(_ plan: EntityPlan) throws {
    let table = try table(plan.entity)
    guard table.kind != .view else {
      throw SourceProblem(
        entity: plan.entity.name,
        message: "\"\(table.name)\" is a view, whose rows have no key that SQLite vouches for;"
          + " map the tables that it reads, or make a table of it with CREATE TABLE … AS")
    }
    for field in plan.entity.fields {
      for path in field.paths {
        guard case .field(let name)? = path.steps.first else { continue }
        if table.columns.contains(where: { $0.name == name }) { continue }
        if let rowID = table.rowIDName, name.lowercased() == rowID { continue }
        throw SourceProblem(
          entity: plan.entity.name,
          message: "table \"\(table.name)\" has no column \"\(name)\""
            + " (\(field.location.file):\(field.location.line):\(field.location.column));"
            + " its columns are \(table.columns.map(\.name).joined(separator: ", "))")
      }
    }
    for name in plan.slotNames where !table.columns.contains(where: { $0.name == name }) {
      // A filter or a child table; without a column of that name, SQLite would be asked for something else.
      if let rowID = table.rowIDName, name.lowercased() == rowID { continue }
      throw SourceProblem(
        entity: plan.entity.name,
        message: "table \"\(table.name)\" has no column \"\(name)\", which a filter or a child table names"
          + " (\(plan.entity.location.file):\(plan.entity.location.line));"
          + " its columns are \(table.columns.map(\.name).joined(separator: ", "))")
    }
    let key = plan.key.compactMap { index -> String? in
      guard case .field(let name)? = plan.entity.fields[index].paths.first?.steps.first else { return nil }
      return name
    }
    let isRowID = key.count == 1 && !table.columns.contains { $0.name == key[0] }
    let isUnique =
      isRowID || Set(key) == Set(table.primaryKey) && !key.isEmpty
      || table.uniqueIndexes.contains { Set($0.columns) == Set(key.map(Optional.some)) && !$0.isPartial }
    guard isUnique else {
      throw SourceProblem(
        entity: plan.entity.name,
        message: "the key (\(key.joined(separator: ", "))) is neither the primary key nor unique in table"
          + " \"\(table.name)\", so two rows could claim one; use its primary key, or rowid")
    }
  }

  func contents() throws -> [String] {
    try connection.tables().filter { ($0.kind == .table || $0.kind == .virtual) && !$0.isKedges }.map(\.name)
  }

  func verifyContents(of plan: EntityPlan) throws {
    let table = try table(plan.entity)
    if table.kind == .table { try connection.verifyStructure(of: table.name) }
  }
}

extension SQLiteSession {
  func keyIsLocator(_ plan: EntityPlan) throws -> Bool {
    let table = try table(plan.entity)
    let names = plan.key.map { index -> String? in
      guard plan.entity.fields.indices.contains(index), plan.entity.fields[index].paths.count == 1,
        case .field(let name)? = plan.entity.fields[index].paths[0].steps.first
      else { return nil }
      return name
    }
    if table.rowIDName != nil {
      guard names.count == 1, let name = names[0] else { return false }
      return name == table.integerPrimaryKeyAlias || !table.columns.contains { $0.name == name }
    }
    return names == table.primaryKey.map(Optional.some)
  }

  /// Answered from the table's own tree; other columns are skipped.
  func readLocators(_ plan: EntityPlan, _ range: ChunkRange, encoder: RecordEncoder) throws
    -> any RecordCursor
  {
    try connection.requireSameFile()
    let table = try table(plan.entity)
    let columns = locator(table)
    let (conditions, values) = bounds(range, columns)
    var sql = "SELECT \(columns.joined(separator: ", ")) FROM \(quotedIdentifier(table.name))"
    if !conditions.isEmpty { sql += " WHERE " + conditions.joined(separator: " AND ") }
    sql += " ORDER BY \(columns.joined(separator: ", "))"
    let statement = try connection.prepare(sql)
    try statement.bind(values)
    return SQLiteRecordCursor(
      statement, encoder: encoder, names: [], slotCount: 0, locatorCount: columns.count)
  }

  /// `verify` has made sure that the key's columns are unique together, as the source compares them.
  func keyUniqueness(_ plan: EntityPlan) throws -> KeyUniqueness {
    let table = try table(plan.entity)
    let fields = plan.key.map { plan.entity.fields[$0] }
    if fields.count == 1, case .field(let name)? = fields[0].paths.first?.steps.first,
      fields[0].keepsIntegersApart,
      table.rowIDName != nil,
      name == table.integerPrimaryKeyAlias || !table.columns.contains(where: { $0.name == name })
    {
      return .always
    }
    return fields.allSatisfy(\.keepsValuesApart) ? .always : .never
  }

  func keyKindHolds(_ plan: EntityPlan, _ kind: ValueKind) throws -> Bool { false }
}

/// Rows of one SELECT: first the slots' columns, then the others, then the locator's.
final class SQLiteRecordCursor: RecordCursor {
  private let statement: SQLiteStatement
  private let encoder: RecordEncoder
  private let slotCount: Int
  private let firstLocator: Int
  private let locatorCount: Int
  private let names: NameTable
  /// Values of the columns that have no slot.
  private var others: [RawValue]
  private let hasOthers: Bool

  init(
    _ statement: SQLiteStatement, encoder: RecordEncoder, names: [String], slotCount: Int, locatorCount: Int
  ) {
    self.statement = statement
    self.encoder = encoder
    self.slotCount = slotCount
    firstLocator = names.count
    self.locatorCount = locatorCount
    self.names = NameTable(names)
    others = Array(repeating: .missing, count: names.count - slotCount)
    hasOthers = names.count > slotCount
  }

  func next() throws -> Bool { try statement.step() }

  func close() { statement.reset() }

  func fill() throws(Refusal) {
    statement.fill(encoder.slots, count: slotCount)
    if !hasOthers { return try encoder.begin() }
    for index in others.indices { others[index] = statement.rawValue(slotCount + index) }
    var failure: Refusal?
    names.names[slotCount...].withUnsafeBufferPointer { keys in
      others.withUnsafeBufferPointer {
        do throws(Refusal) { try encoder.begin(others: keys, $0) } catch { failure = error }
      }
    }
    if let failure { throw failure }
  }

  func appendRecord(to out: inout ByteBuffer) {
    let start = BSONBuilder.begin(&out)
    for column in names.names.indices {
      Self.append(names.names[column], statement.rawValue(column), to: &out)
    }
    Self.end(start, in: &out)
  }

  func appendLocator(to out: inout ByteBuffer) {
    Self.appendLocator(statement, from: firstLocator, count: locatorCount, to: &out)
  }

  /// `{k: [values]}`.
  static func appendLocator(
    _ statement: SQLiteStatement, from first: Int, count: Int, to out: inout ByteBuffer
  ) {
    let start = BSONBuilder.begin(&out)
    out.append(4)
    out.append("k\0" as StaticString)
    let array = BSONBuilder.begin(&out)
    for offset in 0..<count {
      var digits = offset == 0 ? "0" : "\(offset)"
      digits.withUTF8 { append(UnsafeRawBufferPointer($0), statement.rawValue(first + offset), to: &out) }
    }
    end(array, in: &out)
    end(start, in: &out)
  }

  /// SQLite's values are at most a billion bytes and its names hold no NUL, so neither refusal can happen; were it to, the
  /// element would be left out of what quarantine keeps, and the record quarantined all the same.
  private static func append(_ key: UnsafeRawBufferPointer, _ value: RawValue, to out: inout ByteBuffer) {
    let before = out.count
    do throws(Refusal) { try BSONBuilder.append(key: key, kept(value), to: &out) } catch {
      out.truncate(to: before)
    }
  }

  private static func end(_ start: Int, in out: inout ByteBuffer) {
    out.append(0)
    out.patchLittleEndian(Int32(truncatingIfNeeded: out.count - start), at: start)
  }

  /// Text that isn't UTF-8 can't be a BSON string: it is kept as binary of the user-defined subtype 0x80.
  private static func kept(_ value: RawValue) -> RawValue {
    guard value.kind == .string, !UTF8Check.isValid(value.bytes) else { return value }
    return RawValue(kind: .binary, bytes: value.bytes, subtype: 0x80)
  }
}

/// Column names as bytes that stay in one place.
private final class NameTable {
  let names: [UnsafeRawBufferPointer]
  init(_ names: [String]) {
    self.names = names.map { name in
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, name.utf8.count), alignment: 1)
      copy.copyBytes(from: name.utf8)
      return UnsafeRawBufferPointer(rebasing: copy[..<name.utf8.count])
    }
  }
  deinit {
    for name in names { name.deallocate() }
  }
}

extension SQLiteTable {
  /// Names of the columns that hold data: the hidden ones of a virtual table are its way of being asked.
  fileprivate var dataColumns: [String] { columns.filter { $0.kind != .hidden }.map(\.name) }
}
