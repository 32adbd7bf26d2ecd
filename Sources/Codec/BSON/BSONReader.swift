/// Walks the elements of one BSON document in place, in their order, without allocating.
///
/// Every length is checked against the document before it is believed, so that bytes from a broken server, disk or
/// program end in a refusal and never outside the document. Text isn't checked to be UTF-8 here: see `validate`.
///
/// For example:
/// ```swift
/// var reader = try BSONReader(document)
/// var key = UnsafeRawBufferPointer(start: nil, count: 0)
/// var value = RawValue.missing
/// while try reader.next(key: &key, value: &value) { … }
/// ```
public struct BSONReader {
  @usableFromInline let base: UnsafeRawPointer
  /// Where the next element starts.
  @usableFromInline var position: Int
  /// Where the document's final NUL stands; no element may reach it.
  @usableFromInline let limit: Int

  /// Starts before the first element.
  ///
  /// - Parameter document: A whole document or array with its length prefix; it has to outlive the reader and the
  ///   values read from it.
  /// - Throws: `Refusal(.invalidDocument)` if the length prefix isn't the number of bytes, or the final NUL is missing.
  @inlinable public init(_ document: UnsafeRawBufferPointer) throws(Refusal) {
    guard let base = document.baseAddress, document.count >= 5,
      Int(Int32(littleEndian: base.loadUnaligned(as: Int32.self))) == document.count,
      base.load(fromByteOffset: document.count &- 1, as: UInt8.self) == 0
    else { throw Refusal(.invalidDocument, found: .document) }
    self.base = base
    position = 4
    limit = document.count &- 1
  }

  /// Reads the next element.
  ///
  /// - Parameters:
  ///   - key: Becomes the element's name, without its NUL.
  ///   - value: Becomes the element's value. Code is its length-prefixed text, as are regular expressions, pointers and
  ///     code with scope what stands in the document. The obsolete binary subtype 2 loses its second length.
  /// - Returns: False at the document's end; key and value are then as they were.
  /// - Throws: `Refusal(.invalidDocument)` for anything that isn't BSON. The reader must not be used after that.
  @inlinable public mutating func next(
    key: inout UnsafeRawBufferPointer, value: inout RawValue
  ) throws(Refusal) -> Bool {
    guard position < limit else { return false }
    let type = base.load(fromByteOffset: position, as: UInt8.self)
    let keyStart = position &+ 1
    let keyEnd = try endOfName(from: keyStart)
    key = UnsafeRawBufferPointer(start: base + keyStart, count: keyEnd &- keyStart)
    position = keyEnd &+ 1
    value = try self.value(type)
    return true
  }
}

extension BSONReader {
  /// The type byte of the element at `position`; nil at the document's end.
  @inline(__always) var type: UInt8? {
    position < limit ? base.load(fromByteOffset: position, as: UInt8.self) : nil
  }

  /// Where the document ends: up to here bytes can be read.
  var end: UnsafeRawPointer { base + (limit &+ 1) }

  /// Moves from an element's start to its value.
  ///
  /// - Returns: its name, without the NUL.
  @inline(__always) mutating func name() throws(Refusal) -> UnsafeRawBufferPointer {
    let start = position &+ 1
    let end = try endOfName(from: start)
    position = end &+ 1
    return UnsafeRawBufferPointer(start: base + start, count: end &- start)
  }

  /// The value at `position`, behind its element's name.
  @inlinable @inline(__always) mutating func value(_ type: UInt8) throws(Refusal) -> RawValue {
    switch type {
    case BSONType.string:
      return RawValue(kind: .string, bytes: try text())
    case BSONType.int32:
      try need(4)
      defer { position &+= 4 }
      return RawValue(kind: .int32, bits: UInt64(bitPattern: Int64(integer32(at: position))))
    case BSONType.double: return RawValue(kind: .double, bits: try word())
    case BSONType.int64: return RawValue(kind: .int64, bits: try word())
    case BSONType.date: return RawValue(kind: .date, bits: try word())
    case BSONType.null: return RawValue(kind: .null)
    case BSONType.bool:
      try need(1)
      let byte = base.load(fromByteOffset: position, as: UInt8.self)
      guard byte <= 1 else { throw Refusal(.invalidDocument, found: .bool) }
      position &+= 1
      return RawValue(kind: .bool, bits: UInt64(byte))
    case BSONType.objectID: return RawValue(kind: .objectID, bytes: try fixed(12))
    case BSONType.document: return RawValue(kind: .document, bytes: try embedded())
    case BSONType.array: return RawValue(kind: .array, bytes: try embedded())
    default: return try rareValue(type)
    }
  }

