/// A place in a JSON text (RFC 8259), moving on as the text is rewritten.
struct JSONText {
  let base: UnsafeRawPointer
  let count: Int
  var offset = 0
  /// Whether `\u0000` is let through, for whoever takes the text to judge.
  var keepsNUL = false

  /// - Throws: `.invalidJSON` for an empty text.
  init(_ text: UnsafeRawBufferPointer) throws(Refusal) {
    guard let base = text.baseAddress else { throw Self.invalid }
    self.base = base
    count = text.count
  }

  static var invalid: Refusal { Refusal(.invalidJSON, found: .string) }

  /// The byte here; 0 at the end.
  var byte: UInt8 { offset < count ? base.load(fromByteOffset: offset, as: UInt8.self) : 0 }

  func part(from start: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + start, count: offset - start)
  }

  /// Rewrites the one value that the text is.
  mutating func appendDocument(scratch: inout ByteBuffer, to out: inout ByteBuffer) throws(Refusal) {
    skipSpace()
    try appendValue(depth: 0, scratch: &scratch, to: &out)
    skipSpace()
    guard offset == count else { throw Self.invalid }
  }

  mutating func skipSpace() {
    while offset < count {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: offset &+= 1
      default: return
      }
    }
  }

  /// Moves past `expected` if it is here, after space.
  mutating func skip(_ expected: Unicode.Scalar) -> Bool {
    skipSpace()
    guard byte == UInt8(ascii: expected), offset < count else { return false }
    offset &+= 1
    return true
  }

  private mutating func appendValue(
    depth: Int, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    switch Unicode.Scalar(byte) {
    case "{": try appendObject(depth: depth + 1, scratch: &scratch, to: &out)
    case "[": try appendArray(depth: depth + 1, scratch: &scratch, to: &out)
    case "\"": try appendString(scratch: &scratch, to: &out)
    case "t": try appendWord("true", to: &out)
    case "f": try appendWord("false", to: &out)
    case "n": try appendWord("null", to: &out)
    default: try appendNumber(to: &out)
    }
  }

  private mutating func appendObject(
    depth: Int, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    guard depth <= CanonicalJSON.deepestNesting else { throw Refusal(.tooDeep, found: .string) }
    offset &+= 1
    var members = MemberList(scratch: scratch, out: &out)
    if !skip("}") {
      repeat {
        skipSpace()
        guard byte == UInt8(ascii: "\"") else { throw Self.invalid }
        let key = try stringKey(scratch: &scratch)
        members.begin(key, scratch: &scratch, out: &out)
        switch key {
        case .inPlace(let bytes): try JSONString.append(bytes, found: .string, to: &out)
        case .inScratch(let start, let count):
          let bytes = UnsafeRawBufferPointer(rebasing: scratch.bytes[start..<start + count])
          try JSONString.append(bytes, found: .string, to: &out)
        }
        guard skip(":") else { throw Self.invalid }
        out.append(UInt8(ascii: ":"), UInt8(ascii: " "))
        skipSpace()
        try appendValue(depth: depth, scratch: &scratch, to: &out)
      } while skip(",")
      guard skip("}") else { throw Self.invalid }
    }
    try members.end(.lastWins, scratch: &scratch, out: &out)
  }

  private mutating func appendArray(
    depth: Int, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    guard depth <= CanonicalJSON.deepestNesting else { throw Refusal(.tooDeep, found: .string) }
    offset &+= 1
    out.append(UInt8(ascii: "["))
    if !skip("]") {
      var isFirst = true
      repeat {
        if !isFirst { out.append(UInt8(ascii: ","), UInt8(ascii: " ")) }
        isFirst = false
        skipSpace()
        try appendValue(depth: depth, scratch: &scratch, to: &out)
      } while skip(",")
      guard skip("]") else { throw Self.invalid }
    }
    out.append(UInt8(ascii: "]"))
  }

  private mutating func appendWord(_ word: StaticString, to out: inout ByteBuffer) throws(Refusal) {
    try skipWord(word)
    out.append(word)
  }

  mutating func skipWord(_ word: StaticString) throws(Refusal) {
    let length = word.utf8CodeUnitCount
    guard count - offset >= length else { throw Self.invalid }
    for index in 0..<length
    where base.load(fromByteOffset: offset + index, as: UInt8.self) != word.utf8Start[index] {
      throw Self.invalid
    }
    offset &+= length
  }

  /// A number as it is written.
  struct Number {
    var start: Int
    var isNegative: Bool
    /// Whether its part before the point is `0`.
    var isZero: Bool
    var integerDigits: Int
    var fractionDigits: Int
    var hasExponent: Bool
  }

  /// Moves past the number that starts here.
  mutating func scanNumber() throws(Refusal) -> Number {
    let start = offset
    let isNegative = byte == UInt8(ascii: "-")
    if isNegative { offset &+= 1 }
    let isZero = byte == UInt8(ascii: "0")
    let integerDigits = skipDigits()
    guard integerDigits > 0, !isZero || integerDigits == 1 else { throw Self.invalid }
    var fractionDigits = 0
    if byte == UInt8(ascii: ".") {
      offset &+= 1
      fractionDigits = skipDigits()
      guard fractionDigits > 0 else { throw Self.invalid }
    }
    let hasExponent = byte | 0x20 == UInt8(ascii: "e")
    if hasExponent {
      offset &+= 1
      if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") { offset &+= 1 }
      guard skipDigits() > 0 else { throw Self.invalid }
    }
    return Number(
      start: start, isNegative: isNegative, isZero: isZero, integerDigits: integerDigits,
      fractionDigits: fractionDigits, hasExponent: hasExponent)
  }

  /// A number keeps its text, but for an exponent and the sign of zero.
  private mutating func appendNumber(to out: inout ByteBuffer) throws(Refusal) {
    let written = try scanNumber()
    if !written.hasExponent, !(written.isNegative && written.isZero) {
      guard written.integerDigits <= PostgresNumeric.maximumIntegerDigits,
        written.fractionDigits <= PostgresNumeric.maximumScale
      else { throw Refusal(.outOfRange, found: .string) }
      return out.append(part(from: written.start))
    }
    let number = try ScannedDecimal(part(from: written.start))
    guard number.isZero || number.leadingPower < PostgresNumeric.maximumIntegerDigits,
      number.displayScale <= PostgresNumeric.maximumScale
    else { throw Refusal(.outOfRange, found: .string) }
    // The one place where a few bytes become many: a text of such numbers mustn't fill the memory before it is refused.
    guard out.count <= ValueEncoder.longestField else { throw Refusal(.tooLong, found: .string) }
    number.appendPlain(to: &out)
  }

  private mutating func skipDigits() -> Int {
    let start = offset
    while offset < count, byte &- 0x30 < 10 { offset &+= 1 }
    return offset &- start
  }
}
