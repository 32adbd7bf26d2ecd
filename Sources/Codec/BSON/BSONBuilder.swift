/// Writes BSON documents from values that lie elsewhere, without copying them through enums.
///
/// For example, the locator document `{_id: value}`:
/// ```swift
/// let start = BSONBuilder.begin(&buffer)
/// try BSONBuilder.append(key: "_id", value, to: &buffer)
/// try BSONBuilder.end(start, in: &buffer)
/// ```
public enum BSONBuilder {
  /// Starts a document at the buffer's end.
  ///
  /// - Returns: Where the document starts, for `end`.
  public static func begin(_ buffer: inout ByteBuffer) -> Int {
    let start = buffer.count
    buffer.appendLittleEndian(Int32(0))
    return start
  }

  /// Starts a document or an array as an element of the document that is being written.
  ///
  /// - Returns: Where the embedded document starts, for `end`.
  /// - Throws: `Refusal(.containsNUL)` if the key can't be written.
  public static func begin(
    key: UnsafeRawBufferPointer, array: Bool = false, in buffer: inout ByteBuffer
  ) throws(Refusal) -> Int {
    try appendHead(array ? BSONType.array : BSONType.document, key: key, to: &buffer)
    return begin(&buffer)
  }

  /// Ends the document that starts at `start`.
  ///
  /// - Throws: `Refusal(.tooLong)` if it has grown beyond what BSON's 32-bit length can say.
  public static func end(_ start: Int, in buffer: inout ByteBuffer) throws(Refusal) {
    buffer.append(0)
    guard let length = Int32(exactly: buffer.count - start) else {
      throw Refusal(.tooLong, found: .document)
    }
    buffer.patchLittleEndian(length, at: start)
  }

  /// Appends one element; a value that is missing appends nothing.
  ///
  /// - Throws: `Refusal(.containsNUL)` if the key holds a NUL, which BSON can't write, `.tooLong` for a value beyond 2 GiB,
  ///   `.invalidDocument` if the value's bytes aren't what its kind asks for.
  public static func append(
    key: UnsafeRawBufferPointer, _ value: RawValue, to buffer: inout ByteBuffer
  ) throws(Refusal) {
    guard let type = BSONType.byte(of: value.kind) else { return }
    try appendHead(type, key: key, to: &buffer)
    switch value.kind {
    case .missing, .null, .undefined, .minKey, .maxKey: break
    case .bool: buffer.append(value.bits == 0 ? 0 : 1)
    case .int32: buffer.appendLittleEndian(Int32(truncatingIfNeeded: value.integer))
    case .int64, .double, .date, .timestamp: buffer.appendLittleEndian(value.bits)
    case .string, .symbol:
      buffer.appendLittleEndian(try length(value, adding: 1))
      buffer.append(value.bytes)
      buffer.append(0)
    case .binary:
      if value.subtype == 2 {
        buffer.appendLittleEndian(try length(value, adding: 4))
        buffer.append(2)
        buffer.appendLittleEndian(try length(value, adding: 0))
      } else {
        buffer.appendLittleEndian(try length(value, adding: 0))
        buffer.append(value.subtype)
      }
      buffer.append(value.bytes)
    case .objectID:
      guard value.bytes.count == 12 else { throw Refusal(.invalidDocument, found: value.kind) }
      buffer.append(value.bytes)
    case .decimal128:
      guard value.bytes.count == 16 else { throw Refusal(.invalidDocument, found: value.kind) }
      buffer.append(value.bytes)
    case .document, .array, .regex, .code, .codeWithScope, .dbPointer:
      guard !value.bytes.isEmpty else { throw Refusal(.invalidDocument, found: value.kind) }
      buffer.append(value.bytes)
    }
  }

  /// Appends one element whose key is a constant of the program.
  ///
  /// - Throws: as `append(key:_:to:)` for key bytes does.
  public static func append(
    key: StaticString, _ value: RawValue, to buffer: inout ByteBuffer
  ) throws(Refusal) {
    let bytes = UnsafeRawBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
    try append(key: bytes, value, to: &buffer)
  }

  static func appendHead(
    _ type: UInt8, key: UnsafeRawBufferPointer, to buffer: inout ByteBuffer
  ) throws(Refusal) {
    for byte in key where byte == 0 { throw Refusal(.containsNUL, found: .document) }
    buffer.append(type)
    buffer.append(key)
    buffer.append(0)
  }

  private static func length(_ value: RawValue, adding more: Int) throws(Refusal) -> Int32 {
    guard let length = Int32(exactly: value.bytes.count + more) else {
      throw Refusal(.tooLong, found: value.kind)
    }
    return length
  }
}
