/// A growing run of bytes, reused from row to row: the only memory that the hot loop writes to.
///
/// For example:
/// ```swift
/// var row = ByteBuffer()
/// row.appendBigEndian(Int32(4))
/// row.appendBigEndian(Int32(42))
/// ```
public struct ByteBuffer: ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var capacity: Int
  /// How many bytes have been written.
  @inlinable public var count: Int { written }
  @usableFromInline var written: Int

  public init(capacity: Int = 4096) {
    self.capacity = max(16, capacity)
    base = .allocate(byteCount: self.capacity, alignment: 16)
    written = 0
  }

  deinit { base.deallocate() }

  /// What has been written; valid until the next append.
  @inlinable public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: written) }

  /// Forgets what was written and keeps the memory.
  @inlinable public mutating func removeAll() { written = 0 }

  /// Forgets what was written after `count`.
  @inlinable public mutating func truncate(to count: Int) { written = count }

  /// Gives memory above `limit` back, so that one huge record doesn't stay in memory for ever.
  public mutating func shrink(to limit: Int) {
    guard capacity > limit, written <= limit else { return }
    let smaller = UnsafeMutableRawPointer.allocate(byteCount: limit, alignment: 16)
    smaller.copyMemory(from: base, byteCount: written)
    base.deallocate()
    base = smaller
    capacity = limit
  }

  @inlinable @inline(__always) public mutating func reserve(_ more: Int) {
    if written &+ more > capacity { grow(more) }
  }

  @usableFromInline @inline(never) mutating func grow(_ more: Int) {
    let larger = max(capacity * 2, written + more)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    moved.copyMemory(from: base, byteCount: written)
    base.deallocate()
    base = moved
    capacity = larger
  }

  @inlinable @inline(__always) public mutating func append(_ byte: UInt8) {
    reserve(1)
    base.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
    written &+= 1
  }

  @inlinable @inline(__always) public mutating func append(_ source: UnsafeRawBufferPointer) {
    guard let start = source.baseAddress, source.count > 0 else { return }
    reserve(source.count)
    (base + written).copyMemory(from: start, byteCount: source.count)
    written &+= source.count
  }

  @inlinable public mutating func append(contentsOf source: [UInt8]) {
    source.withUnsafeBytes { append($0) }
  }

  @inlinable public mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inlinable public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  /// Appends two bytes.
  @inlinable @inline(__always) public mutating func append(_ first: UInt8, _ second: UInt8) {
    appendBigEndian(UInt16(first) << 8 | UInt16(second))
  }

  @inlinable @inline(__always) public mutating func appendBigEndian<T: FixedWidthInteger>(_ value: T) {
    reserve(MemoryLayout<T>.size)
    base.storeBytes(of: value.bigEndian, toByteOffset: written, as: T.self)
    written &+= MemoryLayout<T>.size
  }

  @inlinable @inline(__always) public mutating func appendLittleEndian<T: FixedWidthInteger>(_ value: T) {
    reserve(MemoryLayout<T>.size)
    base.storeBytes(of: value.littleEndian, toByteOffset: written, as: T.self)
    written &+= MemoryLayout<T>.size
  }

  /// Overwrites a big-endian integer written earlier, such as a length known only afterwards.
  @inlinable @inline(__always) public mutating func patchBigEndian<T: FixedWidthInteger>(
    _ value: T, at offset: Int
  ) {
    base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self)
  }

  /// Overwrites a little-endian integer written earlier.
  @inlinable public mutating func patchLittleEndian<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
  }
}
