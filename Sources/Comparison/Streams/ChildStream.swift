internal import Codec
public import Mapping
public import Postgres

/// A child table of the target in the order of its records' keys, compared with the rows that source records make.
public final class ChildStream {
  private let stream: TargetStream

  /// - Parameter connection: in a transaction with the snapshot of the one that reads the parent table.
  public init(_ child: ChildTablePlan, _ range: KeyRange, _ order: KeyOrder, _ connection: PostgresConnection)
    throws
  {
    let columns = child.columns.map(\.portableValue).joined(separator: ", ")
    let places = child.placeColumns.map(quotedIdentifier).joined(separator: ", ")
    stream = try TargetStream(
      connection,
      sql: "SELECT \(columns) FROM \(child.table.sql)\(order.clause(range, child.rootColumns))"
        + " ORDER BY \(order.terms(child.rootColumns)), \(places)",
      keyIndexes: Array(0..<child.rootCount))
  }

  /// Consumes the rows of parent `key` (and of those before it, whose parents are extra) and says whether they are
  /// `rows`, byte for byte.
  ///
  /// - Parameter prefix: bytes that stand before the fields of each of `rows` and not of the target's, as in a stage.
  public func matches(_ key: KeyFields, _ rows: UnsafeRawBufferPointer, _ order: KeyOrder, prefix: Int = 0)
    throws -> Bool
  {
    while stream.row != nil, order.compare(stream.key, key) < 0 { try stream.advance() }
    var offset = 0
    var isSame = true
    while let row = stream.row, order.compare(stream.key, key) == 0 {
      let end = offset + prefix + row.count
      // Rows of one table have the same number of fields.
      if isSame, end <= rows.count,
        UnsafeRawBufferPointer(rebasing: row[2...]).isAlike(
          UnsafeRawBufferPointer(rebasing: rows[(offset + prefix + 2)..<end]))
      {
        offset = end
      } else {
        isSame = false
      }
      try stream.advance()
    }
    return isSame && offset == rows.count
  }

  /// Reads what is left: rows of parents that are extra.
  public func drain() throws { while stream.row != nil { try stream.advance() } }

  /// Ends the stream, wherever it is.
  public func close() { stream.close() }
}
