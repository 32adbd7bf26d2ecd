internal import Codec
internal import Mapping
internal import Postgres

/// One table of the target in key order, row by row, as COPY BINARY sends it.
final class TargetStream {
  private let cursor: CopyOutCursor
  private let keyIndexes: [Int]
  /// The row at hand, from its field count on; nil at the end.
  private(set) var row: UnsafeRawBufferPointer?
  /// The key's fields of the row at hand.
  private(set) var key: [UnsafeRawBufferPointer] = []

  init(_ connection: PostgresConnection, sql: String, keyIndexes: [Int]) throws {
    cursor = try connection.openCopyOut("COPY (\(sql)) TO STDOUT (FORMAT binary)")
    self.keyIndexes = keyIndexes
    try advance()
  }

  func advance() throws {
    row = try cursor.nextBinaryRow()
    guard let row else { return }
    key.removeAll(keepingCapacity: true)
    let fields = Fields(row: row)
    for index in keyIndexes { key.append(fields.field(index)) }
  }

  func close() { cursor.close() }
}

/// Finds fields in a COPY BINARY row.
struct Fields {
  let row: UnsafeRawBufferPointer

  func isNull(_ index: Int) -> Bool {
    var offset = 2
    for _ in 0..<index {
      offset += 4 + max(0, Int(Int32(bigEndian: row.loadUnaligned(fromByteOffset: offset, as: Int32.self))))
    }
    return Int32(bigEndian: row.loadUnaligned(fromByteOffset: offset, as: Int32.self)) < 0
  }

  /// A field's bytes without its length; empty for NULL.
  func field(_ index: Int) -> UnsafeRawBufferPointer {
    var offset = 2
    var left = index
    while true {
      let length = Int(Int32(bigEndian: row.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
      if left == 0 {
        return UnsafeRawBufferPointer(rebasing: row[(offset + 4)..<(offset + 4 + max(0, length))])
      }
      offset += 4 + max(0, length)
      left -= 1
    }
  }
}
