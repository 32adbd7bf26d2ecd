/// A copy of bytes in a heap block of exactly their size, so that the address sanitizer sees one byte too far.
public final class HeapCopy {
  /// The copy; it lives as long as this object.
  public let bytes: UnsafeRawBufferPointer
  private let block: UnsafeMutableRawBufferPointer

  /// Copies the bytes.
  public init(_ source: some Collection<UInt8>) {
    block = .allocate(byteCount: source.count, alignment: 1)
    block.copyBytes(from: source)
    bytes = UnsafeRawBufferPointer(block)
  }

  deinit { block.deallocate() }
}
