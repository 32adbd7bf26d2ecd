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
      if try changes(value, depth: depth) { return true }
    }
    return false
  }

  /// Whether a value of any kind would be changed. Names hold no NUL, and neither do the texts of a regular expression.
  func changes(_ value: RawValue, depth: Int = 0) throws(Refusal) -> Bool {
    switch value.kind {
    case .string, .symbol: return changes(value.bytes)
    case .code, .dbPointer: return changes(try RawParts.text(value.bytes, found: value.kind).text)
    case .codeWithScope:
      let (code, scope) = try RawParts.codeWithScope(value.bytes)
      if changes(code) { return true }
      return try changes(document: scope, depth: depth + 1)
    case .document, .array: return try changes(document: value.bytes, depth: depth + 1)
    default: return false
    }
  }

  /// Appends a value that is to be changed as a document holds it: texts without their length and the NUL behind them, all
  /// else as it stands there.
  func append(_ value: RawValue, to out: inout ByteBuffer) throws(Refusal) {
    switch value.kind {
    case .string, .symbol: append(value.bytes, to: &out)
    case .code, .dbPointer:
      let (text, rest) = try RawParts.text(value.bytes, found: value.kind)
      try appendPrefixed(text, found: value.kind, to: &out)
      out.append(rest)
    case .codeWithScope:
      let (code, scope) = try RawParts.codeWithScope(value.bytes)
      let start = out.count
      out.appendLittleEndian(Int32(0))
      try appendPrefixed(code, found: value.kind, to: &out)
      try append(document: scope, to: &out)
      try patchLength(out.count - start, at: start, found: value.kind, in: &out)
    case .document, .array: try append(document: value.bytes, to: &out)
    default: throw Refusal(.wrongType, found: value.kind)
    }
  }

  /// Appends a text with its length before it and a NUL behind it.
  private func appendPrefixed(_ text: UnsafeRawBufferPointer, found: ValueKind, to out: inout ByteBuffer)
    throws(Refusal)
  {
    let place = out.count
    out.appendLittleEndian(Int32(0))
    append(text, to: &out)
    out.append(0)
    try patchLength(out.count - place - 4, at: place, found: found, in: &out)
  }

  private func patchLength(_ length: Int, at place: Int, found: ValueKind, in out: inout ByteBuffer)
    throws(Refusal)
  {
    guard let length = Int32(exactly: length) else { throw Refusal(.tooLong, found: found) }
    out.patchLittleEndian(length, at: place)
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
      case .string, .symbol:
        try BSONBuilder.appendHead(BSONType.byte(of: value.kind) ?? BSONType.string, key: key, to: &out)
        try appendPrefixed(value.bytes, found: value.kind, to: &out)
      case .code, .codeWithScope, .dbPointer, .document, .array:
        try BSONBuilder.appendHead(BSONType.byte(of: value.kind) ?? BSONType.document, key: key, to: &out)
        try append(value, to: &out)
      default: try BSONBuilder.append(key: key, value, to: &out)
      }
    }
  }
}
