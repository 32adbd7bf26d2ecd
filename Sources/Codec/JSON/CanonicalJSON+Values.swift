extension CanonicalJSON {
  static func append(
    _ value: RawValue, depth: Int, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    switch value.kind {
    case .missing: throw Refusal(.missing, found: .missing)
    case .null: out.append("null")
    case .bool: value.bits == 0 ? out.append("false") : out.append("true")
    case .int32, .int64: IntegerText.append(value.integer, to: &out)
    case .double: appendDouble(value.double, to: &out)
    case .string: try JSONString.append(value.bytes, found: .string, to: &out)
    case .document: try appendDocument(value.bytes, depth: depth + 1, scratch: &scratch, to: &out)
    case .array: try appendArray(value.bytes, depth: depth + 1, scratch: &scratch, to: &out)
    case .date: appendDate(value.integer, to: &out)
    case .objectID: appendObjectID(value.bytes, to: &out)
    case .decimal128:
      out.append("{\"$numberDecimal\": \"")
      try Decimal128Text.append(value.bytes, to: &out)
      out.append("\"}")
    case .binary: appendBinary(value, to: &out)
    default: try appendRare(value, depth: depth + 1, scratch: &scratch, to: &out)
    }
  }

  static func appendDocument(
    _ document: UnsafeRawBufferPointer, depth: Int, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    guard depth <= deepestNesting else { throw Refusal(.tooDeep, found: .document) }
    if try appendFew(document, depth: depth, scratch: &scratch, to: &out) { return }
    var reader = try BSONReader(document)
    var key = UnsafeRawBufferPointer(start: nil, count: 0)
    var value = RawValue.missing
    var members = MemberList(scratch: scratch, out: &out)
    while try reader.next(key: &key, value: &value) {
      members.begin(.inPlace(key), scratch: &scratch, out: &out)
      try appendMember(key, value, depth: depth, scratch: &scratch, to: &out)
    }
    try members.end(.refused, scratch: &scratch, out: &out)
  }

  static func appendMember(
    _ key: UnsafeRawBufferPointer, _ value: RawValue, depth: Int, scratch: inout ByteBuffer,
    to out: inout ByteBuffer
  ) throws(Refusal) {
    try JSONString.append(key, found: .document, to: &out)
    out.append(UInt8(ascii: ":"), UInt8(ascii: " "))
    try append(value, depth: depth, scratch: &scratch, to: &out)
  }

  private static func appendArray(
    _ array: UnsafeRawBufferPointer, depth: Int, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    guard depth <= deepestNesting else { throw Refusal(.tooDeep, found: .array) }
    var reader = try BSONReader(array)
    var key = UnsafeRawBufferPointer(start: nil, count: 0)
    var value = RawValue.missing
    out.append(UInt8(ascii: "["))
    var isFirst = true
    while try reader.next(key: &key, value: &value) {
      if !isFirst { out.append(UInt8(ascii: ","), UInt8(ascii: " ")) }
      isFirst = false
      try append(value, depth: depth, scratch: &scratch, to: &out)
    }
    out.append(UInt8(ascii: "]"))
  }

  private static func appendDouble(_ value: Double, to out: inout ByteBuffer) {
    let isOrdinary = value.isFinite && !(value == 0 && value.sign == .minus)
    if !isOrdinary { out.append("{\"$numberDouble\": \"") }
    DoubleText.append(value, to: &out)
    if !isOrdinary { out.append("\"}") }
  }

  private static func appendDate(_ milliseconds: Int64, to out: inout ByteBuffer) {
    // 1970-01-01 to 9999-12-31.
    if milliseconds >= 0, milliseconds < 253_402_300_800_000 {
      out.append("{\"$date\": \"")
      PostgresTime.appendISO(unixMilliseconds: milliseconds, fraction: .whereNotZero, to: &out)
      out.append("\"}")
    } else {
      out.append("{\"$date\": {\"$numberLong\": \"")
      IntegerText.append(milliseconds, to: &out)
      out.append("\"}}")
    }
  }

  private static func appendObjectID(_ bytes: UnsafeRawBufferPointer, to out: inout ByteBuffer) {
    out.append("{\"$oid\": \"")
    Hex.append(bytes, to: &out)
    out.append("\"}")
  }

  private static func appendBinary(_ value: RawValue, to out: inout ByteBuffer) {
    out.append("{\"$binary\": {\"base64\": \"")
    Base64.append(value.bytes, to: &out)
    out.append("\", \"subType\": \"")
    out.append(Hex.digit(value.subtype >> 4))
    out.append(Hex.digit(value.subtype & 15))
    out.append("\"}}")
  }

  /// Types that few documents hold. The keys of their objects stand in `jsonb`'s order.
  private static func appendRare(
    _ value: RawValue, depth: Int, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    switch value.kind {
    case .undefined: out.append("{\"$undefined\": true}")
    case .minKey: out.append("{\"$minKey\": 1}")
    case .maxKey: out.append("{\"$maxKey\": 1}")
    case .timestamp:
      out.append("{\"$timestamp\": {\"i\": ")
      IntegerText.append(magnitude: value.bits & 0xFFFF_FFFF, to: &out)
      out.append(", \"t\": ")
      IntegerText.append(magnitude: value.bits >> 32, to: &out)
      out.append("}}")
    case .symbol:
      out.append("{\"$symbol\": ")
      try JSONString.append(value.bytes, found: .symbol, to: &out)
      out.append(UInt8(ascii: "}"))
    case .regex:
      let (pattern, options) = try RawParts.regex(value.bytes)
      out.append("{\"$regularExpression\": {\"options\": ")
      try JSONString.append(options, found: .regex, to: &out)
      out.append(", \"pattern\": ")
      try JSONString.append(pattern, found: .regex, to: &out)
      out.append("}}")
    case .code:
      let (code, _) = try RawParts.text(value.bytes, found: .code)
      out.append("{\"$code\": ")
      try JSONString.append(code, found: .code, to: &out)
      out.append(UInt8(ascii: "}"))
    case .codeWithScope:
      let (code, scope) = try RawParts.codeWithScope(value.bytes)
      out.append("{\"$code\": ")
      try JSONString.append(code, found: .codeWithScope, to: &out)
      out.append(", \"$scope\": ")
      try appendDocument(scope, depth: depth + 1, scratch: &scratch, to: &out)
      out.append(UInt8(ascii: "}"))
    case .dbPointer:
      let (namespace, identifier) = try RawParts.text(value.bytes, found: .dbPointer)
      out.append("{\"$dbPointer\": {\"$id\": ")
      appendObjectID(identifier, to: &out)
      out.append(", \"$ref\": ")
      try JSONString.append(namespace, found: .dbPointer, to: &out)
      out.append("}}")
    default: throw Refusal(.wrongType, found: value.kind)
    }
  }
}

