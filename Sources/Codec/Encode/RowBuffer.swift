/// Rows of one table on their way to COPY.
public final class RowBuffer {
  @usableFromInline struct Memory: ~Copyable {
    @usableFromInline var bytes: ByteBuffer
    @usableFromInline var count = 0

    @usableFromInline init(capacity: Int) { bytes = ByteBuffer(capacity: capacity) }
  }

  /// A place of its own, which no access to the object as such overlaps: the program would watch for that with every field
  /// that is written.
  @usableFromInline let memory: UnsafeMutablePointer<Memory>

  public init(capacity: Int = 1 << 16) {
    memory = .allocate(capacity: 1)
    memory.initialize(to: Memory(capacity: capacity))
  }

  deinit {
    memory.deinitialize(count: 1)
    memory.deallocate()
  }

  /// The rows' bytes.
  @inlinable public var bytes: ByteBuffer {
    _read { yield memory.pointee.bytes }
    _modify { yield &memory.pointee.bytes }
  }

  /// How many rows are in `bytes`.
  @inlinable public var count: Int {
    get { memory.pointee.count }
    set { memory.pointee.count = newValue }
  }

  /// Empties it, and gives the memory of unusually large rows back.
  public func removeAll() {
    memory.pointee.bytes.removeAll()
    memory.pointee.bytes.shrink(to: 1 << 22)
    memory.pointee.count = 0
  }
}
