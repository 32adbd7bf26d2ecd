extension BSONReader {
  /// The deepest nesting that is walked. Servers refuse documents deeper than 200.
  public static var deepestNesting: Int { 256 }

  /// Checks a whole document, with everything that is nested in it.
  ///
  /// - Parameters:
  ///   - document: The document with its length prefix.
  ///   - checkUTF8: Whether names and texts have to be UTF-8 too.
  /// - Throws: `Refusal(.invalidDocument)` for what isn't BSON, `.invalidUTF8` for text that isn't UTF-8, `.tooDeep` for
  ///   nesting beyond `deepestNesting`.
  public static func validate(_ document: UnsafeRawBufferPointer, checkUTF8: Bool) throws(Refusal) {
    try validate(document, checkUTF8: checkUTF8, depth: 1)
  }

  private static func validate(
    _ document: UnsafeRawBufferPointer, checkUTF8: Bool, depth: Int
  ) throws(Refusal) {
    guard depth <= deepestNesting else { throw Refusal(.tooDeep, found: .document) }
    var reader = try BSONReader(document)
    var key = UnsafeRawBufferPointer(start: nil, count: 0)
    var value = RawValue.missing
    while try reader.next(key: &key, value: &value) {
      if checkUTF8 { try checkText(key, in: .document) }
      switch value.kind {
      case .document, .array:
        try validate(value.bytes, checkUTF8: checkUTF8, depth: depth + 1)
      case .string, .symbol:
        if checkUTF8 { try checkText(value.bytes, in: value.kind) }
      case .regex:
        if checkUTF8 { try checkText(value.bytes, in: .regex) }
      case .code:
        if checkUTF8 { try checkText(prefixedText(value.bytes, at: 0), in: .code) }
      case .dbPointer:
        if checkUTF8 { try checkText(prefixedText(value.bytes, at: 0), in: .dbPointer) }
      case .codeWithScope:
        let text = prefixedText(value.bytes, at: 4)
        if checkUTF8 { try checkText(text, in: .codeWithScope) }
        let scope = UnsafeRawBufferPointer(rebasing: value.bytes[(8 + text.count + 1)...])
        try validate(scope, checkUTF8: checkUTF8, depth: depth + 1)
      default: break
      }
    }
  }

  /// The text after a length that the reader has already checked, without its NUL.
  private static func prefixedText(
    _ bytes: UnsafeRawBufferPointer, at offset: Int
  ) -> UnsafeRawBufferPointer {
    let length = Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
    return UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + 4 + length - 1)])
  }

  private static func checkText(_ bytes: UnsafeRawBufferPointer, in kind: ValueKind) throws(Refusal) {
    let valid = bytes.withMemoryRebound(to: UInt8.self) { (text: UnsafeBufferPointer<UInt8>) -> Bool in
      do {
        _ = try UTF8Span(validating: text.span)
        return true
      } catch {
        return false
      }
    }
    guard valid else { throw Refusal(.invalidUTF8, found: kind) }
  }
}
