internal import Backfill
internal import Codec
internal import Executors
internal import Foundation
internal import Mapping
internal import Postgres
internal import RecordSources

/// Asks a source, now, whether it has records with the keys of rows that are to be deleted.
///
/// Where the key is `_id` as it stands, each is looked up. Elsewhere a key can't be turned back into what the source
/// holds, so that all its keys are read.
final class DeletionKeys {
  private let plan: EntityPlan
  private let context: BackfillContext
  private let connection: PostgresConnection
  /// A table of its own for each entity: all of them are asked in one repair.
  private let seen: String

  init(_ plan: EntityPlan, context: BackfillContext, connection: PostgresConnection) throws {
    self.plan = plan
    self.context = context
    self.connection = connection
    let definitions = plan.keyColumns.map(\.temporaryDefinition).joined(separator: ", ")
    let name = "kedge_source_keys_" + SHA256.hex(of: plan.entity.name).prefix(24)
    seen = "pg_temp.\(name)"
    _ = try connection.execute("DROP TABLE IF EXISTS \(seen)")
    _ = try connection.execute("CREATE TEMP TABLE \(name) (\(definitions))")
  }

  /// Which actions' keys the source has, of those that are looked up; nil where all keys have to be read.
  func lookUp(_ numbers: [Int]) throws -> Set<Int>? {
    let session = try freshSession()
    guard let spelling = try spelling(session) else { return nil }
    let rows = try connection.query(
      "SELECT key[1] AS k FROM \(ActionTable.name) WHERE number = ANY($1::int[])",
      [.text(ActionTable.list(numbers))])
    let locators = try rows.map { ["_id": spelling(try $0["k"] ?? "")] as BSONDocument }
    let encoder = RecordEncoder(plan: plan.record)
    _ = try connection.execute("DELETE FROM \(seen)")
    try take(try session.fetch(plan, locators, into: encoder), encoder)
    return try matches(numbers)
  }

  /// Reads all keys of the source; ask ``matches(_:)`` afterwards.
  func readAll() throws {
    let session = try freshSession()
    let encoder = RecordEncoder(plan: plan.record)
    _ = try connection.execute("TRUNCATE \(seen)")
    try take(try session.read(plan, .everything, order: .any, into: encoder), encoder)
    _ = try connection.execute("ANALYZE \(seen)")
  }

  /// Which of these actions' keys were among those read.
  func matches(_ numbers: [Int]) throws -> Set<Int> {
    let match = plan.keyColumns.enumerated().map { index, column in
      "k.\(quotedIdentifier(column.name)) = (a.key[\(index + 1)])::\(column.type.base.sql)"
    }.joined(separator: " AND ")
    return Set(
      try connection.query(
        """
        SELECT number FROM \(ActionTable.name) a WHERE number = ANY($1::int[])
          AND EXISTS (SELECT FROM \(seen) k WHERE \(match))
        """, [.text(ActionTable.list(numbers))]
      ).map { try $0.int("number") })
  }

  private func freshSession() throws -> any SourceSession {
    guard let session = try context.source(of: plan).openSessions(1).take() else {
      throw SourceProblem(entity: plan.entity.name, message: "the source gave no session")
    }
    return session
  }

  /// How a key's text is spelt as an `_id`, where each text is one value's alone.
  private func spelling(_ session: any SourceSession) throws -> ((String) -> BSONValue)? {
    guard plan.slotNames.isEmpty, plan.key.count == 1, let column = plan.keyColumns.first,
      let field = plan.entity.fields.first(where: { $0.column == column.name }),
      field.paths.map(\.steps) == [[.field("_id")]]
    else { return nil }
    switch try session.keyUniqueness(plan) {
    case .always where field.transforms.isEmpty:
      switch column.type.base {
      case .text, .varchar: return { .string($0) }
      case .smallint, .integer, .bigint: return { Int64($0).map(BSONValue.int64) ?? .string($0) }
      default: return nil
      }
    case .among(let kind) where kind == .objectID:
      guard column.type.base.isText, try session.keyKindHolds(plan, kind) else { return nil }
      return { ObjectID($0).map(BSONValue.objectID) ?? .string($0) }
    default: return nil
    }
  }

  /// Notes the keys of records that take part. One that can't land has a key all the same: its row isn't extra.
  private func take(_ cursor: any RecordCursor, _ encoder: RecordEncoder) throws {
    let keys = RowBuffer()
    var read = 0
    while try cursor.next() {
      read += 1
      let start = keys.bytes.count
      var takesPart = true
      do throws(Refusal) {
        try cursor.fill()
        takesPart = encoder.matchesFilters()
      } catch { takesPart = true }
      guard takesPart else { continue }
      keys.bytes.appendBigEndian(Int16(plan.key.count))
      do throws(Refusal) {
        try encoder.encodeKey(to: &keys.bytes)
        keys.count += 1
      } catch { keys.bytes.truncate(to: start) }
      if keys.bytes.count > 1 << 18 { try send(keys) }
      if read % 1000 == 0, context.stop.isSet { throw RepairInterruption() }
    }
    try send(keys)
  }

  private func send(_ keys: RowBuffer) throws {
    guard keys.count > 0 else { return }
    let columns = plan.keyColumns.map { quotedIdentifier($0.name) }.joined(separator: ", ")
    try connection.beginCopyIn("COPY \(seen) (\(columns)) FROM STDIN (FORMAT binary)")
    try CopyBinary.header.withUnsafeBytes { try connection.putCopyData($0) }
    try connection.putCopyData(keys.bytes.bytes)
    try CopyBinary.trailer.withUnsafeBytes { try connection.putCopyData($0) }
    _ = try connection.endCopyIn()
    keys.removeAll()
  }
}

/// Thrown inside a repair when the stop flag was set.
struct RepairInterruption: Error {}
