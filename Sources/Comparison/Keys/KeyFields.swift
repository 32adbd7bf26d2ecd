public import Codec

/// The fields of one key, as places in the memory of the row that has it: set anew for each row, without allocating.
public final class KeyFields {
  /// How many columns the key has.
  public let count: Int
  /// Each field's bytes without its length; valid as long as the row's memory.
  public let fields: UnsafeMutablePointer<UnsafeRawBufferPointer>
  /// Whether a field is NULL, which no key may be.
  public var hasNull: Bool { isNullSeen }
  // Apart from what others may read, so that it needn't be watched for overlapping accesses with each row.
  private var isNullSeen = false

  /// A key of `count` columns, without a place yet.
  public init(count: Int) {
    self.count = count
    fields = .allocate(capacity: max(1, count))
    fields.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0), count: max(1, count))
  }

  deinit { fields.deallocate() }

  /// Takes fields of a COPY BINARY row, which begins with its field count.
  public func set(row: UnsafeRawBufferPointer, indexes: [Int]) {
    isNullSeen = false
    for (place, index) in indexes.enumerated() {
      var offset = 2
      var left = index
      while true {
        let length = Int(Int32(bigEndian: row.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        if left == 0 {
          take(place, row, offset, length)
          break
        }
        offset += 4 + max(0, length)
        left -= 1
      }
    }
  }

  /// Takes consecutive fields, each its length and its bytes.
  public func set(consecutive bytes: UnsafeRawBufferPointer) {
    isNullSeen = false
    var offset = 0
    for place in 0..<count {
      let length = Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
      take(place, bytes, offset, length)
      offset += 4 + max(0, length)
    }
  }

  /// Takes fields of the one row in a buffer whose places the encoder knows.
  public func set(row: UnsafeRawBufferPointer, offsets: UnsafePointer<Int>, indexes: [Int]) {
    isNullSeen = false
    for (place, index) in indexes.enumerated() {
      let length = Int(
        Int32(bigEndian: row.loadUnaligned(fromByteOffset: offsets[index], as: Int32.self)))
      take(place, row, offsets[index], length)
    }
  }

  private func take(_ place: Int, _ row: UnsafeRawBufferPointer, _ offset: Int, _ length: Int) {
    if length < 0 { isNullSeen = true }
    fields[place] = UnsafeRawBufferPointer(rebasing: row[(offset + 4)..<(offset + 4 + max(0, length))])
  }

  /// Appends the fields as a row has them.
  public func append(to out: inout ByteBuffer) {
    for place in 0..<count {
      out.appendBigEndian(Int32(fields[place].count))
      out.append(fields[place])
    }
  }
}

/// A key copied out of a row's memory, so that it outlives its row.
public final class OwnedKey {
  private let memory = KeptBuffer(capacity: 256)
  /// The key, in memory of its own.
  public let key: KeyFields

  /// No key yet.
  public init(count: Int) { key = KeyFields(count: count) }

  /// A key from its consecutive fields.
  public convenience init(count: Int, encoded: [UInt8]) {
    self.init(count: count)
    memory.buffer.append(contentsOf: encoded)
    key.set(consecutive: memory.bytes)
  }

  /// Takes a copy of another key.
  public func set(_ other: KeyFields) {
    memory.buffer.removeAll()
    other.append(to: &memory.buffer)
    key.set(consecutive: memory.bytes)
  }
}
