internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres
internal import RecordSources

/// Reads the keys of source records into a temporary table, so that the server can say which of its rows have a record.
final class SourceKeys {
  static let table = "pg_temp.kedge_present"
  /// Bytes held before they are sent on.
  private static let bytes = 1 << 18

  private let plan: EntityPlan
  private let connection: PostgresConnection
  private let encoder: RecordEncoder
  private let keys = RowBuffer()

  init(_ plan: EntityPlan, connection: PostgresConnection) {
    self.plan = plan
    self.connection = connection
    encoder = RecordEncoder(plan: plan.record)
  }

  /// Makes the table anew; it is emptied when the transaction ends.
  static func prepare(_ plan: EntityPlan, _ connection: PostgresConnection) throws {
    let definitions = plan.keyColumns.map(\.temporaryDefinition).joined(separator: ", ")
    _ = try connection.execute("DROP TABLE IF EXISTS \(table)")
    _ = try connection.execute("CREATE TEMP TABLE kedge_present (\(definitions)) ON COMMIT DELETE ROWS")
  }

  /// Adds the keys of the range's records. Records that a filter leaves out have no row; those that can't land may have
  /// one from earlier.
  func add(_ range: ChunkRange, from session: any SourceSession, checkpoint: () throws -> Void) throws {
    let order: ReadOrder = try range == .everything ? .any : session.hasRanges(plan) ? .locator : .any
    let cursor = try session.read(plan, range, order: order, into: encoder)
    defer { cursor.close() }
    var seen = 0
    while try cursor.next() {
      var isReadable = true
      do throws(Refusal) { try cursor.fill() } catch { isReadable = false }
      if isReadable, !encoder.matchesFilters() { continue }
      let start = keys.bytes.count
      keys.bytes.appendBigEndian(Int16(plan.key.count))
      do throws(Refusal) {
        try encoder.encodeKey(to: &keys.bytes)
        keys.count += 1
      } catch { keys.bytes.truncate(to: start) }
      if keys.bytes.count >= Self.bytes { try send() }
      seen += 1
      if seen % 1000 == 0 { try checkpoint() }
    }
    try send()
  }

  private func send() throws {
    let columns = plan.keyColumns.map { quotedIdentifier($0.name) }.joined(separator: ", ")
    try connection.copyRows(keys, into: "\(Self.table) (\(columns))")
  }
}

extension PostgresConnection {
  /// Copies encoded rows, and empties the buffer.
  func copyRows(_ rows: RowBuffer, into target: String) throws {
    guard rows.count > 0 else { return }
    try beginCopyIn("COPY \(target) FROM STDIN (FORMAT binary)")
    try CopyBinary.header.withUnsafeBytes { try putCopyData($0) }
    try putCopyData(rows.bytes.bytes)
    try CopyBinary.trailer.withUnsafeBytes { try putCopyData($0) }
    _ = try endCopyIn()
    rows.removeAll()
  }
}
