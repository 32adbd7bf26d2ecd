internal import Backfill
internal import Codec
internal import Mapping
internal import Postgres

/// One table of the target in key order, row by row, as COPY BINARY sends it.
final class TargetStream {
  private let cursor: CopyOutCursor
  private let keyIndexes: [Int]
  /// The row at hand, from its field count on; nil at the end.
  private(set) var row: UnsafeRawBufferPointer?
  /// The key of the row at hand.
  let key: KeyFields

  init(_ connection: PostgresConnection, sql: String, keyIndexes: [Int]) throws {
    cursor = try connection.openCopyOut("COPY (\(sql)) TO STDOUT (FORMAT binary)")
    self.keyIndexes = keyIndexes
    key = KeyFields(count: keyIndexes.count)
    try advance()
  }

  func advance() throws {
    row = try cursor.nextBinaryRow()
    if let row { key.set(row: row, indexes: keyIndexes) }
  }

  func close() { cursor.close() }
}

/// Finds fields in a COPY BINARY row.
struct Fields {
  let row: UnsafeRawBufferPointer

  /// Whether two rows have the same fields, but for some.
  static func isEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer, ignoring: [Bool])
    -> Bool
  {
    var (a, b) = (2, 2)
    for isIgnored in ignoring {
      let first = Int32(bigEndian: left.loadUnaligned(fromByteOffset: a, as: Int32.self))
      let second = Int32(bigEndian: right.loadUnaligned(fromByteOffset: b, as: Int32.self))
      let (m, n) = (Int(max(0, first)), Int(max(0, second)))
      if !isIgnored {
        guard first == second,
          left[(a + 4)..<(a + 4 + m)].elementsEqual(right[(b + 4)..<(b + 4 + n)])
        else { return false }
      }
      a += 4 + m
      b += 4 + n
    }
    return true
  }
}
