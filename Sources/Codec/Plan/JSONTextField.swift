/// One field whose text is JSON: what the text of the record at hand says, as BSON in memory that is used again.
///
/// Each such field has memory of its own, so that what slots point to stays where it is while other fields are read.
final class JSONTextField {
  /// In plain memory, as in ``RecordEncoder``.
  private let document: UnsafeMutablePointer<ByteBuffer>
  private let scratch: UnsafeMutablePointer<ByteBuffer>
  /// What a huge text may leave behind in each buffer, in bytes.
  private static let keptMemory = 1 << 20

  init() {
    document = .allocate(capacity: 1)
    document.initialize(to: ByteBuffer(capacity: 1024))
    scratch = .allocate(capacity: 1)
    scratch.initialize(to: ByteBuffer(capacity: 256))
  }

  deinit {
    for buffer in [document, scratch] {
      buffer.deinitialize(count: 1)
      buffer.deallocate()
    }
  }

  /// What a value means: of a text that isn't empty the JSON that it holds, else the value itself. Valid until the next
  /// call.
  ///
  /// - Throws: as `JSONText.readDocument` does.
  func value(of value: RawValue) throws(Refusal) -> RawValue {
    guard value.kind == .string, value.bytes.count > 0 else { return value }
    document.pointee.removeAll()
    document.pointee.shrink(to: Self.keptMemory)
    scratch.pointee.removeAll()
    scratch.pointee.shrink(to: Self.keptMemory)
    var text = try JSONText(value.bytes)
    return try text.readDocument(scratch: &scratch.pointee, to: &document.pointee)
  }
}
