internal import Codec
internal import Mapping
internal import Postgres

/// One table of the target in key order, row by row, as COPY BINARY sends it.
final class TargetStream {
  private let cursor: PostgresCopyOut
  private let keyCount: Int
  private let keyIndexes: [Int]
  private var isFirst = true
  /// The row at hand, from its field count on; nil at the end.
  private(set) var row: UnsafeRawBufferPointer?
  /// The key's fields of the row at hand.
  private(set) var key: [UnsafeRawBufferPointer] = []

  init(_ connection: PostgresConnection, sql: String, keyIndexes: [Int]) throws {
    cursor = try connection.openCopyOut("COPY (\(sql)) TO STDOUT (FORMAT binary)")
    self.keyIndexes = keyIndexes
    keyCount = keyIndexes.count
    try advance()
  }

  func advance() throws {
    guard var data = try cursor.next() else {
      row = nil
      return
    }
    if isFirst {
      // The first buffer begins with the signature, flags and the extension's length.
      isFirst = false
      data = UnsafeRawBufferPointer(rebasing: data[CopyBinary.header.count...])
      if data.isEmpty { return try advance() }
    }
    if Int16(bigEndian: data.loadUnaligned(as: Int16.self)) < 0 {
      row = nil
      while try cursor.next() != nil {}
      return
    }
    row = data
    key.removeAll(keepingCapacity: true)
    let fields = Fields(row: data)
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