  /// Moves to the value of the element at `position` if it has this name.
  ///
  /// - Parameters:
  ///   - name: The name with its NUL, padded to whole words.
  ///   - count: Its bytes with the NUL, without the padding.
  @inline(__always) mutating func skip(name: UnsafeRawPointer, count: Int) -> Bool {
    let start = position &+ 1
    // Its NUL stands before the document's own.
    guard start &+ count <= limit else { return false }
    var offset = 0
    while offset &+ 8 <= count {
      let word = base.loadUnaligned(fromByteOffset: start &+ offset, as: UInt64.self)
      if word != name.load(fromByteOffset: offset, as: UInt64.self) { return false }
      offset &+= 8
    }
    let rest = count &- offset
    if rest > 0 {
      if start &+ offset &+ 8 <= limit &+ 1 {
        let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: start &+ offset, as: UInt64.self))
        let wanted = UInt64(littleEndian: name.load(fromByteOffset: offset, as: UInt64.self))
        if (word ^ wanted) << UInt64(truncatingIfNeeded: 64 &- rest &* 8) != 0 { return false }
      } else {
        while offset < count {
          if base.load(fromByteOffset: start &+ offset, as: UInt8.self)
            != name.load(fromByteOffset: offset, as: UInt8.self)
          {
            return false
          }
          offset &+= 1
        }
      }
    }
    position = start &+ count
    return true
  }

  @inlinable @inline(__always) func integer32(at offset: Int) -> Int32 {
    Int32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Int32.self))
  }

  @inlinable @inline(__always) func need(_ count: Int) throws(Refusal) {
    guard limit &- position >= count else { throw Refusal(.invalidDocument, found: .document) }
  }

  /// Eight bytes as they are.
  @inlinable @inline(__always) mutating func word() throws(Refusal) -> UInt64 {
    try need(8)
    defer { position &+= 8 }
    return UInt64(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  @inlinable @inline(__always) mutating func fixed(_ count: Int) throws(Refusal) -> UnsafeRawBufferPointer {
    try need(count)
    defer { position &+= count }
    return UnsafeRawBufferPointer(start: base + position, count: count)
  }

  /// The length prefix at `position`, of something that has at least `minimum` bytes and all of them before the limit.
  @inlinable @inline(__always) func length(minimum: Int, after prefix: Int) throws(Refusal) -> Int {
    try need(4)
    let length = Int(integer32(at: position))
    guard length >= minimum, length <= limit &- position &- prefix else {
      throw Refusal(.invalidDocument, found: .document)
    }
    return length
  }

  /// A length-prefixed text, without the NUL that its length counts.
  @inlinable @inline(__always) mutating func text() throws(Refusal) -> UnsafeRawBufferPointer {
    let length = try length(minimum: 1, after: 4)
    let start = position &+ 4
    guard base.load(fromByteOffset: start &+ length &- 1, as: UInt8.self) == 0 else {
      throw Refusal(.invalidDocument, found: .string)
    }
    position = start &+ length
    return UnsafeRawBufferPointer(start: base + start, count: length &- 1)
  }

  /// A document or an array, whose length counts its own prefix.
  @inlinable @inline(__always) mutating func embedded() throws(Refusal) -> UnsafeRawBufferPointer {
    let length = try length(minimum: 5, after: 0)
    guard base.load(fromByteOffset: position &+ length &- 1, as: UInt8.self) == 0 else {
      throw Refusal(.invalidDocument, found: .document)
    }
    defer { position &+= length }
    return UnsafeRawBufferPointer(start: base + position, count: length)
  }

  /// The offset of the next NUL, which has to stand before the document's own.
  @inlinable @inline(__always) func endOfName(from start: Int) throws(Refusal) -> Int {
    var offset = start
    // Eight bytes at once: the lowest set high bit of this expression marks the first zero byte. The document's final
    // NUL may be part of the word, hence the limit's own byte counts as readable.
    while offset &+ 8 <= limit &+ 1 {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
      if zeros != 0 {
        let end = offset &+ zeros.trailingZeroBitCount / 8
        guard end < limit else { throw Refusal(.invalidDocument, found: .document) }
        return end
      }
      offset &+= 8
    }
    while offset < limit {
      if base.load(fromByteOffset: offset, as: UInt8.self) == 0 { return offset }
      offset &+= 1
    }
    throw Refusal(.invalidDocument, found: .document)
  }
}
