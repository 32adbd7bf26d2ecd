internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// A child table of the target in the order of its records' keys, compared with the rows that source records make.
final class ChildStream {
  private let connection: PostgresConnection
  private let stream: TargetStream

  /// - Parameter snapshot: of the transaction that reads the parent table, so that both see the same rows.
  init(_ child: ChildTablePlan, context: BackfillContext, snapshot: String, order: KeyOrder) throws {
    connection = try PostgresConnection(context.target)
    _ = try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    _ = try connection.execute("SET TRANSACTION SNAPSHOT \(quoteLiteral(snapshot))")
    let columns = child.columns.map(\.portableValue).joined(separator: ", ")
    let places = child.placeColumns.map(quotedIdentifier).joined(separator: ", ")
    stream = try TargetStream(
      connection,
      sql:
        "SELECT \(columns) FROM \(child.table.sql) ORDER BY \(order.orderBy(child.rootColumns)), \(places)",
      keyIndexes: Array(0..<child.rootCount))
  }

  /// Consumes the rows of parent `key` (and of those before it, whose parents are extra) and says whether they are
  /// `rows`, byte for byte.
  func matches(_ key: [UnsafeRawBufferPointer], _ rows: UnsafeRawBufferPointer, _ order: KeyOrder) throws
    -> Bool
  {
    while stream.row != nil, order.compare(stream.key, key) < 0 { try stream.advance() }
    var offset = 0
    var isSame = true
    while let row = stream.row, order.compare(stream.key, key) == 0 {
      if isSame, offset + row.count <= rows.count,
        row.elementsEqual(rows[offset..<(offset + row.count)])
      {
        offset += row.count
      } else {
        isSame = false
      }
      try stream.advance()
    }
    return isSame && offset == rows.count
  }

  func close() {
    stream.close()
    connection.close()
  }
}
