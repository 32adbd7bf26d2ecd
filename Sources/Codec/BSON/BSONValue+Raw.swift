extension BSONValue {
  /// Copies a value out of the record in which it lies.
  ///
  /// - Returns: Nil for a value that is missing, and for bytes that aren't what their kind asks for, which a
  ///   `BSONReader` never hands out.
  public init?(_ raw: RawValue) {
    switch raw.kind {
    case .missing: return nil
    case .null: self = .null
    case .undefined: self = .undefined
    case .bool: self = .bool(raw.bits != 0)
    case .int32: self = .int32(Int32(truncatingIfNeeded: raw.integer))
    case .int64: self = .int64(raw.integer)
    case .double: self = .double(raw.double)
    case .date: self = .date(raw.integer)
    case .timestamp: self = .timestamp(raw.bits)
    case .minKey: self = .minKey
    case .maxKey: self = .maxKey
    case .string:
      self = Self.text(raw.bytes).map(BSONValue.string) ?? .invalidUTF8(.string, Array(raw.bytes))
    case .symbol:
      self = Self.text(raw.bytes).map(BSONValue.symbol) ?? .invalidUTF8(.symbol, Array(raw.bytes))
    case .binary: self = .binary(subtype: raw.subtype, Array(raw.bytes))
    case .objectID:
      guard let id = ObjectID(raw.bytes) else { return nil }
      self = .objectID(id)
    case .decimal128:
      guard raw.bytes.count == 16 else { return nil }
      self = .decimal128(
        low: UInt64(littleEndian: raw.bytes.loadUnaligned(as: UInt64.self)),
        high: UInt64(littleEndian: raw.bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    case .document:
      guard let document = BSONDocument(copying: raw.bytes) else { return nil }
      self = .document(document)
    case .array:
      guard let array = BSONDocument(copying: raw.bytes) else { return nil }
      self = .array(array)
    case .codeWithScope, .code, .dbPointer, .regex:
      guard !raw.bytes.isEmpty else { return nil }
      self = Self.composite(raw) ?? .invalidUTF8(raw.kind, Array(raw.bytes))
    }
  }

  private static func composite(_ raw: RawValue) -> BSONValue? {
    switch raw.kind {
    case .regex:
      let parts = raw.bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, let pattern = text(UnsafeRawBufferPointer(rebasing: parts[0])),
        let options = text(UnsafeRawBufferPointer(rebasing: parts[1]))
      else { return nil }
      return .regex(pattern: pattern, options: options)
    case .code:
      return prefixedText(raw.bytes).map { .code($0.text) }
    case .dbPointer:
      guard let (namespace, end) = prefixedText(raw.bytes),
        let id = ObjectID(UnsafeRawBufferPointer(rebasing: raw.bytes[end...]))
      else { return nil }
      return .dbPointer(namespace, id)
    case .codeWithScope:
      guard raw.bytes.count > 4 else { return nil }
      let rest = UnsafeRawBufferPointer(rebasing: raw.bytes[4...])
      guard let (code, end) = prefixedText(rest),
        let scope = BSONDocument(copying: UnsafeRawBufferPointer(rebasing: rest[end...]))
      else { return nil }
      return .codeWithScope(code, scope)
    default: return nil
    }
  }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String? {
    String(validating: bytes, as: UTF8.self)
  }

  /// A length-prefixed text at the start of these bytes, and where it ends.
  private static func prefixedText(_ bytes: UnsafeRawBufferPointer) -> (text: String, end: Int)? {
    guard bytes.count >= 5 else { return nil }
    let length = Int(Int32(littleEndian: bytes.loadUnaligned(as: Int32.self)))
    guard length >= 1, length <= bytes.count - 4,
      let text = text(UnsafeRawBufferPointer(rebasing: bytes[4..<(4 + length - 1)]))
    else { return nil }
    return (text, 4 + length)
  }
}

extension BSONValue {
  /// Appends this value as an element of the document that is being written.
  ///
  /// The key, and a regular expression's two texts, may hold no NUL: BSON has no way to write one there. That is a
  /// mistake in the calling program, so it stops the program.
  public func append(key: String, to buffer: inout ByteBuffer) {
    precondition(!key.utf8.contains(0), "A BSON key can't hold a NUL.")
    buffer.append(typeByte)
    buffer.append(key)
    buffer.append(0)
    switch self {
    case .null, .undefined, .minKey, .maxKey: break
    case .bool(let value): buffer.append(value ? 1 : 0)
    case .int32(let value): buffer.appendLittleEndian(value)
    case .int64(let value), .date(let value): buffer.appendLittleEndian(value)
    case .double(let value): buffer.appendLittleEndian(value.bitPattern)
    case .timestamp(let value): buffer.appendLittleEndian(value)
    case .decimal128(let low, let high):
      buffer.appendLittleEndian(low)
      buffer.appendLittleEndian(high)
    case .objectID(let id): id.append(to: &buffer)
    case .string(let text), .symbol(let text), .code(let text): Self.append(text, to: &buffer)
    case .invalidUTF8(let kind, let bytes):
      let isPrefixed = kind == .string || kind == .symbol
      if isPrefixed { buffer.appendLittleEndian(Int32(bytes.count + 1)) }
      bytes.withUnsafeBytes { buffer.append($0) }
      if isPrefixed { buffer.append(0) }
    case .document(let document), .array(let document): document.withRaw { buffer.append($0) }
    case .binary(let subtype, let bytes):
      buffer.appendLittleEndian(Int32(bytes.count + (subtype == 2 ? 4 : 0)))
      buffer.append(subtype)
      if subtype == 2 { buffer.appendLittleEndian(Int32(bytes.count)) }
      bytes.withUnsafeBytes { buffer.append($0) }
    case .regex(let pattern, let options):
      precondition(!pattern.utf8.contains(0) && !options.utf8.contains(0), "A BSON regex can't hold a NUL.")
      buffer.append(pattern)
      buffer.append(0)
      buffer.append(options)
      buffer.append(0)
    case .dbPointer(let namespace, let id):
      Self.append(namespace, to: &buffer)
      id.append(to: &buffer)
    case .codeWithScope(let code, let scope):
      buffer.appendLittleEndian(Int32(4 + 4 + code.utf8.count + 1 + scope.bytes.count))
      Self.append(code, to: &buffer)
      scope.withRaw { buffer.append($0) }
    }
  }

  private static func append(_ text: String, to buffer: inout ByteBuffer) {
    buffer.appendLittleEndian(Int32(text.utf8.count + 1))
    buffer.append(text)
    buffer.append(0)
  }

  private var typeByte: UInt8 {
    switch self {
    case .double: BSONType.double
    case .string: BSONType.string
    case .invalidUTF8(let kind, _): BSONType.byte(of: kind) ?? BSONType.string
    case .document: BSONType.document
    case .array: BSONType.array
    case .binary: BSONType.binary
    case .undefined: BSONType.undefined
    case .objectID: BSONType.objectID
    case .bool: BSONType.bool
    case .date: BSONType.date
    case .null: BSONType.null
    case .regex: BSONType.regex
    case .dbPointer: BSONType.dbPointer
    case .code: BSONType.code
    case .symbol: BSONType.symbol
    case .codeWithScope: BSONType.codeWithScope
    case .int32: BSONType.int32
    case .timestamp: BSONType.timestamp
    case .int64: BSONType.int64
    case .decimal128: BSONType.decimal128
    case .minKey: BSONType.minKey
    case .maxKey: BSONType.maxKey
    }
  }
}
