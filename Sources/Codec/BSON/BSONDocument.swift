/// A BSON document that owns its bytes, built in the order of its pairs.
///
/// For example:
/// ```swift
/// let filter: BSONDocument = ["age": ["$gte": 18], "name": "Ada"]
/// ```
public struct BSONDocument: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// The document as it is stored and sent, with its length prefix.
  public private(set) var bytes: [UInt8]

  /// The empty document.
  public init() { bytes = [5, 0, 0, 0, 0] }

  /// A document that is already encoded.
  ///
  /// - Throws: `Refusal(.invalidDocument)` if the bytes aren't one whole BSON document; text isn't checked to be UTF-8.
  public init(bytes: [UInt8]) throws(Refusal) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(Refusal) in
      try BSONReader.validate(UnsafeRawBufferPointer(buffer), checkUTF8: false)
    }
    self.bytes = bytes
  }

  /// A copy of a document that lies elsewhere; nil if it isn't one.
  public init?(copying raw: UnsafeRawBufferPointer) {
    do throws(Refusal) {
      try self.init(bytes: Array(raw))
    } catch {
      return nil
    }
  }

  /// The pairs in their order. A key that stands twice is written twice.
  public init(_ pairs: [(String, BSONValue)]) {
    bytes = []
    append(pairs)
  }

  /// The pairs in the order written.
  public init(dictionaryLiteral elements: (String, BSONValue)...) { self.init(elements) }

  private mutating func append(_ pairs: [(String, BSONValue)]) {
    var buffer = ByteBuffer(capacity: 256)
    buffer.appendLittleEndian(Int32(0))
    for (key, value) in pairs { value.append(key: key, to: &buffer) }
    buffer.append(0)
    buffer.patchLittleEndian(Int32(buffer.count), at: 0)
    bytes = Array(buffer.bytes)
  }

  /// Lends the bytes for the time of the call.
  public func withRaw<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try bytes.withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
      try body(UnsafeRawBufferPointer(buffer))
    }
  }
}

extension BSONDocument {
  /// The value of the first element of this name; nil if there is none.
  ///
  /// Setting replaces the first element of the name in its place, or appends one; setting nil removes it.
  public subscript(key: String) -> BSONValue? {
    get {
      var found: BSONValue?
      forEach { name, value in
        guard name.elementsEqual(key.utf8) else { return true }
        found = BSONValue(value)
        return false
      }
      return found
    }
    set {
      var range = bytes.count - 1..<bytes.count - 1
      withRaw { raw in
        var start = 4
        Self.walk(raw) { name, _, end in
          guard name.elementsEqual(key.utf8) else {
            start = end
            return true
          }
          range = start..<end
          return false
        }
      }
      var buffer = ByteBuffer(capacity: 64)
      newValue?.append(key: key, to: &buffer)
      bytes.replaceSubrange(range, with: buffer.bytes)
      let length = Int32(bytes.count)
      withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(0..<4, with: $0) }
    }
  }

  /// The elements' names, in their order.
  public var keys: [String] {
    var keys: [String] = []
    forEach { name, _ in
      keys.append(String(decoding: name, as: UTF8.self))
      return true
    }
    return keys
  }

  /// The elements, in their order.
  public var pairs: [(key: String, value: BSONValue)] {
    var pairs: [(key: String, value: BSONValue)] = []
    forEach { name, raw in
      if let value = BSONValue(raw) { pairs.append((String(decoding: name, as: UTF8.self), value)) }
      return true
    }
    return pairs
  }

  /// Whether there is no element.
  public var isEmpty: Bool { bytes.count == 5 }

  private func forEach(_ body: (UnsafeRawBufferPointer, RawValue) -> Bool) {
    withRaw { raw in Self.walk(raw) { name, value, _ in body(name, value) } }
  }

  /// Walks the elements until `body` returns false; it gets the place where the element ends, too.
  ///
  /// The bytes were checked when the document was made, so the reader refuses none of them; were it to, the walk would end
  /// there, as at the document's end.
  private static func walk(
    _ raw: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, RawValue, Int) -> Bool
  ) {
    do throws(Refusal) {
      var reader = try BSONReader(raw)
      var key = UnsafeRawBufferPointer(start: nil, count: 0)
      var value = RawValue.missing
      while try reader.next(key: &key, value: &value), body(key, value, reader.position) {}
    } catch {
      return
    }
  }
}
