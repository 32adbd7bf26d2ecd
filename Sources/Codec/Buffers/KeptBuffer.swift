/// A ``ByteBuffer`` for an object to keep.
///
/// It lies in a place of its own, which no access to the object as such overlaps: the program would watch for that with every
/// record that is written to it.
public final class KeptBuffer {
  @usableFromInline let memory: UnsafeMutablePointer<ByteBuffer>

  /// An empty one.
  ///
  /// - Parameter capacity: bytes it has room for, before it grows.
  public init(capacity: Int) {
    memory = .allocate(capacity: 1)
    memory.initialize(to: ByteBuffer(capacity: capacity))
  }

  deinit {
    memory.deinitialize(count: 1)
    memory.deallocate()
  }

  /// The buffer.
  @inlinable public var buffer: ByteBuffer {
    _read { yield memory.pointee }
    _modify { yield &memory.pointee }
  }

  /// What has been written; valid until the next change.
  @inlinable public var bytes: UnsafeRawBufferPointer { memory.pointee.bytes }
}
