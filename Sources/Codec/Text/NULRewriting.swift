/// Rewrites values so that no text in them has a NUL, which PostgreSQL's texts and `jsonb` can't hold.
enum NULRewriting {
  /// NUL characters go.
  case strip
  /// NUL becomes `\0` and a backslash becomes `\\`: what came out tells what went in.
  case escape

  /// Whether the text would be changed.
  func changes(_ text: UnsafeRawBufferPointer) -> Bool {
    UTF8Check.containsNUL(text) || self == .escape && text.contains(UInt8(ascii: "\\"))
  }

  func append(_ text: UnsafeRawBufferPointer, to out: inout ByteBuffer) {
    for byte in text {
      switch byte {
      case 0: if self == .escape { out.append("\\0") }
      case UInt8(ascii: "\\") where self == .escape: out.append("\\\\")
      default: out.append(byte)
      }
    }
  }

  /// Appends JSON text in which no string has `\u0000`.
  func append(json: UnsafeRawBufferPointer, to out: inout ByteBuffer) {
    var offset = 0
    while offset < json.count {
      guard json[offset] == UInt8(ascii: "\\"), offset + 1 < json.count else {
        out.append(json[offset])
        offset += 1
        continue
      }
      let rest = UnsafeRawBufferPointer(rebasing: json[(offset + 1)...])
      if rest.starts(with: "u0000".utf8) {
        if self == .escape { out.append("\\\\0") }
        offset += 6
      } else if self == .escape, rest[0] == UInt8(ascii: "\\") || Self.isBackslash(rest) {
        out.append("\\\\\\\\")
        offset += rest[0] == UInt8(ascii: "\\") ? 2 : 6
      } else {
        out.append(json[offset])
        out.append(rest[0])
        offset += 2
      }
    }
  }

  /// Whether this is the rest of `\u005c`.
  private static func isBackslash(_ rest: UnsafeRawBufferPointer) -> Bool {
    rest.starts(with: "u005c".utf8) || rest.starts(with: "u005C".utf8)
  }

  /// Whether any text in a document or an array would be changed.
  func changes(document: UnsafeRawBufferPointer, depth: Int = 1) throws(Refusal) -> Bool {
    guard depth <= CanonicalJSON.deepestNesting else { throw Refusal(.tooDeep, found: .document) }
    var reader = try BSONReader(document)
    var key = UnsafeRawBufferPointer(start: nil, count: 0)
    var value = RawValue.missing
    while try reader.next(key: &key, value: &value) {
      switch value.kind {
      case .string, .symbol: if changes(value.bytes) { return true }
      case .code: if changes(try RawParts.text(value.bytes, found: .code).text) { return true }
      case .document, .array: if try changes(document: value.bytes, depth: depth + 1) { return true }
      default: break
      }
    }
    return false
  }

  /// Appends a document or an array with its texts rewritten, at every depth.
  func append(document: UnsafeRawBufferPointer, to out: inout ByteBuffer) throws(Refusal) {
    let start = BSONBuilder.begin(&out)
    try appendElements(of: document, to: &out)
    try BSONBuilder.end(start, in: &out)
  }

  private func appendElements(of document: UnsafeRawBufferPointer, to out: inout ByteBuffer) throws(Refusal) {
    var reader = try BSONReader(document)
    var key = UnsafeRawBufferPointer(start: nil, count: 0)
    var value = RawValue.missing
    while try reader.next(key: &key, value: &value) {
      switch value.kind {
      case .string, .symbol, .code:
        let text = value.kind == .code ? try RawParts.text(value.bytes, found: .code).text : value.bytes
        try BSONBuilder.appendHead(BSONType.byte(of: value.kind) ?? BSONType.string, key: key, to: &out)
        let place = out.count
        out.appendLittleEndian(Int32(0))
        append(text, to: &out)
        out.append(0)
        guard let length = Int32(exactly: out.count - place - 4) else {
          throw Refusal(.tooLong, found: value.kind)
        }
        out.patchLittleEndian(length, at: place)
      case .document, .array:
        let start = try BSONBuilder.begin(key: key, array: value.kind == .array, in: &out)
        try appendElements(of: value.bytes, to: &out)
        try BSONBuilder.end(start, in: &out)
      default: try BSONBuilder.append(key: key, value, to: &out)
      }
    }
  }
}
