internal import Codec

/// A key copied out of a stream's memory, so that it outlives its row.
final class OwnedKey {
  private var memory = ByteBuffer(capacity: 256)
  private var lengths: [Int] = []
  private(set) var isEmpty = true

  /// The fields; valid until the next `set`.
  var fields: [UnsafeRawBufferPointer] {
    var offset = 0
    return lengths.map { length in
      defer { offset += length }
      return UnsafeRawBufferPointer(rebasing: memory.bytes[offset..<(offset + length)])
    }
  }

  func set(_ key: [UnsafeRawBufferPointer]) {
    memory.removeAll()
    lengths.removeAll(keepingCapacity: true)
    for field in key {
      memory.append(field)
      lengths.append(field.count)
    }
    isEmpty = false
  }

  /// Splits consecutive fields, each its length and its bytes.
  static func split(_ bytes: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
    var fields: [UnsafeRawBufferPointer] = []
    var offset = 0
    while offset + 4 <= bytes.count {
      let length = max(0, Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))))
      fields.append(UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + 4 + length)]))
      offset += 4 + length
    }
    return fields
  }
}

extension RowBuffer {
  /// A field of the one row in the buffer, without its length.
  func field(_ offsets: [Int], _ index: Int) -> UnsafeRawBufferPointer {
    let end = offsets[index + 1]
    return UnsafeRawBufferPointer(rebasing: bytes.bytes[min(offsets[index] + 4, end)..<end])
  }
}