/// The parts of the values that `RawValue` holds as they stand in a document.
enum RawParts {
  /// A text with its length before and a NUL behind it, and the bytes after it.
  static func text(
    _ bytes: UnsafeRawBufferPointer, found: ValueKind
  ) throws(Refusal) -> (text: UnsafeRawBufferPointer, rest: UnsafeRawBufferPointer) {
    guard bytes.count >= 5 else { throw Refusal(.invalidDocument, found: found) }
    let length = Int(Int32(littleEndian: bytes.loadUnaligned(as: Int32.self)))
    guard length >= 1, length <= bytes.count - 4 else { throw Refusal(.invalidDocument, found: found) }
    let text = UnsafeRawBufferPointer(rebasing: bytes[4..<4 + length - 1])
    return (text, UnsafeRawBufferPointer(rebasing: bytes[(4 + length)...]))
  }

  static func codeWithScope(
    _ bytes: UnsafeRawBufferPointer
  ) throws(Refusal) -> (code: UnsafeRawBufferPointer, scope: UnsafeRawBufferPointer) {
    guard bytes.count >= 4 else { throw Refusal(.invalidDocument, found: .codeWithScope) }
    let (code, scope) = try text(UnsafeRawBufferPointer(rebasing: bytes[4...]), found: .codeWithScope)
    return (code, scope)
  }

  /// Two texts, each with a NUL behind it.
  static func regex(
    _ bytes: UnsafeRawBufferPointer
  ) throws(Refusal) -> (pattern: UnsafeRawBufferPointer, options: UnsafeRawBufferPointer) {
    guard let end = bytes.firstIndex(of: 0), bytes.count >= end + 2, bytes[bytes.count - 1] == 0 else {
      throw Refusal(.invalidDocument, found: .regex)
    }
    return (
      UnsafeRawBufferPointer(rebasing: bytes[0..<end]),
      UnsafeRawBufferPointer(rebasing: bytes[end + 1..<bytes.count - 1])
    )
  }
}
